use std::sync::atomic::{AtomicU32, Ordering};

use gentle::policy::{Key, Refusal};
use tokio::time::advance;

use super::*;

#[derive(Debug, PartialEq)]
enum Fault {
    Down,
    Refused(Rejected),
}

impl From<Rejected> for Fault {
    fn from(rejected: Rejected) -> Self {
        Self::Refused(rejected)
    }
}

async fn down() -> Result<(), Fault> {
    Err(Fault::Down)
}

async fn well() -> Result<(), Fault> {
    Ok(())
}

fn is_shed(answer: &Result<(), Fault>) -> bool {
    matches!(answer, Err(Fault::Refused(Rejected { policy: Key::Throttle, kind: Refusal::Shed, .. })))
}

fn failed(policies: &Policies) -> (u64, u64) {
    let state = policies.throttle().unwrap();
    (state.failed, state.calls)
}

#[tokio::test(start_paused = true)]
async fn a_call_counts_once_by_how_it_ended_whatever_its_attempts() {
    let policies = policies(r#"throttle = "50% of 2 in 1m, up to 100%", retry = "now, 3 attempts""#);
    assert_eq!(policies.call(down).await, Err(Fault::Down));
    assert_eq!(failed(&policies), (1, 1));
    let tries = AtomicU32::new(0);
    let at_last =
        || async { if tries.fetch_add(1, Ordering::SeqCst) < 2 { Err(Fault::Down) } else { Ok(()) } };
    assert_eq!(policies.call(at_last).await, Ok(()));
    assert_eq!((failed(&policies), tries.load(Ordering::SeqCst)), ((1, 2), 3));
}

#[tokio::test(start_paused = true)]
async fn what_is_shed_is_not_repeated_and_never_reaches_the_operation() {
    let policies = policies(r#"throttle = "10% of 2 in 1m, up to 100%", retry = "const(1s), 5 attempts""#);
    for _ in 0..2 {
        assert_eq!(policies.call(down).await, Err(Fault::Down));
    }
    let (answer, took) = timed(policies.call(|| async { unreachable!("it is shed") })).await;
    assert!(is_shed(&answer), "{answer:?}");
    assert_eq!(took, Duration::ZERO);
    assert_eq!(policies.throttle().unwrap().refused, 1);
}

#[tokio::test(start_paused = true)]
async fn what_policies_refuse_and_what_is_given_up_counts_neither_way() {
    let full = policies(r#"throttle = "10% of 1 in 1m, up to 100%", bulkhead = "1""#);
    let inside = spawn(&full, pending).await;
    assert!(full.call(well).await.is_err());
    give_up(inside).await;
    assert_eq!(failed(&full), (0, 0));

    let late = policies(r#"throttle = "10% of 1 in 1m, up to 100%", timeout = "1s""#);
    assert!(late.call(pending::<Answer>).await.is_err());
    assert_eq!(failed(&late), (0, 0), "the time of the whole call is the caller's");

    let slow = policies(r#"throttle = "10% of 1 in 1m, up to 100%", timeout = "1s each attempt""#);
    assert!(slow.call(pending::<Answer>).await.is_err());
    assert_eq!(failed(&slow), (1, 1), "that of an attempt is the operation's");

    let waiting = policies(r#"throttle = "10% of 1 in 1m, up to 100%", retry = "const(1h), 3 attempts""#);
    let call = tokio::time::timeout(Duration::from_secs(1), waiting.call(down)).await;
    assert!(call.is_err());
    assert_eq!(failed(&waiting), (0, 0), "it might have gone well yet");
}

#[tokio::test(start_paused = true)]
async fn it_recovers_when_the_neighbour_does() {
    let policies = policies(r#"throttle = "10% of 20 in 10s, up to 90%""#);
    let shed = async |is_well: bool| {
        let mut shed = 0;
        for _ in 0..1_000 {
            advance(Duration::from_millis(10)).await;
            let answer = policies.call(|| async { if is_well { Ok(()) } else { Err(Fault::Down) } }).await;
            shed += u32::from(is_shed(&answer));
        }
        shed
    };
    let ill = shed(false).await;
    assert!((800..940).contains(&ill), "{ill}");
    shed(true).await;
    assert_eq!(shed(true).await, 0);
}

#[tokio::test(start_paused = true)]
async fn it_is_changed_and_switched_off_while_it_works() {
    let policies = policies(r#"throttle = "10% of 2 in 1m, up to 100%""#);
    for _ in 0..2 {
        assert_eq!(policies.call(down).await, Err(Fault::Down));
    }
    assert!(is_shed(&policies.call(well).await));
    policies.set(Key::Throttle, "off").unwrap();
    assert_eq!(policies.to_string(), r#"throttle = "off""#);
    assert_eq!(policies.call(down).await, Err(Fault::Down));
    policies.set(Key::Throttle, "10% of 2 in 1m, up to 100%").unwrap();
    assert!(is_shed(&policies.call(well).await), "what was counted is not forgotten");
    assert!(policies.set(Key::Throttle, "10 of 2").is_err());
    assert!(is_shed(&policies.call(well).await), "what does not parse changes nothing");
}

#[tokio::test(start_paused = true)]
async fn it_is_decided_once_for_a_call_and_not_for_each_attempt() {
    let policies = policies(r#"throttle = "10% of 2 in 1m, up to 100%", retry = "const(10s), 2 attempts""#);
    let tries = Arc::new(AtomicU32::new(0));
    let call = {
        let (policies, tries) = (policies.clone(), tries.clone());
        tokio::spawn(async move {
            let second = || async {
                if tries.fetch_add(1, Ordering::SeqCst) == 0 { Err(Fault::Down) } else { Ok(()) }
            };
            policies.call(second).await
        })
    };
    settle().await;
    policies.set(Key::Retry, "off").unwrap();
    for _ in 0..2 {
        assert_eq!(policies.call(down).await, Err(Fault::Down));
    }
    assert!(is_shed(&policies.call(well).await));
    assert_eq!(call.await.unwrap(), Ok(()), "it was let in before");
    assert_eq!(tries.load(Ordering::SeqCst), 2);
}
