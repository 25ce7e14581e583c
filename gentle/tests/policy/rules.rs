//! Whose fault an outcome is, and when to come back.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use gentle::policy::circuit_breaker::Phase;
use gentle::policy::handler::Handler;
use gentle::policy::{Judge, Key, Refusal, Rules, Verdict};
use tokio::time::advance;

use super::*;

#[derive(Clone, Debug, PartialEq)]
enum Failure {
    Theirs,
    Ours,
    TooMany(Duration),
    Rejected(Rejected),
}

impl Failure {
    fn is_theirs(&self) -> bool {
        matches!(self, Self::Theirs)
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::TooMany(time) => Some(*time),
            _ => None,
        }
    }
}

impl From<Rejected> for Failure {
    fn from(rejected: Rejected) -> Self {
        Self::Rejected(rejected)
    }
}

type Outcome = Result<u32, Failure>;

fn rules() -> impl Judge<Outcome> + Clone {
    Rules::new().failure_if(Failure::is_theirs).retry_after(Failure::retry_after)
}

fn phase(policies: &Policies) -> Phase {
    policies.circuit_breaker().unwrap().state().phase
}

async fn call(policies: &Policies, outcome: Outcome) -> Outcome {
    policies.call_as(rules(), async || outcome.clone()).await
}

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

#[tokio::test(start_paused = true)]
async fn pitfall_1_a_probe_whose_outcome_is_ignored_makes_room_and_decides_nothing() {
    let policies = policies(r#"circuit_breaker = "1 in a row, open 5s, within 1h""#);
    assert_eq!(call(&policies, Err(Failure::Theirs)).await, Err(Failure::Theirs));
    advance(millis(5_500)).await;
    for _ in 0..3 {
        assert_eq!(call(&policies, Err(Failure::Ours)).await, Err(Failure::Ours));
        assert_eq!(phase(&policies), Phase::HalfOpen { under_way: 0, succeeded: 0, failed: 0 });
    }
    assert_eq!(call(&policies, Ok(1)).await, Ok(1));
    assert_eq!(phase(&policies), Phase::Closed);
}

#[tokio::test(start_paused = true)]
async fn pitfall_3_neither_an_ignored_outcome_nor_a_refusal_nor_giving_up_closes_it() {
    let policies = policies(r#"circuit_breaker = "1 in a row, open 5s, within 1h", bulkhead = "1""#);
    assert_eq!(call(&policies, Err(Failure::Theirs)).await, Err(Failure::Theirs));
    advance(millis(5_500)).await;
    assert!(policies.call_as(rules(), pending::<Outcome>).now_or_never().await.is_none());
    assert_eq!(call(&policies, Err(Failure::Ours)).await, Err(Failure::Ours));
    assert_eq!(phase(&policies), Phase::HalfOpen { under_way: 0, succeeded: 0, failed: 0 });
}

#[tokio::test(start_paused = true)]
async fn r4j_1657_a_full_bulkhead_and_an_empty_bucket_never_open_the_circuit() {
    let text = r#"circuit_breaker = "1 in a row, open 1h", bulkhead = "1", rate_limit = "2/h, reject""#;
    let policies = policies(text);
    let inside = spawn(&policies, pending).await;
    for _ in 0..20 {
        let Err(Failure::Rejected(refused)) = call(&policies, Ok(1)).await else { panic!("refused") };
        assert_eq!(refused.kind, Refusal::Full);
    }
    give_up(inside).await;
    assert_eq!(call(&policies, Ok(1)).await, Ok(1));
    for _ in 0..20 {
        let Err(Failure::Rejected(refused)) = call(&policies, Ok(1)).await else { panic!("refused") };
        assert_eq!(refused.policy, Key::RateLimit);
    }
    assert_eq!(phase(&policies), Phase::Closed);
}

#[tokio::test(start_paused = true)]
async fn r4j_682_calls_that_are_given_up_never_open_it() {
    let policies = policies(r#"circuit_breaker = "1 in a row, open 1h""#);
    for _ in 0..20 {
        assert!(policies.call_as(rules(), pending::<Outcome>).now_or_never().await.is_none());
    }
    assert_eq!(phase(&policies), Phase::Closed);
}

/// Something that may be ready at once.
trait AtOnce: Future + Sized {
    async fn now_or_never(self) -> Option<Self::Output> {
        tokio::time::timeout(Duration::ZERO, self).await.ok()
    }
}

impl<F: Future> AtOnce for F {}

#[tokio::test(start_paused = true)]
async fn ignored_errors_never_open_a_circuit_whatever_its_signs() {
    let mut chance = fastrand::Rng::with_seed(1657);
    for signs in
        ["1 in a row", "1 of 1", "1% of 1", "1% of 1 in 10s", "2 in 1m", "1 in a row or 1% of 2 in 1s"]
    {
        let policies = policies(&format!(r#"circuit_breaker = "{signs}, open 1h""#));
        for _ in 0..2_000 {
            let outcome = if chance.bool() { Ok(1) } else { Err(Failure::Ours) };
            assert_eq!(call(&policies, outcome.clone()).await, outcome, "{signs}");
            if chance.u8(..) < 8 {
                advance(millis(chance.u64(..2_000))).await;
            }
        }
        assert_eq!(phase(&policies), Phase::Closed);
    }
}

#[tokio::test(start_paused = true)]
async fn a_circuit_that_sees_ignored_errors_is_where_one_is_that_does_not() {
    for seed in 0..40 {
        let mut chance = fastrand::Rng::with_seed(seed);
        let signs = ["3 in a row", "50% of 4", "3 of 8", "60% of 5 in 10s", "4 in 10s"][chance.usize(..5)];
        let text = format!(r#"circuit_breaker = "{signs}, open 1h""#);
        let (one, other) = (policies(&text), policies(&text));
        for step in 0..200 {
            let outcome = [Ok(1), Err(Failure::Theirs), Err(Failure::Ours)][chance.usize(..3)].clone();
            let answered = call(&one, outcome.clone()).await;
            if outcome != Err(Failure::Ours) {
                assert_eq!(answered.is_ok(), call(&other, outcome).await.is_ok());
            }
            let (one, other) = (phase(&one), phase(&other));
            assert_eq!(
                matches!(one, Phase::Open { .. }),
                matches!(other, Phase::Open { .. }),
                "{signs}, seed {seed}, step {step}"
            );
            advance(millis(chance.u64(..500))).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_is_cut_off_counts_whatever_the_rules_say() {
    let policies = policies(r#"circuit_breaker = "2 in a row, open 1h", timeout = "1s each attempt""#);
    let nothing_fails = Rules::new().failure_if(|_: &Failure| false);
    for _ in 0..2 {
        assert!(policies.call_as(&nothing_fails, pending::<Outcome>).await.is_err());
    }
    assert!(matches!(phase(&policies), Phase::Open { .. }));
}

#[tokio::test(start_paused = true)]
async fn an_ignored_error_costs_no_budget() {
    let policies = policies(r#"retry = "now, 2 attempts, budget 1% floor 1/h""#);
    for _ in 0..3 {
        assert_eq!(call(&policies, Err(Failure::Ours)).await, Err(Failure::Ours));
    }
    let tries = AtomicU32::new(0);
    let fails = async || {
        tries.fetch_add(1, Ordering::SeqCst);
        Outcome::Err(Failure::Theirs)
    };
    assert_eq!(policies.call_as(rules(), fails).await, Err(Failure::Theirs));
    assert_eq!(tries.into_inner(), 2, "the floor is still there");
}

/// A server that has enough at its third call, and writes down when it was called.
#[derive(Default)]
struct Server(Mutex<Vec<Duration>>);

impl Server {
    fn call(&self, begun: gentle::time::Instant) -> Outcome {
        let mut calls = self.0.lock().unwrap();
        calls.push(now() - begun);
        if calls.len() == 3 { Err(Failure::TooMany(millis(2_000))) } else { Ok(1) }
    }

    fn taken(&self) -> Vec<u128> {
        self.0.lock().unwrap().iter().map(Duration::as_millis).collect()
    }
}

/// Twelve calls at once.
async fn twelve(text: &str) -> (Vec<u128>, usize) {
    let (policies, server, begun) = (policies(text), Arc::new(Server::default()), now());
    let calls = (0..12).map(|_| {
        let (policies, server) = (policies.clone(), server.clone());
        tokio::spawn(async move {
            let operation = async || {
                tokio::time::sleep(millis(10)).await;
                server.call(begun)
            };
            policies.call_as(rules(), operation).await.is_ok()
        })
    });
    let mut succeeded = 0;
    for call in calls.collect::<Vec<_>>() {
        succeeded += usize::from(call.await.unwrap());
    }
    (server.taken(), succeeded)
}

#[tokio::test(start_paused = true)]
async fn pitfall_20_a_server_that_has_enough_is_left_alone_by_those_in_the_queue_of_the_bulkhead_too() {
    let (calls, succeeded) = twelve(r#"rate_limit = "10/s burst 20", bulkhead = "1 queue 64""#).await;
    assert_eq!(calls[..3], [10, 20, 30]);
    let after: Vec<u128> = (0..9).map(|nth| 2_030 + 10 + 100 * nth).collect();
    assert_eq!(calls[3..], after, "one by one at the rate, and in the order in which they came");
    assert_eq!(succeeded, 11);
}

#[tokio::test(start_paused = true)]
async fn pitfall_20_nor_does_the_line_of_the_rate_limit_run_into_it() {
    for limit in ["1/10ms burst 3", "3/30ms and 100/h", "1/10ms strict"] {
        let (calls, succeeded) = twelve(&format!(r#"rate_limit = "{limit}""#)).await;
        let refused_at = calls[2];
        // What was under way when the server had enough was under way.
        let next = calls.iter().filter(|at| **at > refused_at + 10).min().unwrap();
        assert_eq!(*next, refused_at + 2_000 + 10, "{limit}: {calls:?}");
        assert_eq!((calls.len(), succeeded), (12, 11), "{limit}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_closed_limit_refuses_at_once_what_would_wait_too_long_and_says_when() {
    let policies = policies(r#"rate_limit = "10/s wait 1s""#);
    assert!(call(&policies, Err(Failure::TooMany(millis(5_000)))).await.is_err());
    let (answer, waited) = timed(call(&policies, Ok(1))).await;
    let Err(Failure::Rejected(refused)) = answer else { panic!("refused") };
    assert_eq!((refused.policy, refused.kind), (Key::RateLimit, Refusal::TooLong));
    assert_eq!((refused.retry_after, waited), (Some(millis(5_000)), Duration::ZERO));
    advance(millis(4_500)).await;
    assert_eq!(timed(call(&policies, Ok(1))).await, (Ok(1), millis(500)));
}

#[tokio::test(start_paused = true)]
async fn who_stands_in_line_when_it_is_closed_is_refused_if_that_is_more_than_it_came_for() {
    let policies = policies(r#"rate_limit = "1/100ms, wait 1s""#);
    assert_eq!(call(&policies, Ok(1)).await, Ok(1));
    let slow = tokio::spawn({
        let policies = policies.clone();
        let busy = async || {
            tokio::time::sleep(millis(50)).await;
            Outcome::Err(Failure::TooMany(millis(5_000)))
        };
        async move { policies.call_as(rules(), busy).await }
    });
    settle().await;
    let waiting = tokio::spawn({
        let policies = policies.clone();
        async move { timed(call(&policies, Ok(1))).await }
    });
    assert!(slow.await.unwrap().is_err());
    let (answer, waited) = waiting.await.unwrap();
    let Err(Failure::Rejected(refused)) = answer else { panic!("refused") };
    assert_eq!((refused.kind, waited), (Refusal::TooLong, millis(150)));
}

#[tokio::test(start_paused = true)]
async fn a_change_of_the_limit_opens_it_and_a_limit_that_is_off_is_not_closed() {
    let policies = policies(r#"rate_limit = "10/s""#);
    assert!(call(&policies, Err(Failure::TooMany(Duration::MAX))).await.is_err());
    let waiting = tokio::spawn({
        let policies = policies.clone();
        async move { timed(call(&policies, Ok(1))).await }
    });
    settle().await;
    assert!(!waiting.is_finished(), "it is closed for good");
    policies.set(Key::RateLimit, "5/s").unwrap();
    assert!(waiting.await.unwrap().1 <= millis(200));
    policies.set(Key::RateLimit, "off").unwrap();
    assert!(call(&policies, Err(Failure::TooMany(Duration::MAX))).await.is_err());
    assert_eq!(timed(call(&policies, Ok(1))).await, (Ok(1), Duration::ZERO));
    policies.set(Key::RateLimit, "5/s").unwrap();
    assert!(timed(call(&policies, Ok(1))).await.1 <= millis(200));
}

#[tokio::test(start_paused = true)]
async fn a_token_that_comes_back_opens_nothing() {
    let policies = policies(r#"rate_limit = "1/s burst 4", bulkhead = "1 wait 1h""#);
    let begun = now();
    let busy = tokio::spawn({
        let policies = policies.clone();
        let busy = async || {
            tokio::time::sleep(millis(10)).await;
            Outcome::Err(Failure::TooMany(millis(2_000)))
        };
        async move { policies.call_as(rules(), busy).await }
    });
    settle().await;
    let queued = spawn(&policies, at_once).await;
    assert!(busy.await.unwrap().is_err());
    give_up(queued).await;
    assert_eq!(call(&policies, Ok(1)).await, Ok(1));
    assert_eq!(now() - begun, millis(2_010));
}

#[tokio::test(start_paused = true)]
async fn with_a_key_the_limit_of_that_key_is_closed_and_no_other() {
    for limit in ["10/s each tenant", "10/s and 100/h, each tenant", "10/s strict, each tenant"] {
        let policies = policies(&format!(r#"rate_limit = "{limit}""#));
        let call = async |tenant: &str, outcome: Outcome| {
            timed(policies.each(tenant).call_as(rules(), async || outcome.clone())).await
        };
        assert_eq!(call("a", Err(Failure::TooMany(millis(700)))).await.1, Duration::ZERO);
        assert_eq!(call("b", Ok(1)).await, (Ok(1), Duration::ZERO), "{limit}");
        assert_eq!(call("a", Ok(1)).await, (Ok(1), millis(700)), "{limit}");
        let free = policies.each("a").cost(0);
        assert!(call("a", Err(Failure::TooMany(millis(700)))).await.0.is_err());
        assert_eq!(timed(free.call_as(rules(), async || Outcome::Ok(1))).await.1, Duration::ZERO);
    }
}

#[tokio::test(start_paused = true)]
async fn a_handler_goes_by_rules_too() {
    let asked = Mutex::new(Vec::new());
    let handler = |outcome: u32| {
        asked.lock().unwrap().push(outcome);
        async move { Outcome::Err(if outcome == 0 { Failure::Ours } else { Failure::Theirs }) }
    };
    let policies = SharedText(r#"retry = "now, 2 attempts", circuit_breaker = "2 in a row""#);
    let gently = (&handler).gently(policies.make()).judged_by(rules());
    assert_eq!(gently.handle(0).await, Err(Failure::Ours));
    assert_eq!(gently.handle(1).await, Err(Failure::Theirs));
    assert_eq!(*asked.lock().unwrap(), [0, 1, 1]);
    let retried = (&handler).retry("now, 2 attempts").unwrap().judged_by(rules());
    assert_eq!(retried.handle(0).await, Err(Failure::Ours));
    assert_eq!(asked.lock().unwrap().len(), 4);
    let closed =
        (|(): ()| async { Outcome::Err(Failure::TooMany(millis(700))) }).rate_limit("100/s").unwrap();
    let closed = closed.judged_by(rules());
    assert!(closed.handle(()).await.is_err());
    assert_eq!(timed(closed.handle(())).await.1, millis(700));
}

struct SharedText(&'static str);

impl SharedText {
    fn make(&self) -> Arc<Policies> {
        policies(self.0)
    }
}

/// A judge of somebody's own.
struct Even;

impl Judge<Outcome> for Even {
    fn verdict(&self, outcome: &Outcome) -> Verdict {
        match outcome {
            Ok(number) if number % 2 == 0 => Verdict::Success,
            Ok(_) => Verdict::Failure,
            Err(_) => Verdict::Ignored,
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_judge_can_be_of_ones_own() {
    let policies = policies(r#"retry = "now, 5 attempts""#);
    let numbers = AtomicU32::new(1);
    let next = async || Outcome::Ok(numbers.fetch_add(1, Ordering::SeqCst));
    assert_eq!(policies.call_as(Even, next).await, Ok(2));
}
