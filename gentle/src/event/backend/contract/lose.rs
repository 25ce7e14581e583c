use std::time::Duration;

use super::bed::{Bed, TOPIC, failed};
use crate::error::Kind;
use crate::event::backend::{Room, Verdict};
use crate::event::{Due, Reason};

pub(super) async fn a_dead_letter_keeps_everything(bed: Bed) {
    let group = bed.group("one").await;
    bed.publish(1, Due::Now).await;
    bed.publish(2, Due::Now).await;
    let first = bed.one(&group).await;
    assert!(bed.finish(&first, failed(Duration::ZERO)).await);
    let claims = bed.claim(&group, 2).await;
    let again = claims.iter().find(|claim| claim.id == first.id).unwrap();
    let verdict = Verdict::Dead { reason: Reason::Exhausted, attempts: 2, error: "the end".into() };
    assert!(bed.finish(again, verdict).await);
    let letters = bed.backend.dead_letters(TOPIC, 10).await.unwrap();
    let [letter] = letters.as_slice() else { panic!("{letters:?}") };
    assert_eq!((letter.id, &*letter.group, letter.attempts), (first.id, "one", 2));
    assert_eq!(letter.reason, Reason::Exhausted);
    assert_eq!(letter.first_error.as_deref(), Some("no luck"));
    assert_eq!(letter.last_error.as_deref(), Some("the end"));
    assert_eq!((bed.depth().await.dead, bed.depth().await.pending()), (1, 1));
}

pub(super) async fn closed_it_wakes_and_refuses(bed: Bed) {
    let group = bed.group("one").await;
    let close = async {
        tokio::task::yield_now().await;
        bed.backend.close().await;
    };
    let (claim, ()) = tokio::join!(bed.backend.claim(&group, 1, Duration::from_secs(30)), close);
    assert_eq!(claim.unwrap_err().kind(), Kind::Stopped);
    let refused = bed.backend.publish(vec![bed.envelope(1, Due::Now)], Room::Wait).await;
    assert_eq!(refused.unwrap_err().kind(), Kind::Stopped);
    bed.backend.close().await;
}
