use std::time::Duration;

use super::bed::{Bed, failed, number};
use crate::event::Due;
use crate::event::backend::Verdict;
use crate::time::{now, sleep};

// Calendar time counts whole milliseconds.
const SLACK: Duration = Duration::from_millis(2);

pub(super) async fn a_delayed_event_is_claimed_at_its_time(bed: Bed) {
    let group = bed.group("one").await;
    let (asked, delay) = (now(), Duration::from_secs(60));
    bed.publish(1, Due::after(delay)).await;
    assert_eq!(bed.depth().await.delayed, 1);
    bed.one(&group).await;
    let waited = now() - asked;
    assert!(waited >= delay && waited < delay + Duration::from_millis(20), "{waited:?}");
}

pub(super) async fn an_earlier_one_wakes_who_sleeps(bed: Bed) {
    let group = bed.group("one").await;
    bed.publish(1, Due::after(Duration::from_secs(60))).await;
    let asked = now();
    let publish = async {
        sleep(Duration::from_secs(10)).await;
        bed.publish(2, Due::after(Duration::from_secs(10))).await;
    };
    let (claim, ()) = tokio::join!(bed.one(&group), publish);
    assert_eq!(number(&claim), 2);
    assert!(now() - asked < Duration::from_secs(21), "{:?}", now() - asked);
}

pub(super) async fn the_earliest_due_comes_first(bed: Bed) {
    let group = bed.group("one").await;
    for (event, seconds) in [(3, 30), (1, 10), (2, 20)] {
        bed.publish(event, Due::after(Duration::from_secs(seconds))).await;
    }
    sleep(Duration::from_secs(40)).await;
    bed.publish(4, Due::Now).await;
    let order: Vec<u64> = bed.claim(&group, 10).await.iter().map(number).collect();
    assert_eq!(order, [1, 2, 3, 4]);
}

pub(super) async fn many_due_at_once_are_all_handed_out(bed: Bed) {
    const EVENTS: u64 = 20_000;
    let group = bed.group("one").await;
    let due = Due::after(Duration::from_secs(60));
    let batch = (0..EVENTS).map(|event| bed.envelope(event, due)).collect();
    bed.backend.publish(batch, crate::event::backend::Room::Wait).await.unwrap();
    let mut seen = 0;
    while seen < EVENTS {
        let claims = bed.claim(&group, 1_000).await;
        seen += claims.len() as u64;
        let done = claims.into_iter().map(|claim| (claim.ticket, Verdict::Done)).collect();
        assert!(bed.backend.finish(done).await.unwrap().is_empty());
    }
    assert_eq!(bed.depth().await.pending(), 0);
}

pub(super) async fn a_retry_comes_after_its_delay(bed: Bed) {
    let group = bed.group("one").await;
    bed.publish(1, Due::Now).await;
    let first = bed.one(&group).await;
    let (failed_at, delay) = (now(), Duration::from_secs(5));
    assert!(bed.finish(&first, failed(delay)).await);
    let second = bed.one(&group).await;
    assert_eq!((first.attempt, second.attempt, first.id), (1, 2, second.id));
    assert!(now() - failed_at + SLACK >= delay, "{:?}", now() - failed_at);
    assert!(second.age + SLACK >= delay, "{:?}", second.age);
}
