//! Calls for one answer at the same time.

use std::sync::Mutex;
use std::task::Poll;

use gentle::time::{Instant, sleep};
use tokio::task::JoinSet;

use super::*;

/// A neighbour that takes a second, notes when it was asked, and is never asked twice at the same time.
#[derive(Default)]
struct Slow {
    began: Mutex<Vec<Instant>>,
    busy: AtomicU32,
}

/// While somebody is being answered.
struct Busy<'a>(&'a Slow);

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.busy.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Slow {
    async fn ask(&self) -> u32 {
        assert_eq!(self.busy.fetch_add(1, Ordering::SeqCst), 0, "it runs twice at the same time");
        let _busy = Busy(self);
        self.began.lock().unwrap().push(now());
        sleep(Duration::from_secs(1)).await;
        u32::try_from(self.began.lock().unwrap().len()).unwrap()
    }

    async fn well(&self) -> Result<u32, Fault> {
        Ok(self.ask().await)
    }

    async fn down(&self) -> Result<u32, Fault> {
        Err(Fault::Down(self.ask().await))
    }

    fn asked(&self) -> usize {
        self.began.lock().unwrap().len()
    }
}

fn setting(text: &str) -> (Arc<Policies>, Arc<Slow>) {
    (policies(text), Arc::default())
}

#[tokio::test(start_paused = true)]
async fn calls_for_one_key_are_one_call_and_those_for_others_are_not() {
    let (policies, ada, grace) =
        (policies(r#"cache = "10s coalesce each user""#), Slow::default(), Slow::default());
    let ask = |user: &'static str, slow| policies.cached(user, move || Slow::well(slow));
    let ((one, two, three, other), took) = timed(async {
        tokio::join!(ask("ada", &ada), ask("ada", &ada), ask("ada", &ada), ask("grace", &grace))
    })
    .await;
    assert_eq!((one, two, three, other), (Ok(1), Ok(1), Ok(1), Ok(1)));
    assert_eq!((ada.asked(), took), (1, Duration::from_secs(1)));
    let state = policies.cache().unwrap().state();
    assert_eq!((state.coalesced, state.misses, state.hits), (2, 2, 0));
}

#[tokio::test(start_paused = true)]
async fn without_coalesce_each_makes_its_own() {
    let (policies, neighbour) = (policies(r#"cache = "10s each user""#), Neighbour::default());
    let slowly = || async {
        sleep(Duration::from_secs(1)).await;
        neighbour.well().await
    };
    let (one, two) = tokio::join!(policies.cached("ada", slowly), policies.cached("ada", slowly));
    assert!(one.is_ok() && two.is_ok() && one != two, "{one:?} {two:?}");
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_the_callers_own_and_the_next_one_makes_the_call() {
    let (policies, slow) = setting(r#"cache = "10s coalesce each user""#);
    let ask = || policies.cached("ada", || slow.down());
    let (answers, took) = timed(async { tokio::join!(ask(), ask(), ask()) }).await;
    assert_eq!(answers, (Err(Fault::Down(1)), Err(Fault::Down(2)), Err(Fault::Down(3))));
    assert_eq!(took, Duration::from_secs(3), "one after the other");
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_is_kept_is_everybodys() {
    let (policies, slow) = setting(r#"cache = "10s errors 1s coalesce each user""#);
    let ask = || policies.cached_with_errors("ada", || slow.down());
    let (answers, took) = timed(async { tokio::join!(ask(), ask(), ask()) }).await;
    assert_eq!(answers, (Err(Fault::Down(1)), Err(Fault::Down(1)), Err(Fault::Down(1))));
    assert_eq!(took, Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn an_old_answer_is_everybodys_who_takes_one() {
    let (policies, slow) = setting(r#"cache = "10s stale 1h coalesce each user""#);
    assert_eq!(policies.cached("ada", || slow.well()).await, Ok(1));
    sleep(Duration::from_secs(10)).await;
    let stale = || policies.cached_or_stale("ada", || slow.down());
    let own = policies.cached("ada", || slow.down());
    let (answers, took) = timed(async { tokio::join!(stale(), stale(), own) }).await;
    assert_eq!(answers, (Ok(1), Ok(1), Err(Fault::Down(3))));
    assert_eq!(took, Duration::from_secs(2), "who takes no old answer makes a call of its own");
}

#[tokio::test(start_paused = true)]
async fn who_waits_does_so_within_its_own_time() {
    let (policies, slow) = setting(r#"cache = "10s stale 1h coalesce each user", timeout = "1500ms""#);
    let ask = || policies.cached("ada", || slow.down());
    let late = async {
        sleep(Duration::from_millis(500)).await;
        timed(ask()).await
    };
    let (first, (second, (third, waited))) = tokio::join!(ask(), async { tokio::join!(ask(), late) });
    assert_eq!(first, Err(Fault::Down(1)));
    let is_late =
        |answer: &Result<u32, Fault>| matches!(answer, Err(Fault::Refused(late)) if late.is_timeout());
    assert!(is_late(&second), "it waited for a second, and its own call had half of one: {second:?}");
    assert_eq!(waited, Duration::from_millis(1500));
    assert!(is_late(&third), "{third:?}");
    assert_eq!(slow.asked(), 3);
}

#[tokio::test(start_paused = true)]
async fn who_runs_out_of_time_takes_an_old_answer_if_it_may() {
    let (policies, slow) = setting(r#"cache = "10s stale 1h coalesce each user", timeout = "2s""#);
    assert_eq!(policies.cached("ada", || slow.well()).await, Ok(1));
    sleep(Duration::from_secs(10)).await;
    policies.set(Key::Timeout, "1h").unwrap();
    let hanging = {
        let policies = policies.clone();
        tokio::spawn(async move { policies.cached("ada", pending::<Result<u32, Fault>>).await })
    };
    settle().await;
    policies.set(Key::Timeout, "2s").unwrap();
    let (answer, took) = timed(policies.cached_or_stale("ada", || slow.well())).await;
    assert_eq!((answer, took), (Ok(1), Duration::from_secs(2)));
    hanging.abort();
}

/// Polls `future` so many times, a tenth of a second after each other, and drops it. Whether it had ended.
async fn dropped_after(polls: u32, future: impl Future) -> bool {
    let mut future = Box::pin(future);
    for _ in 0..polls {
        if std::future::poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await.is_ready() {
            return true;
        }
        advance(Duration::from_millis(100)).await;
        settle().await;
    }
    false
}

#[tokio::test(start_paused = true)]
async fn whoever_is_given_up_wherever_nobody_hangs_and_nothing_runs_twice() {
    const TEXT: &str = r#"cache = "10s coalesce each user", rate_limit = "1/100ms", bulkhead = "1 queue 8",
                          retry = "const(300ms), 2 attempts", timeout = "1m""#;
    for victim in 0..3 {
        for polls in 0..60 {
            let (policies, slow) = setting(TEXT);
            let mut others = JoinSet::new();
            let mut ended = true;
            for number in 0..4 {
                let (policies, slow) = (policies.clone(), slow.clone());
                // The first call fails once, so that there is a pause to be given up in.
                let ask = async move {
                    policies
                        .cached("ada", || async {
                            let answer = slow.ask().await;
                            if answer == 1 { Err(Fault::Down(1)) } else { Ok(answer) }
                        })
                        .await
                };
                if number == victim {
                    ended = dropped_after(polls, ask).await;
                } else {
                    others.spawn(ask);
                    settle().await;
                }
            }
            let answers = timed(others.join_all()).await.0;
            assert!(answers.iter().all(Result::is_ok), "{victim} given up after {polls}: {answers:?}");
            assert!(slow.asked() <= 4, "{} calls", slow.asked());
            let idle = policies.cached("ada", || slow.well()).await;
            assert!(idle.is_ok(), "{idle:?}");
            if ended && polls > 0 && polls < 10 {
                assert!(victim > 0, "the first call takes longer than {polls} steps");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn who_was_just_called_and_is_given_up_calls_the_next() {
    let (policies, slow) = setting(r#"cache = "10s coalesce each user""#);
    let ask = |slow: Arc<Slow>| {
        let policies = policies.clone();
        tokio::spawn(async move { policies.cached("ada", || slow.well()).await })
    };
    let callers: Vec<_> = (0..3).map(|_| ask(slow.clone())).collect();
    settle().await;
    // The second is called by the end of the first, and is gone before it can look.
    callers[0].abort();
    callers[1].abort();
    let [_, _, third] = <[_; 3]>::try_from(callers).unwrap();
    assert_eq!(third.await.unwrap(), Ok(2));
}

#[tokio::test(start_paused = true)]
async fn an_operation_that_panics_calls_the_next() {
    let (policies, slow) = setting(r#"cache = "10s coalesce each user""#);
    let first = {
        let policies = policies.clone();
        tokio::spawn(async move {
            let panics = || async {
                sleep(Duration::from_secs(1)).await;
                panic!("the operation's own")
            };
            policies.cached::<_, _, _, u32, Fault>("ada", panics).await
        })
    };
    settle().await;
    assert_eq!(policies.cached("ada", || slow.well()).await, Ok(1));
    assert!(first.await.unwrap_err().is_panic());
}

#[tokio::test(start_paused = true)]
async fn what_is_forgotten_meanwhile_is_asked_anew_by_who_comes_later() {
    let (policies, slow) = setting(r#"cache = "10s coalesce each user""#);
    let before = {
        let (policies, slow) = (policies.clone(), slow.clone());
        tokio::spawn(async move { policies.cached("ada", || slow.well()).await })
    };
    settle().await;
    policies.cache().unwrap().forget("ada");
    let neighbour = Neighbour::default();
    assert_eq!(policies.cached("ada", || neighbour.down()).await, Err(Fault::Down(1)), "it does not wait");
    assert_eq!(before.await.unwrap(), Ok(1));
    assert_eq!(policies.cached("ada", || neighbour.well()).await, Ok(2), "and the answer was not kept");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn on_many_threads_one_runs_at_a_time_and_everybody_gets_an_answer() {
    let policies = policies(r#"cache = "1ns coalesce each user""#);
    let running = Arc::new(AtomicU32::new(0));
    let mut callers = JoinSet::new();
    for caller in 0..64 {
        let (policies, running) = (policies.clone(), running.clone());
        callers.spawn(async move {
            for round in 0..50 {
                let run = || async {
                    assert_eq!(running.fetch_add(1, Ordering::SeqCst), 0);
                    yield_now().await;
                    running.fetch_sub(1, Ordering::SeqCst);
                    if (caller + round) % 3 == 0 { Err(Fault::Down(0)) } else { Ok(round) }
                };
                drop(policies.cached("ada", run).await);
            }
        });
    }
    while let Some(ended) = callers.join_next().await {
        ended.unwrap();
    }
    assert_eq!(running.load(Ordering::SeqCst), 0);
}
