use std::sync::Arc;
use std::time::Duration;

use super::bed::{Bed, failed};
use crate::error::Kind;
use crate::event::backend::{Room, Verdict};
use crate::event::{Due, Reason};
use crate::time::sleep;

async fn try_publish(bed: &Bed, event: u64) -> bool {
    match bed.backend.publish(vec![bed.envelope(event, Due::Now)], Room::Refuse).await {
        Ok(()) => true,
        Err(error) => {
            assert_eq!(error.kind(), Kind::Full);
            false
        }
    }
}

pub(super) async fn full_it_refuses_or_waits(bed: Bed) {
    let bed = bed.bounded().await;
    let group = bed.group("one").await;
    for event in 0..8 {
        assert!(try_publish(&bed, event).await);
    }
    assert!(!try_publish(&bed, 8).await);
    let claim = bed.one(&group).await;
    assert!(!try_publish(&bed, 8).await, "in flight it still has its place");
    let free = async {
        sleep(Duration::from_secs(1)).await;
        assert!(bed.finish(&claim, Verdict::Done).await);
    };
    tokio::join!(bed.publish(8, Due::Now), free);
    assert!(!try_publish(&bed, 9).await);
}

pub(super) async fn every_end_gives_the_place_back(bed: Bed) {
    let bed = bed.bounded().await;
    let group = bed.group("one").await;
    for event in 0..8 {
        let due = if event < 4 { Due::Now } else { Due::after(Duration::from_secs(1)) };
        bed.publish(event, due).await;
    }
    let claim = bed.one(&group).await;
    assert!(bed.finish(&claim, failed(Duration::from_secs(9))).await);
    assert!(!try_publish(&bed, 8).await, "what is tried again keeps its place");
    let dead = Verdict::Dead { reason: Reason::Refused, attempts: 1, error: "no".into() };
    for verdict in [Verdict::Done, dead] {
        let claim = bed.one(&group).await;
        assert!(bed.finish(&claim, verdict).await);
        assert!(try_publish(&bed, 8).await);
        assert!(!try_publish(&bed, 9).await);
    }
}

pub(super) async fn the_bound_is_exact_under_concurrency(bed: Bed) {
    let bed = Arc::new(bed.bounded().await);
    bed.group("one").await;
    let tries = (0..100).map(|event| {
        let bed = Arc::clone(&bed);
        tokio::spawn(async move { try_publish(&bed, event).await })
    });
    let mut taken = 0;
    for one in tries.collect::<Vec<_>>() {
        taken += usize::from(one.await.unwrap());
    }
    assert_eq!((taken, bed.depth().await.pending()), (8, 8));
}
