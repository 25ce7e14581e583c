//! The attempts of one request.

use std::future::poll_fn;
use std::marker::PhantomData;
use std::ops::ControlFlow;
use std::pin::pin;
use std::time::Duration;

use tower_service::Service;

use super::super::{Call, FromRejected, Judge, Key, Outcome, Refusal, Rejected, Verdict, timeout};
use super::{GentleLayer, Keyed, Repeat};

/// Why there is no response.
pub(super) enum Failed<E> {
    Inner(E),
    Refused(Rejected),
}

/// What became of an attempt, and what the judge of the layer has said about it.
struct Judged<Res, E> {
    result: Result<Res, Failed<E>>,
    verdict: Verdict,
    retries: bool,
    retry_after: Option<Duration>,
}

impl<Res, E> Judged<Res, E> {
    fn by(judge: &impl Judge<Result<Res, E>>, outcome: Result<Res, E>) -> Self {
        let (verdict, retries) = (judge.verdict(&outcome), judge.retries(&outcome));
        let retry_after = judge.retry_after(&outcome);
        Self { result: outcome.map_err(Failed::Inner), verdict, retries, retry_after }
    }
}

impl<Res, E> Outcome for Judged<Res, E> {
    fn is_failure(&self) -> bool {
        self.verdict == Verdict::Failure
    }
}

impl<Res, E> FromRejected for Judged<Res, E> {
    fn from_rejected(rejected: Rejected) -> Self {
        let result = Err(Failed::Refused(rejected));
        Self { result, verdict: Verdict::Failure, retries: true, retry_after: None }
    }
}

/// Repeats what the judge has said.
struct Noted<J>(PhantomData<J>);

impl<Res, E, J: Judge<Result<Res, E>>> Judge<Judged<Res, E>> for Noted<J> {
    const PLAIN: bool = J::PLAIN;

    fn verdict(&self, outcome: &Judged<Res, E>) -> Verdict {
        outcome.verdict
    }

    fn retries(&self, outcome: &Judged<Res, E>) -> bool {
        outcome.retries
    }

    fn retry_after(&self, outcome: &Judged<Res, E>) -> Option<Duration> {
        outcome.retry_after
    }
}

impl<Res, E, J: Judge<Result<Res, E>>> Judge<&Judged<Res, E>> for Noted<J> {
    const PLAIN: bool = J::PLAIN;

    fn verdict(&self, outcome: &&Judged<Res, E>) -> Verdict {
        outcome.verdict
    }

    fn retries(&self, outcome: &&Judged<Res, E>) -> bool {
        outcome.retries
    }

    fn retry_after(&self, outcome: &&Judged<Res, E>) -> Option<Duration> {
        outcome.retry_after
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
    F: Judge<Result<S::Response, S::Error>>,
    K: Keyed<Req>,
{
    let judged = &Noted(PhantomData::<F>);
    let policies = &layer.policies;
    let caller = layer.key.caller(policies, &request);
    let mut call = caller.begin();
    loop {
        let copy = policies.retry.as_ref().and_then(|_| layer.repeat.repeat(&request));
        let (pause, copy) = {
            let outcome = call.attempt_as(pin!(send(&mut service, request, &layer.judge)), judged).await;
            match (call.settle_as(&outcome, judged), copy) {
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
    judge: &impl Judge<Result<S::Response, S::Error>>,
) -> Judged<S::Response, S::Error>
where
    S: Service<Req>,
{
    Judged::by(judge, service.call(request).await)
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
