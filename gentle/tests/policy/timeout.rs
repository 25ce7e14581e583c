use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering};

use gentle::policy::Key;
use tokio::task::coop::consume_budget;
use tokio::time::advance;

use super::*;

/// Has work for ever, or nearly so, and never waits for anything.
async fn busy() -> Answer {
    for _ in 0..100_000 {
        consume_budget().await;
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn an_operation_that_never_waits_is_cut_off_all_the_same() {
    let call = spawn(&policies(r#"timeout = "1s""#), busy).await;
    advance(Duration::from_secs(1)).await;
    assert!(call.await.unwrap().unwrap_err().is_timeout());
}

#[tokio::test(start_paused = true)]
async fn a_total_time_covers_the_wait_before_the_bulkhead() {
    let policies = policies(r#"bulkhead = "1 wait 10s", timeout = "1s, 900ms each attempt""#);
    let call = spawn(&policies, pending).await;
    let (answer, waited) = timed(policies.call(at_once)).await;
    assert_eq!((answer, waited), (Ok(()), Duration::from_millis(900)), "let in when the first was cut off");
    assert!(call.await.unwrap().unwrap_err().is_timeout());

    policies.set(Key::Timeout, "1s").unwrap();
    let _inside = spawn(&policies, pending).await;
    policies.set(Key::Timeout, "300ms").unwrap();
    let (answer, waited) = timed(policies.call(at_once)).await;
    assert!(answer.unwrap_err().is_timeout());
    assert_eq!(waited, Duration::from_millis(300));
}

#[tokio::test(start_paused = true)]
async fn the_time_of_an_attempt_begins_behind_the_bulkhead() {
    let policies = policies(r#"bulkhead = "1 wait 10s", timeout = "1s each attempt""#);
    let first = spawn(&policies, pending).await;
    let (answer, waited) = timed(policies.call(pending::<Answer>)).await;
    assert!(answer.unwrap_err().is_timeout());
    assert_eq!(waited, Duration::from_secs(2));
    assert!(first.await.unwrap().is_err());
}

#[tokio::test(start_paused = true)]
async fn an_attempt_out_of_time_is_a_failure_to_retry_and_a_call_out_of_time_is_not() {
    let tries = AtomicU32::new(0);
    let hangs = || {
        tries.fetch_add(1, Ordering::SeqCst);
        pending::<Answer>()
    };
    let policies = policies(r#"retry = "now, 5 attempts", timeout = "2500ms, 1s each attempt""#);
    let (answer, took) = timed(policies.call(hangs)).await;
    assert!(answer.unwrap_err().is_timeout());
    assert_eq!((tries.load(Ordering::SeqCst), took), (3, Duration::from_millis(2500)));
}

#[tokio::test(start_paused = true)]
async fn the_longest_time_limit_is_none() {
    let policies = policies(r#"timeout = "36500d, 36500d each attempt", rate_limit = "1/s, wait 36500d""#);
    for _ in 0..2 {
        assert_eq!(pin!(policies.call(at_once)).await, Ok(()));
    }
}
