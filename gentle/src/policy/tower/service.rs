use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tower_service::Service;

use super::super::{ByOutcome, Judge};
use super::attempts::{Failed, run};
use super::{Answer, Boxed, ForAll, GentleLayer, Keyed, Once, Repeat};

/// A service under [`Policies`](crate::Policies): what [`GentleLayer`] makes.
///
/// `Clone` when the service is; the clones share the state of the policies, so a limit is one for all of them. It is
/// ready when the service is, and being ready reserves nothing of the policies: a request is admitted in the future
/// that `call` returns.
pub struct Gentle<S, Q = Once, A = Boxed, F = ByOutcome, K = ForAll> {
    inner: S,
    layer: Arc<GentleLayer<Q, A, F, K>>,
}

impl<S, Q, A, F, K> Gentle<S, Q, A, F, K> {
    pub(super) const fn new(inner: S, layer: Arc<GentleLayer<Q, A, F, K>>) -> Self {
        Self { inner, layer }
    }
}

impl<S, Req, Q, A, F, K> Service<Req> for Gentle<S, Q, A, F, K>
where
    S: Service<Req> + Clone + Send + 'static,
    S::Future: Send,
    Req: Send + 'static,
    Q: Repeat<Req>,
    A: Answer<S::Response, S::Error>,
    F: Judge<Result<S::Response, S::Error>> + Send + Sync + 'static,
    K: Keyed<Req>,
{
    type Response = S::Response;
    type Error = A::Error;
    type Future = Answering<S::Response, A::Error>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), A::Error>> {
        self.inner.poll_ready(cx).map_err(|error| self.layer.answer.failed(error))
    }

    fn call(&mut self, request: Req) -> Self::Future {
        // The service that is ready belongs to this call; its clone is made ready for the next.
        let next = self.inner.clone();
        let ready = std::mem::replace(&mut self.inner, next);
        let layer = Arc::clone(&self.layer);
        Answering(Box::pin(async move {
            match run(ready, request, &layer).await {
                Ok(response) => Ok(response),
                Err(Failed::Inner(error)) => Err(layer.answer.failed(error)),
                Err(Failed::Refused(rejected)) => layer.answer.refused(rejected),
            }
        }))
    }
}

impl<S: Clone, Q, A, F, K> Clone for Gentle<S, Q, A, F, K> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), layer: Arc::clone(&self.layer) }
    }
}

impl<S, Q, A, F, K> fmt::Debug for Gentle<S, Q, A, F, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gentle").field("layer", &self.layer).finish_non_exhaustive()
    }
}

/// The response of a [`Gentle`] service, on its way.
///
/// # Cancel safety
///
/// Dropping it drops the request, its permit, its place in a queue and its timers. A token that an attempt has used
/// stays used.
#[must_use = "futures do nothing unless they are awaited"]
pub struct Answering<Res, E>(Pin<Box<dyn Future<Output = Result<Res, E>> + Send>>);

impl<Res, E> Future for Answering<Res, E> {
    type Output = Result<Res, E>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(cx)
    }
}

impl<Res, E> fmt::Debug for Answering<Res, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answering").finish_non_exhaustive()
    }
}
