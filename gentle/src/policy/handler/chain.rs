use super::Handler;

/// One handler after the other: see [`Handler::then`].
#[derive(Clone, Copy, Debug)]
pub struct Then<H, N> {
    first: H,
    next: N,
}

impl<H, N> Then<H, N> {
    pub(super) const fn new(first: H, next: N) -> Self {
        Self { first, next }
    }
}

impl<In, H, N> Handler<In> for Then<H, N>
where
    In: Send,
    H: Handler<In>,
    N: Handler<H::Output, Error = H::Error>,
{
    type Output = N::Output;
    type Error = N::Error;

    async fn handle(&self, input: In) -> Result<N::Output, N::Error> {
        let output = self.first.handle(input).await?;
        self.next.handle(output).await
    }
}
