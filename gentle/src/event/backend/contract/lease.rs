use std::time::Duration;

use super::bed::{Bed, LEASE, failed};
use crate::event::Due;
use crate::event::backend::Verdict;
use crate::time::sleep;

pub(super) async fn a_stale_owner_is_refused(bed: Bed) {
    let group = bed.group("one").await;
    bed.publish(1, Due::Now).await;
    let stale = bed.one(&group).await;
    assert!(bed.finish(&stale, failed(Duration::ZERO)).await);
    let present = bed.one(&group).await;
    assert!(!bed.finish(&stale, Verdict::Done).await);
    assert_eq!(bed.backend.renew(vec![stale.ticket], LEASE).await.unwrap().len(), 1);
    assert!(bed.backend.renew(vec![present.ticket.clone()], LEASE).await.unwrap().is_empty());
    assert!(bed.finish(&present, Verdict::Done).await);
    assert!(!bed.finish(&present, Verdict::Done).await, "finished once is finished");
}

pub(super) async fn given_back_it_costs_no_attempt(bed: Bed) {
    let group = bed.group("one").await;
    bed.publish(1, Due::Now).await;
    let first = bed.one(&group).await;
    assert!(bed.finish(&first, Verdict::Release).await);
    assert_eq!(bed.one(&group).await.attempt, 1);
    assert!(!bed.finish(&first, Verdict::Done).await);
}

pub(super) async fn a_dropped_claim_loses_nothing(bed: Bed) {
    let group = bed.group("one").await;
    // Dropped while it waits, and dropped with the grant on its way.
    for _ in 0..20 {
        let claim = bed.claim(&group, 1);
        tokio::select! { biased; _ = claim => {}, () = sleep(Duration::from_micros(1)) => {} }
    }
    let mut claim = Box::pin(bed.claim(&group, 1));
    assert!(futures_poll_once(&mut claim).await.is_none());
    bed.publish(1, Due::Now).await;
    drop(claim);
    let claim = bed.one(&group).await;
    assert_eq!(claim.attempt, 1);
}

async fn futures_poll_once<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
    tokio::select! { biased; output = future => Some(output), () = std::future::ready(()) => None }
}
