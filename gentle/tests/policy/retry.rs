use std::future::poll_fn;
use std::ops::ControlFlow;
use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::Poll;

use gentle::policy::Key;
use gentle::time::sleep;

use super::*;

/// An operation of which nothing is known but how often it was tried.
#[derive(Default)]
struct Failing(AtomicU32);

impl Failing {
    fn again(&self) -> impl Future<Output = Result<(), Failure>> + Send {
        poll_fn(|_| {
            self.0.fetch_add(1, Ordering::SeqCst);
            Poll::Ready(Err(Failure::Inner))
        })
    }

    fn tries(&self) -> u32 {
        self.0.load(Ordering::SeqCst)
    }
}

#[derive(Debug, PartialEq)]
enum Failure {
    Inner,
    Rejected(Rejected),
}

impl From<Rejected> for Failure {
    fn from(rejected: Rejected) -> Self {
        Self::Rejected(rejected)
    }
}

fn is_timeout(answer: &Result<(), Failure>) -> bool {
    matches!(answer, Err(Failure::Rejected(rejected)) if rejected.is_timeout())
}

#[tokio::test(start_paused = true)]
async fn a_rejection_that_says_when_is_tried_again_then() {
    let policies = policies(r#"rate_limit = "1/300ms, reject", retry = "const(10ms), within 1s""#);
    assert_eq!(policies.call(at_once).await, Ok(()));
    assert_eq!(timed(policies.call(at_once)).await, (Ok(()), Duration::from_millis(300)));
}

#[tokio::test(start_paused = true)]
async fn a_rejection_that_says_too_late_is_final_at_once() {
    for retry in ["const(10ms), within 1s", "exp(100ms..10s), 3 attempts"] {
        let policies = policies(&format!(r#"rate_limit = "1/h, reject", retry = "{retry}""#));
        assert_eq!(policies.call(at_once).await, Ok(()));
        let (answer, waited) = timed(policies.call(at_once)).await;
        assert_eq!(answer.unwrap_err().policy, Key::RateLimit);
        assert_eq!(waited, Duration::ZERO, "{retry}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_rejection_that_does_not_say_when_is_final() {
    let policies = policies(r#"bulkhead = "1", retry = "const(10ms), 5 attempts""#);
    let _inside = spawn(&policies, pending).await;
    let (answer, waited) = timed(policies.call(at_once)).await;
    assert_eq!((answer.unwrap_err().policy, waited), (Key::Bulkhead, Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn switched_off_it_ends_a_call_that_would_go_on_for_ever() {
    let policies = policies(r#"retry = "const(100ms), forever""#);
    let (failing, other) = (Arc::new(Failing::default()), policies.clone());
    let call = tokio::spawn({
        let failing = failing.clone();
        async move { other.call(|| failing.again()).await }
    });
    sleep(Duration::from_millis(250)).await;
    policies.set(Key::Retry, "off").unwrap();
    assert_eq!(timed(call).await.0.unwrap(), Err(Failure::Inner));
    assert_eq!(failing.tries(), 4, "the one that was due, and no more");
}

#[tokio::test(start_paused = true)]
async fn a_call_goes_by_the_new_sentence_from_its_next_failure_on() {
    let policies = policies(r#"retry = "const(100ms), forever""#);
    let (failing, other) = (Arc::new(Failing::default()), policies.clone());
    let call = tokio::spawn({
        let failing = failing.clone();
        async move { timed(other.call(|| failing.again())).await }
    });
    sleep(Duration::from_millis(250)).await;
    policies.set(Key::Retry, "const(1s), 5 attempts").unwrap();
    assert_eq!(call.await.unwrap(), (Err(Failure::Inner), Duration::from_millis(1300)));
    assert_eq!(failing.tries(), 5);
}

#[tokio::test(start_paused = true)]
async fn switched_on_it_serves_calls_that_have_begun_without_it() {
    let policies = policies(r#"retry = "3 attempts""#);
    policies.set(Key::Retry, "off").unwrap();
    let failing = Failing::default();
    assert_eq!(policies.call(|| failing.again()).await, Err(Failure::Inner));
    assert_eq!(failing.tries(), 1);
    let work = || async {
        policies.set(Key::Retry, "now, 3 attempts").unwrap();
        failing.again().await
    };
    assert_eq!(policies.call(work).await, Err(Failure::Inner));
    assert_eq!(failing.tries(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_retry_that_the_deadline_forbids_costs_no_budget() {
    let policies = policies(r#"retry = "const(2s), 2 attempts, budget 1% floor 1/h", timeout = "1s""#);
    let failing = Failing::default();
    for _ in 0..3 {
        assert!(is_timeout(&policies.call(|| failing.again()).await));
    }
    policies.set(Key::Timeout, "off").unwrap();
    assert_eq!(policies.call(|| failing.again()).await, Err(Failure::Inner));
    assert_eq!(failing.tries(), 3 + 2, "the floor still pays for one");
    assert_eq!(policies.call(|| failing.again()).await, Err(Failure::Inner));
    assert_eq!(failing.tries(), 5 + 1, "and for no second one");
}

#[tokio::test(start_paused = true)]
async fn a_call_of_one_attempt_earns_and_pays_nothing() {
    let policies = policies(r#"retry = "now, 1 attempts, budget 50% floor 1/h""#);
    let failing = Failing::default();
    for _ in 0..2 {
        assert_eq!(policies.call(|| failing.again()).await, Err(Failure::Inner));
    }
    policies.set(Key::Retry, "now, 9 attempts, budget 50% floor 1/h").unwrap();
    assert_eq!(policies.call(|| failing.again()).await, Err(Failure::Inner));
    assert_eq!(failing.tries(), 2 + 1 + 2, "one from three first attempts, one from the floor");
}

#[tokio::test(start_paused = true)]
async fn attempts_counts_what_was_tried_and_nothing_else() {
    let policies = policies(r#"retry = "const(400ms), 9 attempts", timeout = "1s""#);
    let mut call = policies.begin();
    assert_eq!(call.attempts(), 0);
    for made in 1..=3 {
        let outcome = call.attempt(pin!(Failing::default().again())).await;
        assert_eq!((outcome.as_ref(), call.attempts()), (Err(&Failure::Inner), made));
        let ControlFlow::Continue(pause) = call.settle(outcome) else { panic!("it gave up") };
        pause.await;
        assert_eq!(call.attempts(), made);
    }
    let outcome = call.attempt(pin!(Failing::default().again())).await;
    assert!(is_timeout(&outcome));
    assert!(matches!(call.settle(outcome), ControlFlow::Break(_)));
    assert_eq!(call.attempts(), 3, "there was no time for a fourth");
}

#[tokio::test(start_paused = true)]
async fn a_spent_budget_does_not_count_as_an_attempt() {
    let policies = policies(r#"retry = "now, 9 attempts, budget 1% floor 1/h""#);
    let mut call = policies.begin();
    for go_on in [true, false] {
        let outcome = call.attempt(pin!(Failing::default().again())).await;
        assert_eq!(call.settle(outcome).is_continue(), go_on);
    }
    assert_eq!(call.attempts(), 2);
}

#[tokio::test(start_paused = true)]
async fn retrying_at_once_and_for_ever_lets_others_run() {
    let policies = policies(r#"retry = "now, forever""#);
    let (failing, other) = (Failing::default(), policies.clone());
    let call = tokio::spawn(async move { other.call(|| failing.again()).await });
    settle().await;
    policies.set(Key::Retry, "off").unwrap();
    assert_eq!(timed(call).await.0.unwrap(), Err(Failure::Inner));
}

#[tokio::test(start_paused = true)]
async fn the_longest_delay_is_no_timeout() {
    let policies = policies(r#"retry = "const(36500d), 3 attempts", timeout = "1s each attempt""#);
    let failing = Failing::default();
    let mut call = pin!(policies.call(|| failing.again()));
    let first = poll_fn(|cx| Poll::Ready(call.as_mut().poll(cx)));
    assert!(first.await.is_pending());
}

#[gentle::gentle(retry = "const(100ms), within 1s")]
async fn takes_long_to_fail(tries: &AtomicU32) -> Result<(), String> {
    tries.fetch_add(1, Ordering::SeqCst);
    sleep(Duration::from_millis(600)).await;
    Err("no".to_owned())
}

#[tokio::test(start_paused = true)]
async fn the_time_of_a_retry_alone_begins_with_its_first_attempt() {
    let tries = AtomicU32::new(0);
    let (answer, took) = timed(takes_long_to_fail(&tries)).await;
    assert!(answer.is_err());
    assert_eq!((tries.load(Ordering::SeqCst), took), (2, Duration::from_millis(1300)));
}

// Every call fails. Without a budget three attempts are three times the load.
#[tokio::test(start_paused = true)]
async fn pitfall_14_retries_are_a_share_of_the_calls_and_no_multiple() {
    for (budget, least, most) in [("", 3_000, 3_000), (", budget 20% floor 1/h", 1_190, 1_201)] {
        let policies = policies(&format!("retry = \"now, 3 attempts{budget}\""));
        let failing = Failing::default();
        for _ in 0..1_000 {
            assert_eq!(policies.call(|| failing.again()).await, Err(Failure::Inner));
        }
        assert!((least..=most).contains(&failing.tries()), "{budget}: {}", failing.tries());
    }
}

#[tokio::test(start_paused = true)]
async fn pitfall_14_retries_around_retries_do_not_multiply() {
    let budget = r#"retry = "now, 4 attempts, budget 20% floor 1/h""#;
    let (outer, inner) = (policies(budget), policies(budget));
    let failing = Failing::default();
    for _ in 0..1_000 {
        let around = || inner.call(|| failing.again());
        assert_eq!(outer.call(around).await, Err(Failure::Inner));
    }
    assert!(failing.tries() <= 1_444, "{} and not 16 000", failing.tries());
}

#[tokio::test(start_paused = true)]
async fn pitfall_14_retries_that_wait_have_been_paid_for() {
    let policies = policies(r#"retry = "const(1h), 2 attempts, budget 10% floor 1/2h""#);
    let failing = Arc::new(Failing::default());
    let calls: Vec<_> = (0..200)
        .map(|_| {
            let (policies, failing) = (policies.clone(), failing.clone());
            tokio::spawn(async move { policies.call(|| failing.again()).await })
        })
        .collect();
    settle().await;
    let waiting = calls.iter().filter(|call| !call.is_finished()).count();
    assert!((20..=21).contains(&waiting), "{waiting}");
    sleep(Duration::from_secs(2 * 3600)).await;
    assert_eq!(failing.tries() as usize, 200 + waiting);
}
