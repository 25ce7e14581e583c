use std::future::Future;

use super::Handler;

/// A handler and another for when it fails: see [`Handler::or`].
#[derive(Clone, Copy, Debug)]
pub struct Or<H, O> {
    handler: H,
    other: O,
}

impl<H, O> Or<H, O> {
    pub(super) const fn new(handler: H, other: O) -> Self {
        Self { handler, other }
    }
}

impl<In, H, O> Handler<In> for Or<H, O>
where
    In: Clone + Send,
    H: Handler<In>,
    O: Handler<In, Output = H::Output>,
{
    type Output = H::Output;
    type Error = O::Error;

    async fn handle(&self, input: In) -> Result<H::Output, O::Error> {
        match self.handler.handle(input.clone()).await {
            Ok(output) => Ok(output),
            Err(_) => self.other.handle(input).await,
        }
    }
}

/// A handler and a function for when it fails: see [`Handler::or_else`].
#[derive(Clone, Copy, Debug)]
pub struct OrElse<H, F> {
    handler: H,
    fallback: F,
}

impl<H, F> OrElse<H, F> {
    pub(super) const fn new(handler: H, fallback: F) -> Self {
        Self { handler, fallback }
    }
}

impl<In, H, F, Fut, E> Handler<In> for OrElse<H, F>
where
    In: Clone + Send,
    H: Handler<In>,
    F: Fn(In, H::Error) -> Fut + Send + Sync,
    Fut: Future<Output = Result<H::Output, E>> + Send,
    E: Send,
{
    type Output = H::Output;
    type Error = E;

    async fn handle(&self, input: In) -> Result<H::Output, E> {
        match self.handler.handle(input.clone()).await {
            Ok(output) => Ok(output),
            Err(error) => (self.fallback)(input, error).await,
        }
    }
}
