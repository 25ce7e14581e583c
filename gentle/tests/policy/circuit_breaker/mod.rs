mod pitfalls;

use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::task::{Context, Waker};

use gentle::policy::circuit_breaker::{Phase, Trip};
use gentle::policy::{Key, Refusal};
use gentle::time::sleep;
use tokio::time::advance;

use super::*;

/// What a call can fail with.
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

type Outcome = Result<(), Failure>;

async fn failing() -> Outcome {
    Err(Failure::Inner)
}

async fn fail(policies: &Policies, times: u32) {
    for _ in 0..times {
        assert_eq!(policies.call(failing).await, Err(Failure::Inner));
    }
}

async fn succeed(policies: &Policies, times: u32) {
    for _ in 0..times {
        assert_eq!(policies.call(at_once).await, Ok(()));
    }
}

fn phase(policies: &Policies) -> Phase {
    policies.circuit_breaker().unwrap().state().phase
}

fn is_open(policies: &Policies) -> bool {
    matches!(phase(policies), Phase::Open { .. })
}

async fn refused(policies: &Policies) -> Rejected {
    let rejected = policies.call(at_once).await.unwrap_err();
    assert_eq!((rejected.policy, rejected.kind), (Key::CircuitBreaker, Refusal::Open));
    rejected
}

/// Opens it and lets the longest open time pass.
async fn half_open(policies: &Policies) {
    fail(policies, 3).await;
    assert!(is_open(policies));
    advance(Duration::from_millis(5_500)).await;
}

const THREE: &str = r#"circuit_breaker = "3 in a row, open 5s""#;

#[tokio::test(start_paused = true)]
async fn a_caller_that_gives_up_does_not_open_it_either() {
    let policies = policies(r#"circuit_breaker = "3 in a row", timeout = "1h""#);
    for _ in 0..10 {
        give_up(spawn(&policies, pending).await).await;
        let (answer, _) = timed(policies.call(pending::<Answer>)).await;
        assert!(answer.unwrap_err().is_timeout(), "the whole time of a call is its caller's");
    }
    assert_eq!(phase(&policies), Phase::Closed);
    assert_eq!(policies.circuit_breaker().unwrap().state().signs[0].bad, 0);
}

#[tokio::test(start_paused = true)]
async fn slow_calls_open_it_and_the_queue_is_not_part_of_them() {
    let policies = policies(r#"circuit_breaker = "100% over 1s of 2 in 1h", bulkhead = "1 queue 5 wait 1h""#);
    let slow = || async {
        sleep(Duration::from_millis(900)).await;
        Ok::<_, Rejected>(())
    };
    let (one, other, third) = tokio::join!(policies.call(slow), policies.call(slow), policies.call(slow));
    assert_eq!((one, other, third), (Ok(()), Ok(()), Ok(())));
    assert_eq!(phase(&policies), Phase::Closed);
    policies.set(Key::CircuitBreaker, "100% over 800ms of 2").unwrap();
    for _ in 0..2 {
        assert_eq!(policies.call(slow).await, Ok(()));
    }
    assert!(is_open(&policies), "slow, though they went well");
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_a_token_while_it_opens_does_not_begin() {
    let policies = policies(r#"circuit_breaker = "3 in a row, open 1h", rate_limit = "1/s burst 3""#);
    fail(&policies, 2).await;
    let began = Arc::new(AtomicBool::new(false));
    let failed = tokio::spawn({
        let policies = policies.clone();
        async move {
            let answer = policies.call(|| async {
                sleep(Duration::from_millis(500)).await;
                failing().await
            });
            assert_eq!(answer.await, Err(Failure::Inner));
        }
    });
    settle().await;
    let waiting = tokio::spawn({
        let (policies, began) = (policies.clone(), began.clone());
        async move {
            policies
                .call(|| async {
                    began.store(true, Ordering::SeqCst);
                    at_once().await
                })
                .await
        }
    });
    failed.await.unwrap();
    assert_eq!(waiting.await.unwrap().unwrap_err().kind, Refusal::Open);
    assert!(!began.load(Ordering::SeqCst));
    policies.set(Key::CircuitBreaker, "off").unwrap();
    let (answer, waited) = timed(policies.call(at_once)).await;
    assert_eq!((answer, waited), (Ok(()), Duration::ZERO), "its token went back");
}

#[tokio::test(start_paused = true)]
async fn an_open_circuit_spends_no_token_and_is_tried_again_only_when_the_time_left_fits() {
    let policies = policies(
        r#"circuit_breaker = "1 in a row, open 100ms", rate_limit = "5/1h, reject", retry = "exp(10ms..1s), 2 attempts""#,
    );
    let (answer, took) = timed(policies.call(failing)).await;
    assert_eq!(took, Duration::ZERO.max(took));
    let Err(Failure::Rejected(rejected)) = answer else { panic!("{answer:?}") };
    assert_eq!(rejected.kind, Refusal::Open);
    assert_eq!(timed(policies.call(at_once)).await.0, Ok(()), "it came back when the circuit let it");
    policies.set(Key::CircuitBreaker, "1 in a row, open 1h").unwrap();
    fail_once_and_be_refused(&policies).await;
    let (answer, took) = timed(policies.call(at_once)).await;
    assert_eq!((answer.unwrap_err().kind, took), (Refusal::Open, Duration::ZERO), "an hour is too long");
    for _ in 0..100 {
        refused(&policies).await;
    }
    policies.set(Key::CircuitBreaker, "off").unwrap();
    succeed(&policies, 2).await;
    assert_eq!(policies.call(at_once).await.unwrap_err().policy, Key::RateLimit);
}

async fn fail_once_and_be_refused(policies: &Policies) {
    assert!(policies.call(failing).await.is_err());
    assert!(is_open(policies));
}

#[tokio::test(start_paused = true)]
async fn who_waited_until_it_lets_a_probe_pass_is_not_judged_by_the_time_when_it_came() {
    let policies =
        policies(r#"circuit_breaker = "1 in a row, open 100ms", retry = "const(10ms), 3 attempts""#);
    let tries = AtomicU32::new(0);
    let second_time_lucky =
        || async { if tries.fetch_add(1, Ordering::SeqCst) == 0 { failing().await } else { Ok(()) } };
    assert_eq!(policies.call(second_time_lucky).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn the_open_time_grows_and_begins_anew_after_a_long_time_closed() {
    let policies = policies(r#"circuit_breaker = "1 in a row, open 5s..20s""#);
    let mut left = Vec::new();
    for _ in 0..4 {
        fail(&policies, 1).await;
        left.push(refused(&policies).await.retry_after.unwrap().as_secs_f64());
        advance(Duration::from_secs(20)).await;
    }
    for (left, middle) in left.into_iter().zip([5.0, 10.0, 20.0, 20.0]) {
        assert!((left / middle - 1.0).abs() <= 0.2, "{left} {middle}");
    }
    succeed(&policies, 1).await;
    advance(Duration::from_secs(19)).await;
    fail(&policies, 1).await;
    assert!(
        refused(&policies).await.retry_after.unwrap() >= Duration::from_secs(16),
        "closed for too short a time"
    );
    advance(Duration::from_secs(20)).await;
    succeed(&policies, 1).await;
    advance(Duration::from_secs(20)).await;
    fail(&policies, 1).await;
    assert!(refused(&policies).await.retry_after.unwrap() <= Duration::from_secs(6));
}

#[tokio::test(start_paused = true)]
async fn by_hand_it_stays_as_it_is_held() {
    let policies = policies(THREE);
    let circuit = policies.circuit_breaker().unwrap();
    circuit.isolate();
    assert_eq!(refused(&policies).await.retry_after, None);
    advance(Duration::from_secs(3600)).await;
    refused(&policies).await;
    circuit.close();
    fail(&policies, 10).await;
    assert_eq!(circuit.state().phase, Phase::HeldClosed);
    circuit.observe();
    fail(&policies, 7).await;
    succeed(&policies, 1).await;
    let state = circuit.state();
    assert_eq!((state.phase, state.opened, state.refused), (Phase::Observed, 2, 2));
    circuit.reset();
    fail(&policies, 2).await;
    let state = circuit.state();
    assert_eq!((state.phase, state.signs[0].trip, state.signs[0].bad), (Phase::Closed, Trip::InARow(3), 2));
    assert_eq!(state.to_string(), "closed; 3 in a row: 2 of 2");
    fail(&policies, 1).await;
    assert!(is_open(&policies));
    circuit.reset();
    succeed(&policies, 1).await;
}

#[tokio::test(start_paused = true)]
async fn other_words_while_it_is_open_leave_it_open_and_wrong_ones_change_nothing() {
    let policies = policies(THREE);
    fail(&policies, 3).await;
    policies.set(Key::CircuitBreaker, "50% of 4, open 1s").unwrap();
    assert!(refused(&policies).await.retry_after.unwrap() > Duration::from_secs(4));
    for wrong in
        ["50% in 10s", "three in a row", "50 of 20", "5 in a row, probe 3 of 2", "5 in a row each tenant"]
    {
        assert!(policies.set(Key::CircuitBreaker, wrong).is_err(), "{wrong}");
    }
    assert_eq!(policies.to_string(), r#"circuit_breaker = "50% of 4, open 1s, probe 1""#);
    policies.set(Key::CircuitBreaker, "off").unwrap();
    fail(&policies, 100).await;
    assert_eq!(phase(&policies), Phase::Off);
    policies.set(Key::CircuitBreaker, "50% of 4, open 1s").unwrap();
    fail(&policies, 4).await;
    assert!(refused(&policies).await.retry_after.unwrap() < Duration::from_secs(2));
}

// Dated one by one they would read the clock and take the lock each time.
#[tokio::test(start_paused = true)]
async fn many_calls_in_a_short_time_count_as_many_and_grow_old_together() {
    for many in [100, 5_000] {
        let policies = policies(r#"circuit_breaker = "50% of 20 in 10s""#);
        succeed(&policies, many).await;
        fail(&policies, many - 1).await;
        let sign = policies.circuit_breaker().unwrap().state().signs[0];
        assert_eq!((sign.calls, sign.bad), (u64::from(2 * many - 1), u64::from(many - 1)));
        assert_eq!(phase(&policies), Phase::Closed);
        advance(Duration::from_secs(10)).await;
        fail(&policies, 19).await;
        assert_eq!(phase(&policies), Phase::Closed);
        fail(&policies, 1).await;
        assert!(is_open(&policies));
    }
}

/// Four threads make as many calls as they can, all of which stay where they are. How many came to run.
fn crowd(policies: &Policies) -> u32 {
    let inside = AtomicU32::new(0);
    let enter = || {
        let operation = || async {
            inside.fetch_add(1, Ordering::SeqCst);
            pending::<Answer>().await
        };
        let mut calls: Vec<_> = (0..500).map(|_| Box::pin(policies.call(operation))).collect();
        for call in &mut calls {
            let _ = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        }
        calls
    };
    std::thread::scope(|threads| {
        let threads: Vec<_> = (0..4).map(|_| threads.spawn(enter)).collect();
        let calls: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
        drop(calls);
    });
    inside.into_inner()
}

#[test]
fn threads_together_never_get_more_probes_than_there_are() {
    let policies = policies(r#"circuit_breaker = "1 in a row, open 1ns, probe 3 of 5 within 1h""#);
    let fails = pin!(policies.call(failing));
    assert!(fails.poll(&mut Context::from_waker(Waker::noop())).is_ready());
    std::thread::sleep(Duration::from_millis(1));
    for _ in 0..200 {
        assert_eq!(crowd(&policies), 5);
        assert_eq!(phase(&policies), Phase::HalfOpen { under_way: 0, succeeded: 0, failed: 0 });
    }
}
