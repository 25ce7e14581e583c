use std::time::Duration;

use super::work::Work;
use crate::event::backend::{Ticket, Verdict};
use crate::time::sleep;

const TRIES: u32 = 5;

/// Carries out the verdict on an attempt that has ended.
pub(super) async fn settle(work: &Work, ticket: Ticket, verdict: Verdict) {
    finish(work, vec![(ticket, verdict)]).await;
}

/// Carries out verdicts. Where the store fails for long the leases run out, and the events come again.
pub(super) async fn finish(work: &Work, batch: Vec<(Ticket, Verdict)>) {
    for attempt in 1.. {
        match work.backend.finish(batch.clone()).await {
            Ok(lost) => return report(work, &lost),
            Err(error) if attempt < TRIES => {
                tracing::warn!(group = &*work.group.name, %error, "cannot settle events, will try again");
                sleep(Duration::from_millis(50 << attempt)).await;
            }
            Err(error) => {
                tracing::error!(group = &*work.group.name, %error, "cannot settle events: they will come again");
                return;
            }
        }
    }
}

fn report(work: &Work, lost: &[Ticket]) {
    for ticket in lost {
        let group = &*work.group.name;
        tracing::warn!(group, %ticket, "the lease was lost: what this attempt came to does not count");
    }
}
