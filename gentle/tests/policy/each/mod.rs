//! Policies for each key: kept apart, bounded, and forgotten exactly when nobody can tell.

mod attribute;
mod model;

use std::sync::atomic::{AtomicU32, Ordering};

use gentle::policy::circuit_breaker::Phase;
use gentle::policy::{Key, Refusal};
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

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// How many of so many calls of this key pass.
async fn passing(policies: &Policies, key: &str, calls: u32) -> u32 {
    let mut passed = 0;
    for _ in 0..calls {
        passed += u32::from(policies.each(key).call(at_once).await.is_ok());
    }
    passed
}

/// A call of this key on a task of its own, as far as it gets without time passing.
async fn spawn_each<F>(
    policies: &Arc<Policies>,
    key: &'static str,
    operation: fn() -> F,
) -> JoinHandle<Answer>
where
    F: Future<Output = Answer> + Send + 'static,
{
    let policies = policies.clone();
    let task = tokio::spawn(async move { policies.each(key).call(operation).await });
    settle().await;
    task
}

/// Comes with keys that nobody has used, so that those that can go have gone.
fn others_come(policies: &Policies) {
    for key in 0..2_000_u32 {
        drop(policies.each(&key));
    }
}

#[tokio::test(start_paused = true)]
async fn a_rate_limit_for_each_key_is_nobody_elses() {
    let limit = policies(r#"rate_limit = "5/s reject each tenant""#);
    for key in ["a", "b"] {
        assert_eq!(passing(&limit, key, 20).await, 5, "{key}");
    }
    advance(Duration::from_millis(200)).await;
    assert_eq!(passing(&limit, "a", 20).await, 1);
    advance(Duration::from_millis(200)).await;
    assert_eq!(passing(&limit, "b", 20).await, 2);
}

#[tokio::test(start_paused = true)]
async fn each_key_has_a_line_of_its_own() {
    let limit = policies(r#"rate_limit = "1/s each tenant""#);
    let begun = now();
    let mut calls = Vec::new();
    for key in ["a", "a", "a", "b", "b"] {
        calls.push((key, spawn_each(&limit, key, at_once).await));
    }
    let mut ended = Vec::new();
    for (key, call) in calls {
        call.await.unwrap().unwrap();
        ended.push((key, (now() - begun).as_secs()));
    }
    assert_eq!(ended[..3], [("a", 0), ("a", 1), ("a", 2)]);
    let alone = timed(limit.each("b").call(at_once)).await.1;
    assert!(alone <= seconds(1), "the line of `a` is not in its way: {alone:?}");
}

#[tokio::test(start_paused = true)]
async fn several_and_exact_windows_are_kept_for_each_key() {
    let limit = policies(r#"rate_limit = "5/s and 7/m, strict, reject, each tenant""#);
    for key in ["a", "b"] {
        assert_eq!(passing(&limit, key, 20).await, 5);
    }
    advance(seconds(1)).await;
    assert_eq!(passing(&limit, "a", 20).await, 2, "the minute's");
    advance(seconds(60)).await;
    others_come(&limit);
    assert!(limit.held_keys(Key::RateLimit) < 100, "{}", limit.held_keys(Key::RateLimit));
}

#[tokio::test(start_paused = true)]
async fn a_bulkhead_for_each_key_is_nobody_elses() {
    let two = policies(r#"bulkhead = "2 queue 1 each account""#);
    let a = [spawn_each(&two, "a", pending).await, spawn_each(&two, "a", pending).await];
    let b = spawn_each(&two, "b", pending).await;
    let waits = spawn_each(&two, "a", at_once).await;
    assert!(!waits.is_finished());
    let refused = two.each("a").call(at_once).await.unwrap_err();
    assert_eq!((refused.policy, refused.kind), (Key::Bulkhead, Refusal::QueueFull));
    assert_eq!(two.each("b").call(at_once).await, Ok(()));
    let [first, second] = a;
    give_up(first).await;
    assert_eq!(waits.await.unwrap(), Ok(()));
    give_up(second).await;
    give_up(b).await;
    others_come(&two);
    assert!(two.held_keys(Key::Bulkhead) < 100);
}

#[tokio::test(start_paused = true)]
async fn a_circuit_breaker_for_each_key_is_nobody_elses() {
    let breaker = policies(r#"circuit_breaker = "3 in a row, open 30s, each host""#);
    for _ in 0..3 {
        assert_eq!(breaker.each("down").call(failing).await, Err(Failure::Inner));
    }
    let refused = breaker.each("down").call(at_once).await.unwrap_err();
    assert_eq!((refused.policy, refused.kind), (Key::CircuitBreaker, Refusal::Open));
    assert_eq!(breaker.each("up").call(at_once).await, Ok(()));
    assert_eq!(breaker.call(at_once).await, Ok(()), "nor of those without a key");
    let down = breaker.each("down");
    assert!(matches!(down.circuit_breaker().unwrap().state().phase, Phase::Open { .. }));
    down.circuit_breaker().unwrap().reset();
    assert_eq!(breaker.each("down").call(at_once).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_circuit_breaker_goes_when_it_has_forgotten_everything() {
    let breaker = policies(r#"circuit_breaker = "2 in 10s, open 5s..1m, each host up to 1""#);
    // Whoever comes meanwhile takes its place if it can go.
    let opened = || {
        drop(breaker.each("other"));
        breaker.each("host").circuit_breaker().unwrap().state().opened
    };
    assert_eq!(breaker.each("host").call(failing).await, Err(Failure::Inner));
    advance(seconds(8)).await;
    assert_eq!(opened(), 0);
    assert_eq!(breaker.each("host").call(failing).await, Err(Failure::Inner), "the second in ten seconds");
    assert!(breaker.each("host").call(at_once).await.is_err(), "it is open");
    assert_eq!(opened(), 1);
    advance(seconds(7)).await;
    assert_eq!(breaker.each("host").call(at_once).await, Ok(()), "the probe closes it");
    advance(seconds(50)).await;
    assert_eq!(opened(), 1, "the next open time would still be a longer one");
    advance(seconds(11)).await;
    assert_eq!(opened(), 0, "another one by now");
}

#[tokio::test(start_paused = true)]
async fn a_circuit_breaker_keeps_the_successes_in_its_window() {
    let breaker = policies(r#"circuit_breaker = "50% of 4 in 20s, each host""#);
    assert_eq!(breaker.each("host").call(at_once).await, Ok(()));
    others_come(&breaker);
    for _ in 0..3 {
        assert_eq!(breaker.each("host").call(failing).await, Err(Failure::Inner));
    }
    assert!(breaker.each("host").call(at_once).await.is_err(), "three of four");
}

#[tokio::test(start_paused = true)]
async fn a_circuit_breaker_that_somebody_holds_stays() {
    let breaker = policies(r#"circuit_breaker = "manual, each host""#);
    breaker.each("host").circuit_breaker().unwrap().isolate();
    others_come(&breaker);
    assert!(breaker.each("host").call(at_once).await.is_err());
    breaker.each("host").circuit_breaker().unwrap().reset();
    others_come(&breaker);
    assert!(breaker.held_keys(Key::CircuitBreaker) < 100);
}

#[tokio::test(start_paused = true)]
async fn pitfall_19_made_up_keys_take_neither_the_memory_nor_the_limit_from_those_who_are_there() {
    let limit = policies(r#"rate_limit = "2/h reject each address up to 1_000""#);
    assert_eq!(passing(&limit, "a", 1).await, 1);
    let mut passed = 0;
    for address in 0..100_000_u32 {
        passed += u32::from(limit.each(&address).call(at_once).await.is_ok());
    }
    assert_eq!(limit.held_keys(Key::RateLimit), 1_000);
    assert_eq!(passed, 999 + 2, "those who found no room share one limit");
    assert_eq!(limit.call(at_once).await.unwrap_err().kind, Refusal::Full, "with those who have no key");
    assert_eq!(passing(&limit, "a", 20).await, 1, "and who was there before has his own");
    advance(seconds(3_600)).await;
    for address in 0..200_000_u32 {
        drop(limit.each(&(address, "later")));
    }
    assert!(limit.held_keys(Key::RateLimit) < 500, "{}", limit.held_keys(Key::RateLimit));
}

#[tokio::test(start_paused = true)]
async fn a_million_keys_have_a_million_limits() {
    let limit = policies(r#"rate_limit = "1/h reject each user up to 1_000_000""#);
    let mut passed = 0;
    for _ in 0..2 {
        for user in 0..1_000_000_u64 {
            let caller = limit.each(&user);
            let mut call = std::pin::pin!(caller.call(at_once));
            let polled = call.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop()));
            passed += u32::from(matches!(polled, std::task::Poll::Ready(Ok(()))));
        }
    }
    assert_eq!((passed, limit.held_keys(Key::RateLimit)), (1_000_000, 1_000_000));
}

#[tokio::test(start_paused = true)]
async fn a_change_holds_for_all_keys_and_keeps_what_each_has_used() {
    let limit = policies(r#"rate_limit = "2/h reject each tenant""#);
    assert_eq!(passing(&limit, "a", 1).await, 1);
    assert_eq!(passing(&limit, "b", 9).await, 2);
    limit.set(Key::RateLimit, "4/h reject").unwrap();
    assert_eq!(limit.current_set().rate_limit.unwrap().on().unwrap().keyed().unwrap().key.as_str(), "tenant");
    for (key, left) in [("a", 3), ("b", 2), ("c", 4)] {
        assert_eq!(passing(&limit, key, 9).await, left, "{key}");
    }
    limit.set(Key::RateLimit, "off").unwrap();
    assert_eq!(passing(&limit, "a", 99).await, 99);
    limit.set(Key::RateLimit, "4/h, reject, each tenant up to 3").unwrap();
    assert_eq!(passing(&limit, "a", 9).await, 0);
    advance(seconds(900)).await;
    assert_eq!(passing(&limit, "a", 9).await, 1);
    assert_eq!(passing(&limit, "d", 9).await, 4, "there is room for three, and this one shares");
    assert_eq!(passing(&limit, "e", 9).await, 0);
    assert_eq!(limit.held_keys(Key::RateLimit), 3);
}

#[tokio::test(start_paused = true)]
async fn those_who_wait_for_a_key_go_on_at_the_new_pace() {
    let limit = policies(r#"rate_limit = "1/h each tenant", bulkhead = "1 queue 9 each tenant""#);
    assert_eq!(passing(&limit, "a", 1).await, 1);
    let waits = spawn_each(&limit, "a", at_once).await;
    limit.set(Key::RateLimit, "1/s").unwrap();
    settle().await;
    let (answer, took) = timed(waits).await;
    assert_eq!(answer.unwrap(), Ok(()));
    assert!(took <= seconds(1), "{took:?}");

    advance(seconds(9)).await;
    let inside = spawn_each(&limit, "a", pending).await;
    advance(seconds(9)).await;
    let waits = spawn_each(&limit, "a", at_once).await;
    assert!(!waits.is_finished());
    limit.set(Key::Bulkhead, "2").unwrap();
    assert_eq!(waits.await.unwrap(), Ok(()));
    give_up(inside).await;
}

#[tokio::test(start_paused = true)]
async fn an_open_circuit_stays_open_for_its_key_when_the_words_change() {
    let breaker = policies(r#"circuit_breaker = "1 in a row, open 30s, each host""#);
    assert_eq!(breaker.each("down").call(failing).await, Err(Failure::Inner));
    breaker.set(Key::CircuitBreaker, "3 in a row, open 10s").unwrap();
    assert!(breaker.each("down").call(at_once).await.is_err());
    assert_eq!(breaker.each("up").call(failing).await, Err(Failure::Inner));
    assert_eq!(breaker.each("up").call(at_once).await, Ok(()), "new words for a new key");
    breaker.set(Key::CircuitBreaker, "off").unwrap();
    assert_eq!(breaker.each("down").call(at_once).await, Ok(()));
}

#[test]
fn a_text_from_outside_keeps_the_key_or_repeats_it() {
    let limit = policies(r#"rate_limit = "20/s each tenant up to 50", bulkhead = "4""#);
    let now = |limit: &Policies| limit.current_set().rate_limit.unwrap().to_string();
    limit.set(Key::RateLimit, "30/s").unwrap();
    assert_eq!(now(&limit), "30/s, burst 30, wait, each tenant up to 50");
    limit.set(Key::RateLimit, "30/s each (tenant) up to 70").unwrap();
    assert_eq!(now(&limit), "30/s, burst 30, wait, each tenant up to 70");
    let refused = limit.set(Key::RateLimit, "30/s each user").unwrap_err().to_string();
    assert_eq!(
        refused,
        "rate_limit: `each user` is not the key in the code, and a key is code [G073]\n\n\
         help: write `each tenant`, or nothing, which means the same"
    );
    let refused = limit.set(Key::Bulkhead, "4 each tenant").unwrap_err().to_string();
    assert!(refused.ends_with("help: leave it out: the code has one for all calls"), "{refused}");
    assert_eq!(now(&limit), "30/s, burst 30, wait, each tenant up to 70", "the old one stays");
}

#[tokio::test(start_paused = true)]
async fn policies_without_each_are_the_same_for_every_key() {
    let limit = policies(r#"rate_limit = "2/h reject""#);
    assert_eq!(passing(&limit, "a", 9).await, 2);
    assert_eq!(passing(&limit, "b", 9).await, 0);
    assert_eq!(limit.held_keys(Key::RateLimit), 0);
}

#[tokio::test(start_paused = true)]
async fn a_retry_takes_the_tokens_of_its_key_for_every_attempt() {
    let limit = policies(r#"rate_limit = "3/h reject each tenant", retry = "now, 3 attempts, within 1s""#);
    assert_eq!(limit.each("a").call(failing).await, Err(Failure::Inner));
    let refused = limit.each("a").call(at_once).await.unwrap_err();
    assert_eq!(refused.policy, Key::RateLimit);
    assert_eq!(limit.each("b").call(at_once).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_call_given_up_at_any_point_leaves_its_key_to_go() {
    let all = policies(
        r#"rate_limit = "1/s burst 2 each k", bulkhead = "1 queue 2 each k", circuit_breaker = "5 in 9s, each k""#,
    );
    for steps in 0..40 {
        let first = spawn_each(&all, "k", pending).await;
        let second = spawn_each(&all, "k", pending).await;
        let third = spawn_each(&all, "k", at_once).await;
        for _ in 0..steps {
            advance(Duration::from_millis(100)).await;
            settle().await;
        }
        give_up(second).await;
        give_up(first).await;
        if !third.is_finished() {
            third.abort();
        }
        drop(third.await);
        settle().await;
        advance(seconds(20)).await;
        let begun = now();
        assert_eq!(passing(&all, "k", 2).await, 2, "after {steps} steps");
        assert_eq!(now(), begun, "both at once: {steps}");
        advance(seconds(20)).await;
    }
    others_come(&all);
    for key in [Key::RateLimit, Key::Bulkhead, Key::CircuitBreaker] {
        assert!(all.held_keys(key) < 100, "{key}: {}", all.held_keys(key));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn threads_together_never_get_more_than_the_limit_of_a_key() {
    const KEYS: usize = 50;
    const ALL: u32 = 3 * 50;
    let limit = policies(r#"rate_limit = "3/h reject each key up to 60""#);
    let passed = Arc::new([const { AtomicU32::new(0) }; KEYS]);
    let mut tasks = tokio::task::JoinSet::new();
    for seed in 0..4 {
        let (limit, passed) = (limit.clone(), passed.clone());
        tasks.spawn(async move {
            for call in 0..20_000_usize {
                let key = (call * 7 + seed * 13) % KEYS;
                if limit.each(&key).call(at_once).await.is_ok() {
                    passed[key].fetch_add(1, Ordering::Relaxed);
                }
                // Somebody who only looks in has to go again.
                drop(limit.each(&(KEYS + call)));
            }
        });
    }
    tasks.join_all().await;
    let passed: Vec<u32> = passed.iter().map(|passed| passed.load(Ordering::Relaxed)).collect();
    // Who found no room for a moment has been a guest at the table of those without a key.
    assert!(passed.iter().all(|passed| (3..=6).contains(passed)), "{passed:?}");
    assert!(passed.iter().sum::<u32>() <= ALL + 3, "{passed:?}");
    assert!(limit.held_keys(Key::RateLimit) <= 60);
}
