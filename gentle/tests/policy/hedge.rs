use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::Poll;

use gentle::gentle;
use gentle::policy::{Key, Refusal};
use gentle::time::sleep;
use tokio::time::advance;

use super::*;

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// What a call answers and after which time; one behind the other, and the last for all that come after it.
struct Script {
    plan: RefCell<VecDeque<(Duration, Result<u32, &'static str>)>>,
    begun: Cell<u32>,
    log: RefCell<Vec<String>>,
}

/// Notes in the log that it is dropped.
struct Dropped<'a>(&'a Script, String);

impl Drop for Dropped<'_> {
    fn drop(&mut self) {
        self.0.log.borrow_mut().push(std::mem::take(&mut self.1));
    }
}

type Said = Result<u32, anyhow::Error>;

impl Script {
    fn new(plan: &[(u64, Result<u32, &'static str>)]) -> Self {
        let plan = plan.iter().map(|(millis, answer)| (ms(*millis), *answer)).collect();
        Self { plan: RefCell::new(plan), begun: Cell::new(0), log: RefCell::default() }
    }

    fn next(&self) -> (Duration, Result<u32, &'static str>) {
        let mut plan = self.plan.borrow_mut();
        if plan.len() > 1 { plan.pop_front().unwrap() } else { plan[0] }
    }

    async fn ask(&self) -> Said {
        let number = self.begun.get() + 1;
        self.begun.set(number);
        let (time, answer) = self.next();
        let _dropped = Dropped(self, format!("{number} dropped"));
        sleep(time).await;
        self.log.borrow_mut().push(format!("{number} answers"));
        answer.map_err(|error| anyhow::anyhow!(error))
    }

    async fn under(&self, policies: &Policies) -> (Result<u32, String>, Duration) {
        let (answer, took) = timed(policies.call(|| self.ask())).await;
        (answer.map_err(|error| error.to_string()), took)
    }

    fn log(&self) -> String {
        self.log.borrow_mut().drain(..).collect::<Vec<_>>().join(", ")
    }
}

#[tokio::test(start_paused = true)]
async fn pitfall_12_the_losers_are_gone_before_the_winner_returns() {
    let policies = policies(r#"hedge = "after 50ms, max 2", bulkhead = "3""#);
    let script = Script::new(&[(500, Ok(1)), (500, Ok(2)), (30, Ok(3))]);
    assert_eq!(script.under(&policies).await, (Ok(3), ms(130)));
    assert_eq!(script.log(), "3 answers, 3 dropped, 2 dropped, 1 dropped");
    let mut inside = Vec::new();
    for _ in 0..3 {
        inside.push(spawn(&policies, pending).await);
    }
    let refused = policies.call(at_once).await.unwrap_err();
    assert_eq!((refused.policy, refused.kind), (Key::Bulkhead, Refusal::Full), "three permits came back");
    sleep(Duration::from_secs(1)).await;
    assert_eq!(script.begun.get(), 3, "nothing of them runs on");
}

#[tokio::test(start_paused = true)]
async fn a_slow_call_gets_company_and_the_first_answer_counts() {
    let policies = policies(r#"hedge = "after 50ms""#);
    let script = Script::new(&[(200, Ok(1)), (10, Ok(2))]);
    assert_eq!(script.under(&policies).await, (Ok(2), ms(60)));
    assert_eq!(script.log(), "2 answers, 2 dropped, 1 dropped");

    let script = Script::new(&[(100, Ok(1)), (80, Ok(2))]);
    assert_eq!(script.under(&policies).await, (Ok(1), ms(100)), "the slow one may still be first");
    assert_eq!(script.log(), "1 answers, 1 dropped, 2 dropped");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_answers_in_time_stays_alone() {
    let policies = policies(r#"hedge = "after 50ms""#);
    let script = Script::new(&[(49, Ok(1))]);
    assert_eq!(script.under(&policies).await, (Ok(1), ms(49)));
    let script = Script::new(&[(10, Err("no"))]);
    assert_eq!(script.under(&policies).await, (Err("no".to_owned()), ms(10)), "a failure is no slowness");
    assert_eq!(script.begun.get(), 1);
}

#[tokio::test(start_paused = true)]
async fn there_are_as_many_as_the_hedge_says_each_after_the_same_time() {
    let policies = policies(r#"hedge = "after 50ms, max 3""#);
    let begun = now();
    let starts = RefCell::new(Vec::new());
    let hangs = || {
        starts.borrow_mut().push(now() - begun);
        sleep(ms(1000))
    };
    policies
        .call(|| async {
            hangs().await;
            Ok::<_, Rejected>(())
        })
        .await
        .unwrap();
    assert_eq!(*starts.borrow(), [ms(0), ms(50), ms(100), ms(150)]);
    assert_eq!(now() - begun, ms(1000));
}

#[tokio::test(start_paused = true)]
async fn a_failure_waits_for_those_that_run_and_is_what_comes_back_when_all_fail() {
    let policies = policies(r#"hedge = "after 50ms, max 2""#);
    let script = Script::new(&[(120, Err("first")), (200, Err("second")), (20, Err("third"))]);
    let (answer, took) = script.under(&policies).await;
    assert_eq!((answer, took), (Err("first".to_owned()), ms(250)));

    let script = Script::new(&[(60, Err("first")), (100, Ok(2))]);
    assert_eq!(script.under(&policies).await, (Ok(2), ms(150)));
    assert_eq!(script.begun.get(), 2, "after a failure no further one begins");

    let script = Script::new(&[(300, Ok(1)), (10, Err("second")), (10, Ok(3))]);
    assert_eq!(
        script.under(&policies).await,
        (Ok(3), ms(110)),
        "an extra one that fails is no more than that"
    );
}

#[tokio::test(start_paused = true)]
async fn a_retry_begins_anew_when_all_have_failed() {
    let policies = policies(r#"hedge = "after 50ms", retry = "const(100ms), 2 attempts""#);
    let script = Script::new(&[(60, Err("1")), (60, Err("2")), (60, Err("3")), (20, Ok(4))]);
    assert_eq!(script.under(&policies).await, (Ok(4), ms(110 + 100 + 70)));
}

#[tokio::test(start_paused = true)]
async fn every_one_has_its_own_time_pass_and_permit() {
    let policies = policies(
        r#"hedge = "after 50ms", circuit_breaker = "9 in a row", bulkhead = "4", timeout = "1s, 100ms each attempt""#,
    );
    let script = Script::new(&[(9999, Ok(1))]);
    let (answer, took) = script.under(&policies).await;
    assert_eq!((answer, took), (Err("timeout: the time is up".to_owned()), ms(150)));
    let signs = policies.circuit_breaker().unwrap().state().signs;
    assert!(format!("{signs:?}").contains('2'), "both have failed: {signs:?}");
    let script = Script::new(&[(9999, Ok(1)), (10, Ok(2))]);
    assert_eq!(script.under(&policies).await, (Ok(2), ms(60)));
}

#[tokio::test(start_paused = true)]
async fn an_extra_call_that_is_refused_changes_nothing() {
    let policies = policies(r#"hedge = "after 50ms, max 5", bulkhead = "1""#);
    let script = Script::new(&[(200, Ok(1))]);
    assert_eq!(script.under(&policies).await, (Ok(1), ms(200)));
    assert_eq!(script.begun.get(), 1);
    assert_eq!(policies.call(at_once).await, Ok(()), "the one permit came back");

    let refused = policies.call(|| async { policies.call(at_once).await }).await.unwrap_err();
    assert_eq!((refused.policy, refused.kind), (Key::Bulkhead, Refusal::Full), "a refusal needs no company");
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_a_turn_gets_no_company() {
    let policies = policies(r#"hedge = "after 50ms", rate_limit = "1/100ms""#);
    assert_eq!(policies.call(at_once).await, Ok(()));
    let script = Script::new(&[(40, Ok(1))]);
    assert_eq!(script.under(&policies).await, (Ok(1), ms(140)));
    assert_eq!(script.begun.get(), 1);

    let script = Script::new(&[(200, Ok(1)), (10, Ok(2))]);
    let (answer, took) = script.under(&policies).await;
    assert_eq!((answer, took), (Ok(2), ms(60 + 100 + 10)), "the second waits for a token of its own");
}

#[tokio::test(start_paused = true)]
async fn a_budget_that_is_spent_means_no_hedge() {
    let policies = policies(r#"hedge = "after 50ms, budget 50% floor 1/h""#);
    let calls = |count| async move {
        let mut fast = 0;
        for _ in 0..count {
            let script = Script::new(&[(200, Ok(1)), (10, Ok(2))]);
            fast += u32::from(script.under(&policies).await.0 == Ok(2));
        }
        fast
    };
    assert_eq!(calls(10).await, 1 + 5, "the floor, and one for every two calls");
}

#[tokio::test(start_paused = true)]
async fn pitfall_14_a_hedge_draws_on_the_budget_of_the_retry() {
    let policies = policies(r#"hedge = "after 50ms", retry = "now, 2 attempts, budget 1% floor 2/h""#);
    let fast = async || {
        let script = Script::new(&[(200, Ok(1)), (10, Ok(2))]);
        script.under(&policies).await.0 == Ok(2)
    };
    assert!(fast().await && fast().await, "the floor");
    assert!(!fast().await, "it is spent");
    let script = Script::new(&[(10, Err("1")), (10, Ok(2))]);
    assert_eq!(script.under(&policies).await.0, Err("1".to_owned()), "for a retry too");
}

#[tokio::test(start_paused = true)]
async fn a_percentile_follows_what_calls_take_once_there_are_a_hundred() {
    let policies = policies(r#"hedge = "after p90 at least 5ms""#);
    for call in 0..100 {
        let script = Script::new(&[(if call == 50 { 500 } else { 20 }, Ok(1))]);
        assert_eq!(script.under(&policies).await.0, Ok(1));
        assert_eq!(script.begun.get(), 1, "call {call}: too little is known");
    }
    let script = Script::new(&[(500, Ok(1)), (1, Ok(2))]);
    let (answer, took) = script.under(&policies).await;
    assert_eq!(answer, Ok(2));
    assert!(took >= ms(18) && took <= ms(25), "{took:?}");

    for _ in 0..2_000 {
        let script = Script::new(&[(2, Ok(1))]);
        assert_eq!(script.under(&policies).await.0, Ok(1));
    }
    let script = Script::new(&[(500, Ok(1)), (1, Ok(2))]);
    assert_eq!(script.under(&policies).await, (Ok(2), ms(6)), "not before the floor");
}

// If only the winners were counted, each hedge would make the next one come sooner.
#[tokio::test(start_paused = true)]
async fn a_percentile_does_not_creep_down_because_slow_calls_are_overtaken() {
    let policies = policies(r#"hedge = "after p90""#);
    let call = |number: u64| (if number % 5 == 0 { 100 } else { 20 }, Ok(1));
    for number in 0..3_000 {
        let script = Script::new(&[call(number), (1, Ok(2))]);
        assert!(script.under(&policies).await.0.is_ok());
    }
    let script = Script::new(&[(500, Ok(1)), (1, Ok(2))]);
    let (_, took) = script.under(&policies).await;
    assert!(took >= ms(80), "one in five takes 100 ms, so p90 is that: {took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_hedge_can_be_changed_and_switched_off_and_comes_back() {
    let policies = policies(r#"hedge = "after 50ms""#);
    let took = async || Script::new(&[(200, Ok(1)), (10, Ok(2))]).under(&policies).await.1;
    assert_eq!(took().await, ms(60));
    policies.set(Key::Hedge, "after 100ms").unwrap();
    assert_eq!(took().await, ms(110));
    policies.set(Key::Hedge, "off").unwrap();
    assert_eq!(took().await, ms(200));
    assert!(policies.set(Key::Hedge, "soon").is_err());
    policies.set(Key::Hedge, "after 20ms").unwrap();
    assert_eq!(took().await, ms(30));
    assert_eq!(policies.to_string(), r#"hedge = "after 20ms, max 1""#);
}

#[tokio::test(start_paused = true)]
async fn calls_beside_each_other_inherit_the_same_deadline() {
    let policies = policies(r#"hedge = "after 50ms", timeout = "1s, 300ms each attempt""#);
    let left = RefCell::new(Vec::new());
    let begun = now();
    let looks = || async {
        left.borrow_mut().push(gentle::policy::deadline().unwrap() - begun);
        sleep(ms(100)).await;
        Ok::<_, Rejected>(())
    };
    assert_eq!(policies.call(looks).await, Ok(()));
    assert_eq!(*left.borrow(), [ms(1000), ms(1000)]);
    assert_eq!(gentle::policy::deadline(), None);

    let all = gentle::policy::with_deadline(now() + ms(80), policies.call(pending::<Answer>));
    let (answer, took) = timed(all).await;
    assert!(answer.unwrap_err().is_timeout());
    assert_eq!(took, ms(80), "both end there");
}

#[tokio::test(start_paused = true)]
async fn a_hedge_that_would_begin_at_the_deadline_does_not() {
    let policies = policies(r#"hedge = "after 50ms""#);
    let script = Script::new(&[(60, Ok(1))]);
    let answer = gentle::policy::with_deadline(now() + ms(50), script.under(&policies)).await;
    assert_eq!(answer, (Err("timeout: the time is up".to_owned()), ms(50)));
    assert_eq!(script.begun.get(), 1);
}

/// Polls a hedged call so many times, with 10 ms in between, and gives it up. Whether it had ended.
async fn given_up(policies: &Policies, polls: u32) -> bool {
    let script = Script::new(&[(85, Err("no")), (95, Err("no"))]);
    let mut call = pin!(policies.call(|| script.ask()));
    for _ in 0..polls {
        if std::future::poll_fn(|cx| Poll::Ready(call.as_mut().poll(cx))).await.is_ready() {
            return true;
        }
        advance(ms(10)).await;
    }
    false
}

#[tokio::test(start_paused = true)]
async fn a_hedged_call_can_be_given_up_at_every_point_and_leaks_nothing() {
    for polls in 0.. {
        let policies = policies(
            r#"hedge = "after 20ms, max 2", retry = "const(50ms), 2 attempts", bulkhead = "3",
               rate_limit = "6/s queue 1", circuit_breaker = "9 in a row, open 1s, probe 1""#,
        );
        let ended = given_up(&policies, polls).await;
        sleep(Duration::from_secs(2)).await;
        policies.set(Key::Hedge, "off").unwrap();
        policies.set(Key::Retry, "off").unwrap();
        let inside: Vec<_> = {
            let mut inside = Vec::new();
            for _ in 0..3 {
                inside.push(spawn(&policies, pending).await);
            }
            inside
        };
        let refused = policies.call(at_once).await.unwrap_err();
        assert_eq!(
            (refused.policy, refused.kind),
            (Key::Bulkhead, Refusal::Full),
            "{polls}: three are inside"
        );
        for task in inside {
            give_up(task).await;
        }
        for _ in 0..3 {
            assert_eq!(policies.call(at_once).await, Ok(()), "{polls}: six tokens in all");
        }
        if ended {
            assert!(polls > 15, "it went through everything: {polls}");
            break;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_probe_of_a_circuit_is_given_back_by_one_that_is_overtaken() {
    let policies = policies(r#"hedge = "after 50ms", circuit_breaker = "1 in a row, open 1s, probe 2""#);
    assert!(policies.call(|| async { Err::<(), _>(anyhow::anyhow!("down")) }).await.is_err());
    sleep(Duration::from_secs(2)).await;
    let script = Script::new(&[(500, Ok(1)), (10, Ok(2))]);
    assert_eq!(script.under(&policies).await, (Ok(2), ms(60)), "two probes");
    assert_eq!(policies.call(at_once).await, Ok(()), "the first gave its place back");
    assert_eq!(format!("{:?}", policies.circuit_breaker().unwrap().state().phase), "Closed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn hedged_calls_on_many_threads_give_everything_back() {
    let policies = policies(r#"hedge = "after 1ms, max 2", bulkhead = "8 queue 1000", timeout = "30s""#);
    let asked = Arc::new(AtomicU32::new(0));
    let tasks: Vec<_> = (0..64)
        .map(|_| {
            let (policies, asked) = (policies.clone(), asked.clone());
            tokio::spawn(async move {
                for _ in 0..4 {
                    let answer = policies.call(|| async {
                        let number = asked.fetch_add(1, Ordering::SeqCst);
                        if number % 3 == 0 {
                            sleep(ms(20)).await;
                        }
                        yield_now().await;
                        Ok::<_, Rejected>(())
                    });
                    assert_eq!(answer.await, Ok(()));
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert!(asked.load(Ordering::SeqCst) > 256, "some had company");
    policies.set(Key::Bulkhead, "8").unwrap();
    let mut inside = Vec::new();
    for _ in 0..8 {
        inside.push(spawn(&policies, pending).await);
    }
    let full = async {
        while policies.call(at_once).await.is_ok() {
            yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), full).await.unwrap();
}

static ASKED: AtomicU32 = AtomicU32::new(0);

#[derive(Clone)]
struct Scores(Arc<Vec<u32>>);

impl Scores {
    #[gentle(hedge = "after 50ms, max 2", retry(2 attempts), idempotent)]
    async fn read(self, player: &usize, (offset, _): (u32, String)) -> anyhow::Result<u32> {
        let number = ASKED.fetch_add(1, Ordering::SeqCst);
        sleep(if number == 0 { ms(500) } else { ms(10) }).await;
        Ok(self.0[*player] + offset)
    }
}

static SHARED: Policies = gentle::policies!(hedge = "after 50ms");

#[gentle(policy = SHARED, idempotent)]
async fn twice(asked: &AtomicU32) -> anyhow::Result<u32> {
    let number = asked.fetch_add(1, Ordering::SeqCst) + 1;
    sleep(ms(200) / number).await;
    Ok(number)
}

#[gentle(policy = SHARED)]
async fn once(asked: &mut u32) -> anyhow::Result<u32> {
    *asked += 1;
    sleep(ms(200)).await;
    Ok(*asked)
}

#[tokio::test(start_paused = true)]
async fn a_function_with_a_hedge_runs_beside_itself() {
    let scores = Scores(Arc::new(vec![1, 2, 3]));
    let task = tokio::spawn(timed(async move { scores.read(&2, (40, String::new())).await.unwrap() }));
    assert_eq!(task.await.unwrap(), (43, ms(60)));
    assert_eq!(ASKED.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn shared_policies_hedge_the_functions_that_are_idempotent() {
    let (answer, took) = timed(twice(&AtomicU32::new(0))).await;
    assert_eq!((answer.unwrap(), took), (2, ms(150)));
    let (answer, took) = timed(once(&mut 0)).await;
    assert_eq!((answer.unwrap(), took), (1, ms(200)));
}

#[test]
fn a_hedge_that_never_starts_is_found_also_when_policies_are_built() {
    let mistakes = Policies::builder().hedge("after 5s").timeout("2s").build().unwrap_err();
    assert_eq!(mistakes.first().code(), "G601");
    let text = r#"hedge = "after p95 at least 2s", timeout = "10s, 2s each attempt""#;
    assert_eq!(Policies::parse(text).unwrap_err().first().code(), "G601");
    assert!(Policies::builder().hedge("after p95").timeout("2s").build().is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_handler_with_a_hedge_runs_beside_itself() {
    use gentle::policy::handler::Handler;
    let asked = Arc::new(AtomicU32::new(0));
    let read = {
        let asked = asked.clone();
        move |player: u32| {
            let number = asked.fetch_add(1, Ordering::SeqCst) + 1;
            async move {
                sleep(ms(200) / number).await;
                Ok::<_, Rejected>(player + number)
            }
        }
    };
    let read = read.hedge("after 50ms").unwrap();
    assert_eq!(timed(read.handle(40)).await, (Ok(42), ms(150)));
}

#[gentle(hedge = "after 50ms", bulkhead = "1 each tenant", rate_limit = "100/s", cost = 2, idempotent)]
async fn of_a_tenant(tenant: &str, asked: &AtomicU32) -> anyhow::Result<u32> {
    let number = asked.fetch_add(1, Ordering::SeqCst) + 1;
    sleep(ms(200) / number).await;
    Ok(number + u32::from(tenant.is_empty()))
}

#[tokio::test(start_paused = true)]
async fn calls_beside_each_other_share_the_policies_of_their_key() {
    let (answer, took) = timed(of_a_tenant("acme", &AtomicU32::new(0))).await;
    assert_eq!((answer.unwrap(), took), (1, ms(200)), "one at a time for each tenant");
    let policies = policies(r#"hedge = "after 50ms", bulkhead = "2 each tenant""#);
    let script = Script::new(&[(200, Ok(1)), (10, Ok(2))]);
    let caller = policies.each("acme");
    let (answer, took) = timed(caller.call(|| script.ask())).await;
    assert_eq!((answer.unwrap(), took), (2, ms(60)));
}

#[gentle(
    hedge = "after 50ms",
    circuit_breaker = "1 in a row",
    failure_if = |error: &Unfit| !error.0.is_empty(),
    fallback = |_: Unfit| Ok(7),
    idempotent
)]
async fn judged(asked: &AtomicU32) -> Result<u32, Unfit> {
    let number = asked.fetch_add(1, Ordering::SeqCst) + 1;
    sleep(ms(200) / number).await;
    Err(Unfit(if number == 2 { "" } else { "down" }))
}

#[derive(Debug)]
struct Unfit(&'static str);

impl From<Rejected> for Unfit {
    fn from(_: Rejected) -> Self {
        Self("refused")
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_no_failure_wins_and_the_fallback_stands_behind_it() {
    let (answer, took) = timed(judged(&AtomicU32::new(0))).await;
    assert_eq!((answer.unwrap(), took), (7, ms(150)), "the second is an error that is no failure");
    assert_eq!(timed(judged(&AtomicU32::new(0))).await.1, ms(150), "so the circuit is closed");
}
