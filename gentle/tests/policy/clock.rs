//! Clocks that stand still, jump or run backwards, the smallest parts of a second, and calls that only wait.

use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, Waker};

use gentle::policy::circuit_breaker::Phase;
use gentle::policy::{Key, RateLimit, Refusal};
use tokio::runtime::{Builder, Runtime};
use tokio::time::advance;

use super::*;

const EVERYTHING: &str = r#"rate_limit = "3/s reject", bulkhead = "2 queue 2",
    circuit_breaker = "50% of 4 in 10s or 50% over 1s of 4 in 10s, open 5s", timeout = "20s, 5s each attempt""#;

#[derive(Debug, PartialEq)]
enum Failure {
    Own,
    Refused(Rejected),
}

impl From<Rejected> for Failure {
    fn from(rejected: Rejected) -> Self {
        Self::Refused(rejected)
    }
}

async fn fails() -> Result<(), Failure> {
    Err(Failure::Own)
}

fn kind(answer: Result<(), Failure>) -> (Key, Refusal) {
    match answer {
        Err(Failure::Refused(rejected)) => (rejected.policy, rejected.kind),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn pitfall_17_a_clock_that_stands_still_stops_nothing_but_what_waits_for_it() {
    let policies = policies(EVERYTHING);
    let begun = now();
    for _ in 0..3 {
        assert_eq!(policies.call(at_once).await, Ok(()));
    }
    for _ in 0..10_000 {
        let rejected = policies.call(at_once).await.unwrap_err();
        assert_eq!((rejected.policy, rejected.kind), (Key::RateLimit, Refusal::Full));
    }
    policies.set(Key::RateLimit, "off").unwrap();
    while policies.call(fails).await == Err(Failure::Own) {}
    for _ in 0..10_000 {
        assert_eq!(kind(policies.call(fails).await), (Key::CircuitBreaker, Refusal::Open));
    }
    assert_eq!(now(), begun, "it really stood still");
}

#[tokio::test(start_paused = true)]
async fn pitfall_17_a_clock_that_jumps_ahead_gives_one_burst_and_no_more() {
    let policies = policies(EVERYTHING);
    for days in [1, 400, 36_500] {
        advance(Duration::from_secs(days * 24 * 3600)).await;
        let mut admitted = 0;
        for _ in 0..100 {
            admitted += u32::from(policies.call(at_once).await.is_ok());
        }
        assert_eq!(admitted, 3, "after {days} days");
    }
    advance(Duration::from_secs(10)).await;
    policies.set(Key::RateLimit, "off").unwrap();
    while policies.call(fails).await == Err(Failure::Own) {}
    advance(Duration::from_secs(36_500 * 24 * 3600)).await;
    assert_eq!(policies.call(at_once).await, Ok(()));
    assert_eq!(policies.circuit_breaker().unwrap().state().phase, Phase::Closed);
}

fn paused() -> Runtime {
    Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
}

// Another runtime's clock is behind that of one which has been advanced.
#[test]
fn pitfall_17_a_clock_that_runs_backwards_neither_panics_nor_gives_more() {
    let policies = policies(EVERYTHING);
    paused().block_on(async {
        advance(Duration::from_secs(3600)).await;
        for _ in 0..3 {
            assert_eq!(policies.call(at_once).await, Ok(()));
        }
        let rejected = policies.call(at_once).await.unwrap_err();
        assert_eq!(rejected.policy, Key::RateLimit);
    });
    paused().block_on(async {
        for _ in 0..100 {
            assert_eq!(kind(policies.call(fails).await), (Key::RateLimit, Refusal::Full));
        }
        policies.set(Key::RateLimit, "off").unwrap();
        while policies.call(fails).await == Err(Failure::Own) {}
        assert!(matches!(policies.circuit_breaker().unwrap().state().phase, Phase::Open { .. }));
        advance(Duration::from_secs(6)).await;
        assert_eq!(policies.call(at_once).await, Ok(()));
        assert_eq!(policies.call(pending::<Answer>).await.unwrap_err().policy, Key::Timeout);
    });
}

#[test]
fn pitfall_17_a_call_that_answers_before_it_began_took_no_time() {
    let policies = policies(
        r#"circuit_breaker = "50% over 1s of 4 in 10s or 2 in a row", retry = "now, 2 attempts, within 10s""#,
    );
    let answers = tokio::sync::Notify::new();
    let mut call = Box::pin(policies.call(|| async {
        answers.notified().await;
        fails().await
    }));
    let cx = &mut Context::from_waker(Waker::noop());
    paused().block_on(async {
        advance(Duration::from_secs(3600)).await;
        assert!(call.as_mut().poll(cx).is_pending());
    });
    paused().block_on(async {
        answers.notify_one();
        assert!(call.as_mut().poll(cx).is_pending(), "another attempt");
        answers.notify_one();
        assert_eq!(call.as_mut().poll(cx), Poll::Ready(Err(Failure::Own)));
        assert!(matches!(policies.circuit_breaker().unwrap().state().phase, Phase::Open { .. }));
    });
}

#[tokio::test(start_paused = true)]
async fn pitfall_18_a_very_high_rate_refuses_nobody_and_does_not_run_over() {
    for text in ["1000000000/s reject", "1000/us reject", "1/ns reject", "60000000000/m reject"] {
        let Ok(policies) = Policies::parse(&format!("rate_limit = \"{text}\"")) else {
            assert!(text.starts_with("60"), "{text}: more than a count can be");
            continue;
        };
        let burst = if text.starts_with("1/") { 1 } else { 1_000 };
        for _ in 0..3 {
            for _ in 0..burst {
                assert_eq!(policies.call(at_once).await, Ok(()), "{text}");
            }
            advance(Duration::from_micros(1)).await;
        }
    }
    let most = RateLimit::new(u32::MAX, Duration::from_nanos(u32::MAX.into())).burst(2).reject();
    let policies = Policies::builder().rate_limit(most).build().unwrap();
    for _ in 0..3 {
        let answers =
            [policies.call(at_once).await, policies.call(at_once).await, policies.call(at_once).await];
        assert_eq!(answers.map(|answer| answer.is_ok()), [true, true, false], "the burst, exactly");
        advance(Duration::from_nanos(2)).await;
    }
}

/// How often a call is polled in an hour in which nothing happens to it.
async fn polls(policies: &Arc<Policies>, operation: fn() -> std::future::Pending<Answer>) -> u32 {
    let polls = Arc::new(AtomicU32::new(0));
    let (policies, counted) = (policies.clone(), polls.clone());
    let task = tokio::spawn(async move {
        let mut call = pin!(policies.call(operation));
        std::future::poll_fn(|cx| {
            counted.fetch_add(1, Ordering::SeqCst);
            call.as_mut().poll(cx)
        })
        .await
    });
    gentle::time::sleep(Duration::from_secs(3600)).await;
    assert!(!task.is_finished());
    task.abort();
    polls.load(Ordering::SeqCst)
}

#[tokio::test(start_paused = true)]
async fn pitfall_23_who_waits_is_not_woken_until_there_is_something_to_do() {
    for text in [
        r#"rate_limit = "1/2h""#,
        r#"rate_limit = "1/2h and 9/3h, strict""#,
        r#"rate_limit = "1/2h", timeout = "3h""#,
        r#"bulkhead = "1 wait 2h""#,
        r#"bulkhead = "1 queue 1", timeout = "2h""#,
        r#"circuit_breaker = "3 in a row", bulkhead = "1 queue 1", retry = "on""#,
    ] {
        let policies = policies(text);
        let _inside = spawn(&policies, pending).await;
        let woken = polls(&policies, pending).await;
        assert!(woken <= 2, "{text}: {woken}");
    }
    for text in
        [r#"timeout = "2h""#, r#"timeout = "2h each attempt", circuit_breaker = "on""#, r#"retry = "on""#]
    {
        let woken = polls(&policies(text), pending).await;
        assert_eq!(woken, 1, "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn pitfall_23_who_is_left_alone_in_the_line_does_not_spin() {
    for text in [r#"rate_limit = "1/2h""#, r#"bulkhead = "1 queue 9 wait 2h""#] {
        let policies = policies(text);
        let _inside = spawn(&policies, pending).await;
        let others = [spawn(&policies, pending).await, spawn(&policies, pending).await];
        let waits = tokio::spawn({
            let policies = policies.clone();
            async move { polls(&policies, pending).await }
        });
        settle().await;
        for other in others {
            give_up(other).await;
        }
        let woken = waits.await.unwrap();
        assert!(woken <= 4, "{text}: {woken}");
    }
}

#[tokio::test(start_paused = true)]
async fn pitfall_23_a_retry_that_pauses_sleeps_once() {
    let policies = policies(r#"retry = "const(2h), forever""#);
    let tries = Arc::new(AtomicU32::new(0));
    let counted = tries.clone();
    let task = tokio::spawn(async move {
        let mut call = pin!(policies.call(fails));
        std::future::poll_fn(|cx| {
            counted.fetch_add(1, Ordering::SeqCst);
            call.as_mut().poll(cx)
        })
        .await
    });
    gentle::time::sleep(Duration::from_secs(9 * 3600)).await;
    task.abort();
    assert_eq!(tries.load(Ordering::SeqCst), 1 + 4, "one more every two hours");
}

#[tokio::test(start_paused = true)]
async fn pitfall_23_an_open_circuit_answers_and_wakes_nobody() {
    let policies = policies(r#"circuit_breaker = "1 in a row, open 1h""#);
    assert_eq!(policies.call(fails).await, Err(Failure::Own));
    let polled = pin!(policies.call(fails)).poll(&mut Context::from_waker(Waker::noop()));
    assert!(matches!(polled, Poll::Ready(Err(Failure::Refused(_)))));
}
