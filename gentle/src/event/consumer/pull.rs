use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::seats::Free;
use super::settle;
use super::work::Work;
use crate::error::{Error, Kind};
use crate::event::backend::{Claim, Verdict};
use crate::time::sleep;

/// Claims and starts until told to stop.
pub(super) async fn pull(work: Arc<Work>, mut stop: watch::Receiver<bool>) {
    let mut failures = 0;
    loop {
        let next = tokio::select! {
            biased;
            () = told(&mut stop) => return,
            next = next(&work) => next,
        };
        match next {
            Ok((claims, seats)) => {
                failures = 0;
                let too_late = *stop.borrow();
                begin(&work, claims, seats, too_late).await;
            }
            Err(error) if error.kind() == Kind::Stopped => return,
            Err(error) => {
                failures += 1;
                tokio::select! {
                    () = told(&mut stop) => return,
                    () = after_failure(&work, &error, failures) => {}
                }
            }
        }
    }
}

async fn told(stop: &mut watch::Receiver<bool>) {
    // A sender that is gone says the same.
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Waits for a free seat, then for something to put on it.
pub(super) async fn next(work: &Work) -> Result<(Vec<Claim>, Free), Error> {
    let Some(seats) = work.seats.all_free().await else { return std::future::pending().await };
    let claims = work.backend.claim(&work.group, seats.count(), work.handler.lease).await?;
    Ok((claims, seats))
}

/// Starts what was claimed, or gives it back when it came too late.
pub(super) async fn begin(work: &Arc<Work>, claims: Vec<Claim>, mut seats: Free, too_late: bool) {
    if too_late {
        let unstarted = claims.into_iter().map(|claim| (claim.ticket, Verdict::Release)).collect();
        settle::finish(work, unstarted).await;
        return;
    }
    for claim in claims {
        if let Some(seat) = work.seats.sit(&mut seats, claim.ticket.clone()) {
            work.start(claim, seat);
        }
    }
}

async fn after_failure(work: &Work, error: &Error, failures: u32) {
    let delay = Duration::from_millis(100 << failures.min(6));
    tracing::error!(group = &*work.group.name, %error, ?delay, "cannot fetch events, will try again");
    sleep(delay).await;
}
