use std::sync::Arc;
use std::time::Duration;

use super::work::Work;
use super::{pull, settle};
use crate::event::backend::{Form, Ticket, Verdict};
use crate::time::sleep;

/// Waits for what runs, at most for `budget`, cuts off the rest and gives it back.
pub(super) async fn drain(work: &Arc<Work>, budget: Duration) {
    tokio::select! {
        biased;
        () = finish_up(work) => {}
        () = work.user.closing() => give_back(work).await,
        () = sleep(budget) => give_back(work).await,
    }
}

async fn finish_up(work: &Arc<Work>) {
    // What dies with the process is handled as far as the budget goes; what outlives it can wait.
    if work.backend.form() == Form::Shared {
        run_dry(work).await;
        work.backend.leave(&work.group).await;
        // What was accepted before it was said that nobody is here.
        run_dry(work).await;
    }
    work.seats.empty().await;
}

async fn run_dry(work: &Arc<Work>) {
    while take_what_is_ready(work).await || !work.seats.are_empty() {
        work.seats.empty().await;
    }
}

async fn take_what_is_ready(work: &Arc<Work>) -> bool {
    tokio::select! {
        biased;
        Ok((claims, seats)) = pull::next(work) => {
            pull::begin(work, claims, seats, false).await;
            true
        }
        () = std::future::ready(()) => false,
    }
}

async fn give_back(work: &Work) {
    work.backend.leave(&work.group).await;
    let cut_off = work.seats.abort_all();
    work.seats.empty().await;
    say(work, cut_off.len());
    release(work, cut_off).await;
}

/// Gives back what was cut off with no attempt spent: it did not fail, the shutdown did not let it end.
pub(super) async fn release(work: &Work, cut_off: Vec<Ticket>) {
    let batch = cut_off.into_iter().map(|ticket| (ticket, Verdict::Release)).collect();
    settle::finish(work, batch).await;
}

fn say(work: &Work, events: usize) {
    let group = &*work.group.name;
    match work.backend.form() {
        // The store tells what is lost, with all that waited beside it.
        Form::Shared => tracing::info!(group, events, "the time to drain is over: attempts cut off"),
        Form::Bytes { .. } => tracing::warn!(
            group,
            events,
            "the time to drain is over: attempts cut off, their events will come again"
        ),
    }
}
