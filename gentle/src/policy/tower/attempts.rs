//! The attempts of one request.

use std::future::poll_fn;
use std::ops::ControlFlow;
use std::pin::pin;

use tower_service::Service;

use super::super::{Call, FromRejected, Key, Outcome, Refusal, Rejected, timeout};
use super::{GentleLayer, Judge, Keyed, Repeat};

/// Why there is no response.
pub(super) enum Failed<E> {
    Inner(E),
    Refused(Rejected),
}

/// What became of an attempt, and whether that is a failure.
struct Judged<Res, E> {
    result: Result<Res, Failed<E>>,
    failed: bool,
}

impl<Res, E> Outcome for Judged<Res, E> {
    fn is_failure(&self) -> bool {
        self.failed
    }
}

impl<Res, E> Outcome for &Judged<Res, E> {
    fn is_failure(&self) -> bool {
        self.failed
    }
}

impl<Res, E> FromRejected for Judged<Res, E> {
    fn from_rejected(rejected: Rejected) -> Self {
        Self { result: Err(Failed::Refused(rejected)), failed: true }
    }
}

/// Sends `request` through `service`, which is ready, and again for as long as a retry says and there is a copy of it.
pub(super) async fn run<S, Req, Q, A, F, K>(
    mut service: S,
    mut request: Req,
    layer: &GentleLayer<Q, A, F, K>,
) -> Result<S::Response, Failed<S::Error>>
where
    S: Service<Req> + Clone,
    Q: Repeat<Req>,
    F: Judge<S::Response>,
    K: Keyed<Req>,
{
    let policies = &layer.policies;
    let caller = layer.key.caller(policies, &request);
    let mut call = caller.begin();
    loop {
        let copy = policies.retry.as_ref().and_then(|_| layer.repeat.repeat(&request));
        let (pause, copy) = {
            let outcome = call.attempt(pin!(send(&mut service, request, &layer.judge))).await;
            match (call.settle(&outcome), copy) {
                (ControlFlow::Continue(pause), Some(copy)) => (pause, copy),
                (ControlFlow::Continue(_), None) => {
                    call.no_more();
                    tracing::debug!(policy = policies.name(), "not retried: there is no copy of the request");
                    return outcome.result;
                }
                (ControlFlow::Break(_), _) => return outcome.result,
            }
        };
        // A clone holds nothing that the other reserved when it was made ready.
        service = service.clone();
        pause.await;
        if let Err(failed) = ready(&mut service, &call).await {
            call.no_more();
            return Err(failed);
        }
        request = copy;
    }
}

async fn send<S, Req>(
    service: &mut S,
    request: Req,
    judge: &impl Judge<S::Response>,
) -> Judged<S::Response, S::Error>
where
    S: Service<Req>,
{
    let result = service.call(request).await.map_err(Failed::Inner);
    let failed = result.as_ref().map_or(true, |response| judge.is_failure(response));
    Judged { result, failed }
}

/// Makes `service` ready, within the time of the call. That comes before the admission, as it does for the first
/// attempt: who waits for two things in two orders waits for ever.
async fn ready<S, Req>(service: &mut S, call: &Call<'_>) -> Result<(), Failed<S::Error>>
where
    S: Service<Req>,
{
    match timeout::until(call.deadline(), pin!(poll_fn(|cx| service.poll_ready(cx)))).await {
        Some(ready) => ready.map_err(Failed::Inner),
        None => Err(Failed::Refused(Rejected::new(Key::Timeout, Refusal::Elapsed))),
    }
}
