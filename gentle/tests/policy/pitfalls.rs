//! Pitfalls of those who wait for permits and tokens, found in the trackers of others.

use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::task::{Context, Poll, Waker};

use gentle::policy::{Key, Refusal, SharedPolicies};
use gentle::time::sleep;
use tokio::time::advance;

use super::*;

const INTERVAL: Duration = Duration::from_millis(100);
const BULKHEADS: [&str; 3] = ["1 queue 9", "1 queue 9 lifo", "auto 1..1, queue 9, lifo"];

fn poll(future: Pin<&mut impl Future<Output = Answer>>) -> Poll<Answer> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[tokio::test(start_paused = true)]
async fn pitfall_5_a_permit_comes_back_when_the_future_is_dropped() {
    for text in BULKHEADS {
        let policies = policies(&format!("bulkhead = \"{text}\""));
        for _ in 0..3 {
            let inside = spawn(&policies, pending).await;
            let waits = spawn(&policies, pending).await;
            give_up(waits).await;
            give_up(inside).await;
            assert_eq!(policies.call(at_once).await, Ok(()), "{text}");
        }
        let state = policies.bulkhead().unwrap();
        assert_eq!((state.inside, state.waiting), (0, 0), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn pitfall_6_a_permit_granted_to_one_that_leaves_goes_to_the_next() {
    for text in BULKHEADS {
        let policies = policies(&format!("bulkhead = \"{text}\""));
        let inside = spawn(&policies, pending).await;
        let mut line: Vec<_> = (0..2).map(|_| Box::pin(policies.call(at_once))).collect();
        for waits in &mut line {
            assert!(poll(waits.as_mut()).is_pending());
        }
        give_up(inside).await;
        assert_eq!(policies.bulkhead().unwrap().waiting, 1, "one has been called and does not know it yet");
        let (first, second) = (line.remove(0), line.remove(0));
        let (called, mut other) = if text.contains("lifo") { (second, first) } else { (first, second) };
        drop(called);
        assert_eq!(poll(other.as_mut()), Poll::Ready(Ok(())), "{text}");
        let state = policies.bulkhead().unwrap();
        assert_eq!((state.inside, state.waiting), (0, 0), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn pitfall_6_a_token_granted_to_one_that_leaves_goes_to_the_next() {
    for order in ["fifo", "lifo"] {
        let policies = policies(&format!("rate_limit = \"1/100ms {order}\""));
        assert_eq!(policies.call(at_once).await, Ok(()));
        // It keeps watch, and hands the token to the other one when the newest comes first.
        let watch = spawn(&policies, at_once).await;
        let mut other = Box::pin(policies.call(at_once));
        assert!(poll(other.as_mut()).is_pending());
        let begun = now();
        if order == "lifo" {
            sleep(INTERVAL).await;
            settle().await;
            assert!(!watch.is_finished(), "the other one has the token and does not know it yet");
            drop(other);
            settle().await;
            assert!(watch.is_finished());
        } else {
            give_up(watch).await;
            assert_eq!(other.await, Ok(()));
        }
        assert_eq!(now() - begun, INTERVAL, "{order}");
    }
}

#[tokio::test(start_paused = true)]
async fn pitfall_7_when_the_first_in_line_leaves_the_next_is_served_on_time() {
    for order in ["fifo", "lifo"] {
        let policies = policies(&format!("rate_limit = \"1/100ms {order}\""));
        assert_eq!(policies.call(at_once).await, Ok(()));
        let mut line = Vec::new();
        for _ in 0..6 {
            line.push(spawn(&policies, at_once).await);
        }
        // The first keeps watch for the others.
        for first in line.drain(..4) {
            give_up(first).await;
        }
        let begun = now();
        for waits in line {
            assert_eq!(waits.await.unwrap(), Ok(()));
        }
        assert_eq!(now() - begun, INTERVAL * 2, "{order}");
    }
}

#[tokio::test(start_paused = true)]
async fn pitfall_7_when_the_first_before_the_door_leaves_the_next_enters() {
    for text in BULKHEADS {
        let policies = policies(&format!("bulkhead = \"{text}\""));
        let inside = spawn(&policies, pending).await;
        let first = spawn(&policies, at_once).await;
        let second = spawn(&policies, at_once).await;
        give_up(first).await;
        give_up(inside).await;
        assert!(second.is_finished(), "{text}");
    }
}

// Blocking work cannot be dropped. Where its own thread makes the call, it holds its permit until it has ended, whatever
// became of the one who waits for it.
#[tokio::test]
async fn pitfall_8_a_permit_stays_with_blocking_work_whose_caller_has_left() {
    let policies = policies(r#"bulkhead = "1""#);
    let (begun, has_begun) = mpsc::channel();
    let (end, ended) = mpsc::channel::<()>();
    let work = {
        let (policies, runtime) = (policies.clone(), tokio::runtime::Handle::current());
        tokio::task::spawn_blocking(move || {
            runtime.block_on(policies.call(|| async {
                begun.send(()).unwrap();
                ended.recv().unwrap();
                Ok::<_, Rejected>(())
            }))
        })
    };
    let caller = tokio::spawn(work);
    has_begun.recv_timeout(Duration::from_secs(20)).unwrap();
    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());
    assert_eq!(policies.call(at_once).await.unwrap_err().kind, Refusal::Full, "it still runs");
    end.send(()).unwrap();
    let begun = std::time::Instant::now();
    while policies.call(at_once).await.is_err() {
        assert!(begun.elapsed() < Duration::from_secs(20), "it has ended");
        yield_now().await;
    }
}

#[test]
fn pitfall_11_clones_on_many_threads_together_never_exceed_the_limit() {
    let shared = SharedPolicies::from(Policies::parse(r#"bulkhead = "3""#).unwrap());
    let (inside, most) = (AtomicU32::new(0), AtomicU32::new(0));
    std::thread::scope(|threads| {
        for _ in 0..8 {
            let (policies, inside, most) = (shared.clone(), &inside, &most);
            threads.spawn(move || {
                for _ in 0..2_000 {
                    let work = || async {
                        most.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        std::thread::yield_now();
                        inside.fetch_sub(1, Ordering::SeqCst);
                        Ok::<_, Rejected>(())
                    };
                    assert!(poll(pin!(policies.call(work))).is_ready());
                }
            });
        }
    });
    assert!(most.into_inner() <= 3);
    assert_eq!(shared.bulkhead().unwrap().inside, 0);
}

#[test]
fn pitfall_11_clones_on_many_threads_together_never_get_more_tokens_than_there_are() {
    let shared = SharedPolicies::from(Policies::parse(r#"rate_limit = "50/h reject""#).unwrap());
    let admitted = AtomicU32::new(0);
    std::thread::scope(|threads| {
        for _ in 0..8 {
            let (policies, admitted) = (shared.clone(), &admitted);
            threads.spawn(move || {
                for _ in 0..500 {
                    let passed = poll(pin!(policies.call(at_once))) == Poll::Ready(Ok(()));
                    admitted.fetch_add(u32::from(passed), Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!(admitted.into_inner(), 50);
}

/// Counts how often it is woken.
async fn counted(polls: Arc<AtomicU32>, call: impl Future<Output = Answer>) -> Answer {
    let mut call = pin!(call);
    std::future::poll_fn(|cx| {
        polls.fetch_add(1, Ordering::Relaxed);
        call.as_mut().poll(cx)
    })
    .await
}

#[tokio::test(start_paused = true)]
async fn pitfall_16_a_token_wakes_two_of_those_who_wait_and_not_the_whole_line() {
    for order in ["fifo", "lifo"] {
        let policies = policies(&format!("rate_limit = \"1/100ms {order}\""));
        assert_eq!(policies.call(at_once).await, Ok(()));
        let polls = Arc::new(AtomicU32::new(0));
        for _ in 0..50 {
            let (policies, polls) = (policies.clone(), polls.clone());
            tokio::spawn(async move { counted(polls, policies.call(at_once)).await });
        }
        settle().await;
        for token in 1..=20 {
            polls.store(0, Ordering::Relaxed);
            advance(INTERVAL).await;
            settle().await;
            let woken = polls.load(Ordering::Relaxed);
            assert!(woken <= 2, "{order}, token {token}: {woken} were woken");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn pitfall_16_a_permit_wakes_one_of_those_who_wait() {
    let policies = policies(r#"bulkhead = "1 queue 50""#);
    let inside = spawn(&policies, pending).await;
    let polls = Arc::new(AtomicU32::new(0));
    for _ in 0..50 {
        let (policies, polls) = (policies.clone(), polls.clone());
        tokio::spawn(async move { counted(polls, policies.call(pending)).await });
    }
    settle().await;
    polls.store(0, Ordering::Relaxed);
    give_up(inside).await;
    assert_eq!(polls.load(Ordering::Relaxed), 1);
}

/// A server that refuses everything, at once.
async fn refuses(asked: &AtomicU32) -> Answer {
    asked.fetch_add(1, Ordering::Relaxed);
    sleep(Duration::from_millis(1)).await;
    let full = Policies::parse(r#"bulkhead = "1""#).unwrap();
    full.call(|| full.call(at_once)).await
}

#[tokio::test(start_paused = true)]
async fn pitfall_20_refusals_that_free_permits_do_not_let_the_whole_line_loose() {
    let text = r#"bulkhead = "1 queue 40", circuit_breaker = "3 in a row, open 30s""#;
    let (policies, asked) = (policies(text), Arc::new(AtomicU32::new(0)));
    let mut calls = Vec::new();
    for _ in 0..41 {
        let (policies, asked) = (policies.clone(), asked.clone());
        calls.push(tokio::spawn(async move { policies.call(|| refuses(&asked)).await }));
    }
    let mut refused = 0;
    for call in calls {
        let rejected = call.await.unwrap().unwrap_err();
        refused += u32::from(rejected.policy == Key::CircuitBreaker);
    }
    assert_eq!((asked.load(Ordering::Relaxed), refused), (3, 38));
}

#[tokio::test(start_paused = true)]
async fn pitfall_20_a_limit_that_adapts_lets_fewer_in_while_the_server_refuses() {
    for by in ["aimd", "vegas", "gradient"] {
        let text = format!("bulkhead = \"auto 2..64, by {by}, start 64, wait, queue 100\"");
        let (policies, asked) = (policies(&text), Arc::new(AtomicU32::new(0)));
        for _ in 0..100 {
            let (policies, asked) = (policies.clone(), asked.clone());
            tokio::spawn(async move {
                loop {
                    let _ = policies.call(|| refuses(&asked)).await;
                }
            });
        }
        sleep(Duration::from_secs(2)).await;
        assert_eq!(policies.bulkhead().unwrap().limit, Some(2), "{by}");
    }
}
