//! A bulkhead that finds out by itself how many calls at a time are good.

use std::sync::Mutex;

use gentle::policy::bulkhead::State;
use gentle::policy::{Bulkhead, Judge, Key, Refusal, Verdict};
use gentle::time::sleep;
use tokio::time::advance;

use super::*;

const TAKES: Duration = Duration::from_millis(50);

async fn well() -> Answer {
    sleep(TAKES).await;
    Ok(())
}

async fn badly() -> Answer {
    sleep(TAKES).await;
    let full = Policies::parse(r#"bulkhead = "1""#).unwrap();
    full.call(|| full.call(at_once)).await
}

fn state(policies: &Policies) -> State {
    policies.bulkhead().unwrap()
}

fn limit(policies: &Policies) -> u32 {
    state(policies).limit.unwrap()
}

/// So many callers that never stop calling, for so long.
async fn load<F>(policies: &Arc<Policies>, callers: u32, operation: fn() -> F, lasting: Duration)
where
    F: Future<Output = Answer> + Send + 'static,
{
    let mut calls = Vec::new();
    for _ in 0..callers {
        let policies = policies.clone();
        calls.push(tokio::spawn(async move {
            loop {
                let _ = policies.call(operation).await;
                yield_now().await;
            }
        }));
    }
    sleep(lasting).await;
    for call in calls {
        call.abort();
        let _ = call.await;
    }
}

#[gentle::gentle(bulkhead(auto 2..64, by aimd, start 4, wait, lifo))]
async fn adapting(_: u32) -> Answer {
    well().await
}

#[tokio::test(start_paused = true)]
async fn it_lets_more_in_while_all_goes_well_in_an_attribute_and_by_hand() {
    let mut calls: Vec<_> = (0..40).map(|number| tokio::spawn(adapting(number))).collect();
    let begun = now();
    while let Some(call) = calls.pop() {
        assert_eq!(call.await.unwrap(), Ok(()));
    }
    assert!(now() - begun <= TAKES * 4, "4, 8, 16 and the rest, not ten times four");
    for by in ["aimd", "vegas", "gradient"] {
        let policies = policies(&format!("bulkhead = \"auto 2..64, by {by}, start 4, wait, queue 100\""));
        assert_eq!(limit(&policies), 4);
        load(&policies, 100, well, Duration::from_secs(60)).await;
        assert_eq!(limit(&policies), 64, "{by}: nothing gets slower");
    }
}

#[tokio::test(start_paused = true)]
async fn it_lets_fewer_in_while_calls_fail_or_take_too_long() {
    for by in ["aimd", "vegas", "gradient"] {
        let auto = format!("bulkhead = \"auto 2..64, by {by}, start 64, wait, queue 100\"");
        let fails = policies(&auto);
        load(&fails, 100, badly, Duration::from_secs(60)).await;
        assert_eq!(limit(&fails), 2, "{by}");
        for timeout in ["1s each attempt", "1s"] {
            let hangs = policies(&format!("{auto}, timeout = \"{timeout}\""));
            load(&hangs, 100, pending, Duration::from_secs(300)).await;
            assert_eq!(limit(&hangs), 2, "{by}, {timeout}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_given_up_refused_or_answered_at_once_changes_nothing() {
    for by in ["aimd", "vegas", "gradient"] {
        let policies = policies(&format!("bulkhead = \"auto 2..64, by {by}, start 4\""));
        for _ in 0..100 {
            let inside = [spawn(&policies, pending).await, spawn(&policies, pending).await];
            advance(TAKES).await;
            assert_eq!(policies.call(at_once).await, Ok(()));
            let more = [spawn(&policies, pending).await, spawn(&policies, pending).await];
            assert_eq!(policies.call(at_once).await.unwrap_err().kind, Refusal::Full);
            for call in inside.into_iter().chain(more) {
                give_up(call).await;
            }
        }
        assert_eq!(limit(&policies), 4, "{by}");
    }
}

/// Thinks that nobody is to blame.
struct Indulgent;

impl Judge<Answer> for Indulgent {
    fn verdict(&self, _: &Answer) -> Verdict {
        Verdict::Ignored
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_that_is_nobodys_fault_changes_nothing() {
    let policies = policies(r#"bulkhead = "auto 2..64, by aimd, start 4""#);
    for _ in 0..100 {
        let mut call = policies.begin();
        let outcome = call.attempt_as(std::pin::pin!(badly()), Indulgent).await;
        assert!(call.settle_as(outcome, Indulgent).is_break());
    }
    assert_eq!(limit(&policies), 4);
}

#[tokio::test(start_paused = true)]
async fn it_does_not_grow_without_load() {
    for by in ["aimd", "vegas", "gradient"] {
        let policies = policies(&format!("bulkhead = \"auto 2..64, by {by}, start 16\""));
        load(&policies, 7, well, Duration::from_secs(60)).await;
        assert_eq!(limit(&policies), 16, "{by}");
    }
}

#[tokio::test(start_paused = true)]
async fn from_a_fixed_limit_to_one_that_adapts_and_back_permits_stay_where_they_are() {
    let policies = policies(r#"bulkhead = "3 queue 9""#);
    let mut inside = Vec::new();
    for _ in 0..5 {
        inside.push(spawn(&policies, pending).await);
    }
    let is = |inside, waiting, limit| {
        let state = state(&policies);
        assert_eq!((state.inside, state.waiting, state.limit), (inside, waiting, Some(limit)));
    };
    is(3, 2, 3);
    policies.set(Key::Bulkhead, "auto 1..8, start 2, queue 9").unwrap();
    settle().await;
    is(3, 2, 2);
    give_up(inside.remove(0)).await;
    is(2, 2, 2);
    give_up(inside.remove(0)).await;
    is(2, 1, 2);
    policies.set(Key::Bulkhead, "auto 4..8, start 4, queue 9").unwrap();
    settle().await;
    is(3, 0, 4);
    policies.set(Key::Bulkhead, "1").unwrap();
    is(3, 0, 1);
    for call in inside {
        assert_eq!(policies.call(at_once).await.unwrap_err().kind, Refusal::Full);
        give_up(call).await;
    }
    is(0, 0, 1);
    policies.set(Key::Bulkhead, "off").unwrap();
    assert_eq!(state(&policies).limit, None);
    assert_eq!(policies.call(at_once).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn what_it_has_learned_it_keeps_within_other_bounds_and_forgets_under_a_fixed_limit() {
    let policies = policies(r#"bulkhead = "auto 2..64, by aimd, start 4, wait, queue 100""#);
    load(&policies, 100, well, Duration::from_secs(1)).await;
    let learned = limit(&policies);
    assert!(learned > 32);
    policies.set(Key::Bulkhead, "auto 3..256, by gradient, start 8").unwrap();
    assert_eq!(limit(&policies), learned);
    policies.set(Key::Bulkhead, "auto 3..16").unwrap();
    assert_eq!(limit(&policies), 16);
    for text in ["5", "auto 3..256, start 8"] {
        policies.set(Key::Bulkhead, text).unwrap();
    }
    assert_eq!(limit(&policies), 8);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_began_under_a_fixed_limit_says_nothing_about_one_that_adapts() {
    let policies = policies(r#"bulkhead = "4""#);
    let calls = [spawn(&policies, badly).await, spawn(&policies, badly).await];
    advance(TAKES / 2).await;
    policies.set(Key::Bulkhead, "auto 2..64, by aimd, start 4").unwrap();
    for call in calls {
        assert!(call.await.unwrap().is_err());
    }
    assert_eq!(limit(&policies), 4);
}

#[tokio::test(start_paused = true)]
async fn the_next_in_line_enters_when_the_limit_grows() {
    let policies = policies(r#"bulkhead = "auto 1..64, by aimd, start 1, wait, queue 9""#);
    let seen = Arc::new(Mutex::new(Vec::new()));
    let calls: Vec<_> = (0..7)
        .map(|number| {
            let (policies, seen) = (policies.clone(), seen.clone());
            tokio::spawn(async move {
                let work = || async {
                    seen.lock().unwrap().push(number);
                    well().await
                };
                policies.call(work).await
            })
        })
        .collect();
    let mut waves = Vec::new();
    for _ in 0..3 {
        settle().await;
        waves.push(seen.lock().unwrap().len());
        advance(TAKES).await;
    }
    assert_eq!(waves, [1, 3, 7]);
    for call in calls {
        assert_eq!(call.await.unwrap(), Ok(()));
    }
}

#[tokio::test(start_paused = true)]
async fn a_retry_tells_it_of_every_attempt() {
    let text = r#"bulkhead = "auto 2..64, by aimd, start 10", retry = "const(1s), 4 attempts""#;
    let policies = policies(text);
    assert!(policies.call(badly).await.is_err());
    assert_eq!(limit(&policies), 6, "10, 9, 8.1, 7.29, 6.561");
}

#[test]
fn it_can_be_built_by_hand() {
    let bulkhead = Bulkhead::auto(8, 256).start(32).by(gentle::policy::Adaptive::Vegas).lifo();
    let policies = Policies::builder().bulkhead(bulkhead.wait(TAKES)).build().unwrap();
    assert_eq!(
        policies.to_string(),
        r#"bulkhead = "auto 8..256, start 32, by vegas, wait 50ms, queue 256, lifo""#
    );
    assert!(Policies::builder().bulkhead(Bulkhead::auto(8, 4)).build().is_err());
    assert!(Policies::builder().bulkhead(Bulkhead::auto(0, 4)).build().is_err());
}

#[tokio::test(start_paused = true)]
async fn every_key_has_a_limit_of_its_own_that_stays_while_it_differs_from_the_first_one() {
    let policies = policies(r#"bulkhead = "auto 2..64, by aimd, start 10, each tenant up to 100""#);
    let limit = |tenant: &str| policies.each(tenant).bulkhead().unwrap().limit.unwrap();
    for _ in 0..3 {
        assert!(policies.each("down").call(badly).await.is_err());
    }
    assert!(policies.call(badly).await.is_err());
    assert_eq!((limit("down"), limit("up"), state(&policies).limit), (7, 10, Some(9)));
    for tenant in 0..1_000 {
        assert_eq!(policies.each(&tenant).call(at_once).await, Ok(()));
    }
    assert_eq!(limit("down"), 7);
    policies.set(Key::Bulkhead, "auto 8..64, by aimd, start 10").unwrap();
    assert_eq!((limit("down"), limit("up")), (8, 10));
}
