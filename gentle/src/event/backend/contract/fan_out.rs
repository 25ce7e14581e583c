use std::collections::HashSet;
use std::time::Duration;

use super::bed::{Bed, TOPIC, failed, number};
use crate::event::Due;
use crate::event::backend::Verdict;

pub(super) async fn each_group_gets_its_own_delivery(bed: Bed) {
    let (one, two) = (bed.group("one").await, bed.group("two").await);
    for event in 0..50 {
        bed.publish(event, Due::Now).await;
    }
    for group in [&one, &two] {
        let events: Vec<u64> = bed.claim(group, 100).await.iter().map(number).collect();
        assert_eq!(events, (0..50).collect::<Vec<_>>());
    }
}

pub(super) async fn one_groups_failure_leaves_the_other_alone(bed: Bed) {
    let (one, two) = (bed.group("one").await, bed.group("two").await);
    bed.publish(7, Due::Now).await;
    assert!(bed.finish(&bed.one(&two).await, Verdict::Done).await);
    assert!(bed.finish(&bed.one(&one).await, failed(Duration::ZERO)).await);
    let again = bed.one(&one).await;
    assert_eq!((number(&again), again.attempt), (7, 2));
    let depth = bed.depth().await;
    assert_eq!((depth.running, depth.pending()), (1, 1), "group two is done with it");
}

pub(super) async fn each_event_goes_to_one_of_several_claimers(bed: Bed) {
    let group = bed.group("one").await;
    for event in 0..90 {
        bed.publish(event, Due::Now).await;
    }
    let (a, b, c) = tokio::join!(bed.claim(&group, 30), bed.claim(&group, 30), bed.claim(&group, 30));
    let seen: HashSet<u64> = [a, b, c].iter().flatten().map(number).collect();
    assert_eq!(seen.len(), 90);
}

pub(super) async fn topics_do_not_leak(bed: Bed) {
    let here = bed.group("here").await;
    bed.group_of("elsewhere", "another topic").await;
    bed.publish(1, Due::Now).await;
    assert_eq!(number(&bed.one(&here).await), 1);
    assert_eq!(bed.depth().await.pending(), 1);
    assert_eq!(bed.backend.depth("another topic").await.unwrap().pending(), 0);
    assert_ne!(TOPIC, "another topic");
}
