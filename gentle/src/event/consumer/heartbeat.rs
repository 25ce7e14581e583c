use std::sync::Arc;

use super::work::Work;
use crate::error::Error;
use crate::event::backend::Ticket;
use crate::time::{now, sleep};

/// Renews the leases of all that runs, three times in each lease, until it is aborted.
pub(super) async fn beat(work: Arc<Work>) {
    loop {
        sleep(work.handler.lease / 3).await;
        let tickets = work.seats.tickets();
        if tickets.is_empty() {
            continue;
        }
        let asked = now();
        match work.backend.renew(tickets, work.handler.lease).await {
            Ok(lost) => {
                work.seats.renewed(asked, &lost);
                cut_off(&work, &lost, "its lease was lost: somebody else has the event");
            }
            Err(error) => unrenewed(&work, &error),
        }
    }
}

// A lease that is about to run out ends its attempt, before another owner can begin one beside it.
fn unrenewed(work: &Work, error: &Error) {
    tracing::warn!(group = &*work.group.name, %error, "cannot renew leases");
    let in_danger = work.seats.unrenewed_for(work.handler.lease * 2 / 3);
    cut_off(work, &in_danger, "its lease could not be renewed");
}

fn cut_off(work: &Work, tickets: &[Ticket], reason: &str) {
    for ticket in work.seats.abort(tickets) {
        tracing::warn!(group = &*work.group.name, %ticket, "attempt cut off: {reason}");
    }
}
