use std::sync::Arc;
use std::time::Duration;

use super::caught::Caught;
use crate::error::BoxError;
use crate::event::backend::{Claim, Verdict};
use crate::event::{Handler, Outcome, Reason, backoff};
use crate::policy::dropped_at;
use crate::service::Build;
use crate::time::{now, sleep};

/// Runs the handler once and judges what came of it.
pub(super) async fn run(handler: &Handler, build: Arc<Build>, claim: &Claim) -> Verdict {
    if !backoff::allows(handler.retry.as_ref(), claim.attempt) {
        let error = "the process ended during the last attempt".to_owned();
        // This attempt does not begin: the one before it was the last.
        return bury(handler, claim, claim.attempt.saturating_sub(1), Reason::Exhausted, error);
    }
    let began = match Caught::call(|| handler.begin(claim, build)) {
        Ok(Ok(attempt)) => attempt,
        Ok(Err(undecodable)) => return dead(handler, claim, Reason::Undecodable, chain(&undecodable)),
        Err(panic) => return failed(handler, claim, panic),
    };
    match limited(handler.timeout, Caught::new(began)).await {
        Ok(outcome) => judged(handler, claim, outcome),
        Err(error) => failed(handler, claim, chain(error.as_ref())),
    }
}

async fn limited(
    timeout: Option<Duration>,
    attempt: impl Future<Output = Result<Outcome, BoxError>>,
) -> Result<Outcome, BoxError> {
    let Some(timeout) = timeout else { return attempt.await };
    let attempt = dropped_at(now() + timeout, attempt);
    tokio::select! {
        biased;
        outcome = attempt => outcome,
        () = sleep(timeout) => Err(format!("timed out after {timeout:?}").into()),
    }
}

fn judged(handler: &Handler, claim: &Claim, outcome: Outcome) -> Verdict {
    match outcome {
        Outcome::Done => Verdict::Done,
        Outcome::RetryIn(after) => {
            let error = "the handler asked for another attempt".to_owned();
            again(handler, claim, error, |_| after)
        }
        Outcome::Dead(reason) => dead(handler, claim, Reason::Refused, reason),
        Outcome::Drop(reason) => {
            tracing::info!(group = handler.name(), event = %claim.id, reason, "event dropped by its handler");
            Verdict::Done
        }
    }
}

fn failed(handler: &Handler, claim: &Claim, error: String) -> Verdict {
    again(handler, claim, error, |delay| delay)
}

fn again(
    handler: &Handler,
    claim: &Claim,
    error: String,
    choose: impl FnOnce(Duration) -> Duration,
) -> Verdict {
    let Some(after) = backoff::delay(handler.retry.as_ref(), claim.attempt, claim.age).map(choose) else {
        return dead(handler, claim, Reason::Exhausted, error);
    };
    let (group, attempt) = (handler.name(), claim.attempt);
    tracing::warn!(group, event = %claim.id, attempt, error, ?after, "attempt failed, will try again");
    Verdict::Retry { after, error }
}

fn dead(handler: &Handler, claim: &Claim, reason: Reason, error: String) -> Verdict {
    bury(handler, claim, claim.attempt, reason, error)
}

fn bury(handler: &Handler, claim: &Claim, attempts: u32, reason: Reason, error: String) -> Verdict {
    let group = handler.name();
    tracing::error!(group, event = %claim.id, attempts, %reason, error, "event given up: it is in the dead letters");
    Verdict::Dead { reason, attempts, error }
}

// A stored error is read long after: it says the whole chain, not only its head.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
