//! What only a store that outlives the process must do.

use std::collections::HashSet;
use std::time::Duration;

use super::bed::{Bed, LEASE, failed, number};
use crate::event::Due;
use crate::event::backend::Verdict;
use crate::time::{now, sleep};

#[tokio::test(start_paused = true)]
async fn an_expired_lease_comes_again_with_one_more_attempt() {
    let bed = Bed::sqlite().await;
    let group = bed.group("one").await;
    bed.publish(1, Due::Now).await;
    let (first, claimed) = (bed.one(&group).await, now());
    let second = bed.one(&group).await;
    let waited = now() - claimed;
    assert!(waited + Duration::from_millis(2) >= LEASE && waited < LEASE * 2, "{waited:?}");
    assert_eq!((first.attempt, second.attempt), (1, 2));
    assert!(!bed.finish(&first, Verdict::Done).await, "the stale owner is refused");
    assert!(bed.finish(&second, Verdict::Done).await);
}

#[tokio::test(start_paused = true)]
async fn a_renewed_lease_does_not_expire() {
    let bed = Bed::sqlite().await;
    let group = bed.group("one").await;
    bed.publish(1, Due::Now).await;
    let claim = bed.one(&group).await;
    for _ in 0..15 {
        sleep(LEASE / 3).await;
        assert!(bed.backend.renew(vec![claim.ticket.clone()], LEASE).await.unwrap().is_empty());
    }
    assert_eq!(bed.depth().await.running, 1);
    assert!(bed.finish(&claim, Verdict::Done).await);
}

#[tokio::test(start_paused = true)]
async fn what_waits_survives_a_restart() {
    let bed = Bed::sqlite().await;
    let group = bed.group("one").await;
    let asked = now();
    bed.publish(1, Due::after(Duration::from_secs(60))).await;
    bed.publish(2, Due::Now).await;
    let failed_once = bed.one(&group).await;
    assert!(bed.finish(&failed_once, failed(Duration::from_secs(5))).await);
    bed.backend.close().await;
    let again = bed.another().await;
    let first = again.claim(&group, 1, LEASE).await.unwrap().remove(0);
    assert_eq!((number(&first), first.attempt), (2, 2));
    let done = again.finish(vec![(first.ticket, Verdict::Done)]).await.unwrap();
    assert!(done.is_empty());
    let second = again.claim(&group, 1, LEASE).await.unwrap().remove(0);
    assert_eq!(number(&second), 1);
    assert!(now() - asked >= Duration::from_secs(60));
}

#[tokio::test(start_paused = true)]
async fn an_event_waits_for_the_first_group_of_its_topic() {
    let bed = Bed::sqlite().await;
    bed.publish(1, Due::Now).await;
    assert_eq!(bed.depth().await.ready, 1);
    let (one, two) = (bed.group("one").await, bed.group("two").await);
    assert_eq!(number(&bed.one(&one).await), 1);
    bed.publish(2, Due::Now).await;
    assert_eq!(number(&bed.one(&two).await), 2, "a later group gets what comes after it");
}

#[tokio::test(start_paused = true)]
async fn a_known_group_gets_what_was_dispatched_without_it() {
    let bed = Bed::sqlite().await;
    let group = bed.group("one").await;
    bed.backend.close().await;
    let writes_only = bed.another().await;
    let event = bed.envelope(1, Due::Now);
    writes_only.publish(vec![event], crate::event::backend::Room::Wait).await.unwrap();
    assert_eq!(number(&writes_only.claim(&group, 1, LEASE).await.unwrap()[0]), 1);
}

#[tokio::test(start_paused = true)]
async fn two_processes_share_the_work_without_doing_any_twice() {
    let bed = Bed::sqlite().await;
    let group = bed.group("one").await;
    let other = bed.another().await;
    for event in 0..200 {
        bed.publish(event, Due::Now).await;
    }
    let mut seen = HashSet::new();
    while seen.len() < 200 {
        let (here, there) = tokio::join!(
            tokio::time::timeout(LEASE / 10, bed.claim(&group, 7)),
            tokio::time::timeout(LEASE / 10, other.claim(&group, 7, LEASE)),
        );
        let claims = here.into_iter().flatten().chain(there.into_iter().flat_map(Result::unwrap));
        for claim in claims {
            assert!(seen.insert(number(&claim)), "{} was handed out twice", number(&claim));
            assert!(bed.finish(&claim, Verdict::Done).await, "any process may finish with the ticket");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn another_process_is_noticed_by_who_waits() {
    let bed = Bed::sqlite().await;
    let group = bed.group("one").await;
    let other = bed.another().await;
    let event = bed.envelope(1, Due::Now);
    let publish = async {
        sleep(Duration::from_secs(3)).await;
        other.publish(vec![event], crate::event::backend::Room::Wait).await.unwrap();
    };
    let asked = now();
    let (claim, ()) = tokio::join!(bed.one(&group), publish);
    assert_eq!(number(&claim), 1);
    assert!(now() - asked < Duration::from_secs(5), "{:?}", now() - asked);
}

#[tokio::test(start_paused = true)]
async fn attempts_are_counted_over_crashes() {
    let bed = Bed::sqlite().await;
    let group = bed.group("one").await;
    bed.publish(1, Due::Now).await;
    for attempt in 1..=4 {
        // Claimed, and never heard of again.
        let claim = bed.one(&group).await;
        assert_eq!(claim.attempt, attempt);
        assert!(claim.age + Duration::from_millis(10) >= LEASE * (attempt - 1));
    }
}
