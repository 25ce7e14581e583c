use super::Handler;

/// A handler whose output is made into another: see [`Handler::map`].
#[derive(Clone, Copy, Debug)]
pub struct Map<H, F> {
    handler: H,
    change: F,
}

impl<H, F> Map<H, F> {
    pub(super) const fn new(handler: H, change: F) -> Self {
        Self { handler, change }
    }
}

impl<In, H, F, T> Handler<In> for Map<H, F>
where
    In: Send,
    H: Handler<In>,
    F: Fn(H::Output) -> T + Send + Sync,
    T: Send,
{
    type Output = T;
    type Error = H::Error;

    async fn handle(&self, input: In) -> Result<T, H::Error> {
        self.handler.handle(input).await.map(&self.change)
    }
}

/// A handler whose error is made into another: see [`Handler::map_err`].
#[derive(Clone, Copy, Debug)]
pub struct MapErr<H, F> {
    handler: H,
    change: F,
}

impl<H, F> MapErr<H, F> {
    pub(super) const fn new(handler: H, change: F) -> Self {
        Self { handler, change }
    }
}

impl<In, H, F, E> Handler<In> for MapErr<H, F>
where
    In: Send,
    H: Handler<In>,
    F: Fn(H::Error) -> E + Send + Sync,
    E: Send,
{
    type Output = H::Output;
    type Error = E;

    async fn handle(&self, input: In) -> Result<H::Output, E> {
        self.handler.handle(input).await.map_err(&self.change)
    }
}
