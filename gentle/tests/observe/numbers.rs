use std::thread;

use gentle::policy::{self, Key};
use tokio::time::{advance, sleep};

use super::*;

#[tokio::test(start_paused = true)]
async fn every_call_is_counted_once_whatever_its_policies_are() {
    for text in [
        r#"bulkhead = "1""#,
        r#"retry = "const(1ms), 2 attempts""#,
        r#"timeout = "1s""#,
        r#"circuit_breaker = "100 in a row""#,
        r#"circuit_breaker = "100 in a row", retry = "const(1ms), 2 attempts", bulkhead = "1", rate_limit = "1000/s""#,
        r#"circuit_breaker = "90% over 1s of 100", bulkhead = "1""#,
    ] {
        let policies = policies(text);
        for _ in 0..10 {
            assert_eq!(policies.call(good).await, Ok(7));
        }
        for _ in 0..3 {
            assert!(policies.call(bad).await.is_err());
        }
        let slow = || async {
            sleep(millis(10)).await;
            Ok::<_, Failure>(7)
        };
        policies.call(slow).await.unwrap();
        let numbers = policies.numbers();
        let retried = if text.contains("retry") { 3 } else { 0 };
        assert_eq!((numbers.calls, numbers.succeeded, numbers.failed), (14, 11, 3), "{text}");
        assert_eq!((numbers.attempts, numbers.retries), (14 + retried, retried), "{text}");
        assert_eq!((numbers.ignored, numbers.refused, numbers.cancelled), (0, 0, 0), "{text}");
        assert_eq!(numbers.latency, None, "nobody measures");
    }
}

#[tokio::test(start_paused = true)]
async fn a_success_is_counted_in_every_phase_of_a_circuit() {
    let policies = policies(r#"circuit_breaker = "2 in a row, open 10s..10s""#);
    policies.call(good).await.unwrap();
    for _ in 0..2 {
        assert!(policies.call(bad).await.is_err());
    }
    assert!(policies.call(good).await.is_err(), "it is open");
    advance(millis(20_000)).await;
    policies.call(good).await.unwrap();
    let circuit = policies.circuit_breaker().unwrap();
    circuit.close();
    policies.call(good).await.unwrap();
    circuit.observe();
    policies.call(good).await.unwrap();
    policies.set(Key::CircuitBreaker, "off").unwrap();
    policies.call(good).await.unwrap();
    let numbers = policies.numbers();
    assert_eq!((numbers.succeeded, numbers.failed, numbers.refused), (5, 2, 1));
    assert_eq!(numbers.refused_by(Key::CircuitBreaker), 1);
}

#[tokio::test(start_paused = true)]
async fn a_success_after_failures_counts_all_its_attempts() {
    for text in
        [r#"retry = "now, 3 attempts""#, r#"retry = "now, 3 attempts", circuit_breaker = "9 in a row""#]
    {
        let policies = policies(text);
        let mut calls = 0;
        let third = || {
            calls += 1;
            let good = calls == 3;
            async move { if good { Ok(7) } else { Err(Failure::Inner) } }
        };
        assert_eq!(policies.call(third).await, Ok(7));
        let numbers = policies.numbers();
        assert_eq!((numbers.calls, numbers.succeeded, numbers.failed), (1, 1, 0));
        assert_eq!((numbers.attempts, numbers.retries), (3, 2), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn refusals_count_by_policy_and_calls_by_how_they_ended() {
    let policies = policies(r#"rate_limit = "1/h, reject", timeout = "1s""#);
    policies.call(good).await.unwrap();
    for _ in 0..3 {
        assert!(policies.call(good).await.is_err());
    }
    policies.set(Key::RateLimit, "off").unwrap();
    assert!(policies.call(never).await.is_err());
    let numbers = policies.numbers();
    assert_eq!((numbers.calls, numbers.succeeded, numbers.refused), (5, 1, 4));
    assert_eq!(numbers.refusals, [(Key::RateLimit, 3), (Key::Timeout, 1)]);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_given_up_counts_as_cancelled() {
    for text in [r#"retry = "on""#, r#"bulkhead = "1""#, r#"retry = "on", circuit_breaker = "on""#] {
        let policies = policies(text);
        for _ in 0..3 {
            assert!(tokio::time::timeout(millis(1), policies.call(never)).await.is_err());
        }
        let numbers = policies.numbers();
        assert_eq!((numbers.calls, numbers.cancelled, numbers.attempts), (3, 3, 3), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn latency_is_that_of_whole_calls_and_measured_when_asked() {
    for text in [
        r#"bulkhead = "1""#,
        r#"retry = "on""#,
        r#"retry = "on", circuit_breaker = "on", rate_limit = "9/s""#,
    ] {
        let policies = policies(text);
        policies.measure(true);
        for wait in [0, 100] {
            let slow = || async move {
                sleep(millis(wait)).await;
                Ok::<_, Failure>(7)
            };
            policies.call(slow).await.unwrap();
        }
        policies.measure(false);
        policies.call(good).await.unwrap();
        let latency = policies.numbers().latency.unwrap();
        assert_eq!((latency.count, latency.longest), (2, millis(100)), "{text}");
        assert_eq!(latency.ranges.iter().map(|(_, count)| count).sum::<u64>(), 2);
        assert!(latency.p50 < millis(1) && latency.p99 > millis(87), "{latency:?}");
        assert!(latency.mean > millis(40) && latency.mean < millis(60), "{latency:?}");
    }
}

#[test]
fn nothing_is_lost_between_threads() {
    static SHARED: Policies = gentle::policies!(bulkhead = "1000", retry = "now, 2 attempts");
    let calls = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            for turn in 0..1_000 {
                let _ = if turn % 4 == 0 { SHARED.call(bad).await } else { SHARED.call(good).await };
            }
        });
    };
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(calls);
        }
    });
    let numbers = SHARED.numbers();
    assert_eq!((numbers.calls, numbers.succeeded, numbers.failed), (4_000, 3_000, 1_000));
    assert_eq!((numbers.attempts, numbers.retries), (5_000, 1_000));
}

#[tokio::test(start_paused = true)]
async fn a_function_is_found_by_its_name() {
    #[gentle::gentle(name = "numbers::found", bulkhead = "1")]
    async fn found() -> Answer {
        Ok(7)
    }

    found().await.unwrap();
    assert_eq!(policy::numbers("numbers::found").unwrap().succeeded, 1);
    let listed = policy::list().into_iter().find(|listed| listed.name == "numbers::found").unwrap();
    assert_eq!(listed.text, r#"bulkhead = "1, reject""#);
    assert!(listed.place.unwrap().file.ends_with("observe/numbers.rs"));
    policy::set("numbers::found", Key::Bulkhead, "2").unwrap();
    let wrong = policy::set("numbers::fond", Key::Bulkhead, "2").unwrap_err();
    assert!(wrong.to_string().ends_with("help: did you mean `numbers::found`?"), "{wrong}");
    assert!(policy::set("numbers::found", Key::Bulkhead, "0").is_err());
    let listed = policy::list().into_iter().find(|listed| listed.name == "numbers::found").unwrap();
    assert_eq!(listed.text, r#"bulkhead = "2, reject""#);
}
