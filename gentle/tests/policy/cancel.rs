use std::pin::pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Wake, Waker};

use gentle::policy::{Key, Refusal};
use gentle::time::{Instant, sleep};
use tokio::time::advance;

use super::*;

const INTERVAL: Duration = Duration::from_millis(100);
const STEP: Duration = Duration::from_millis(10);

/// Polls `future` so many times, with time passing in between, and drops it. Whether it had ended.
async fn dropped_after(polls: u32, future: impl Future) -> bool {
    let mut future = pin!(future);
    for _ in 0..polls {
        let polled = std::future::poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx)));
        if polled.await.is_ready() {
            return true;
        }
        advance(STEP).await;
    }
    false
}

async fn a_while() -> Answer {
    sleep(INTERVAL * 5 / 2).await;
    Ok(())
}

/// What a call can fail with that is worth another attempt.
#[derive(Debug)]
struct Failure;

impl From<Rejected> for Failure {
    fn from(_: Rejected) -> Self {
        Self
    }
}

/// One token is used at once, the second by a call that stays inside for a while. A third call waits for its token,
/// waits for its permit, works, fails, waits for its next attempt, and so on, and is given up after so many steps.
/// Returns whether it ended before that, and when the last token was used.
async fn given_up(policies: &Arc<Policies>, polls: u32) -> (bool, Instant) {
    assert_eq!(policies.call(at_once).await, Ok(()));
    let inside = spawn(policies, a_while).await;
    sleep(INTERVAL).await;
    let last = Mutex::new(now());
    let work = || async {
        *last.lock().unwrap() = now();
        sleep(STEP * 3).await;
        Err::<(), _>(Failure)
    };
    let ended = dropped_after(polls, policies.call(work)).await;
    assert_eq!(inside.await.unwrap(), Ok(()));
    (ended, last.into_inner().unwrap())
}

/// The token after `last` comes by then (it may have been taken a while before it was used), the line for tokens has its one place, and the bulkhead its one permit and
/// its one place.
async fn nothing_leaked(policies: &Arc<Policies>, last: Instant) {
    policies.set(Key::Retry, "off").unwrap();
    let due = (last + INTERVAL) - now();
    let (answer, waited) = timed(policies.call(at_once)).await;
    assert!(answer.is_ok() && waited <= due, "{answer:?} after {waited:?} instead of {due:?}");
    let for_token = spawn(policies, pending).await;
    let refused = policies.call(at_once).await.unwrap_err();
    assert_eq!((refused.policy, refused.kind), (Key::RateLimit, Refusal::QueueFull));
    policies.set(Key::RateLimit, "off").unwrap();
    settle().await;
    let for_permit = spawn(policies, pending).await;
    let refused = policies.call(at_once).await.unwrap_err();
    assert_eq!((refused.policy, refused.kind), (Key::Bulkhead, Refusal::QueueFull));
    give_up(for_permit).await;
    give_up(for_token).await;
    assert_eq!(policies.call(at_once).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_call_can_be_given_up_at_every_point_and_leaks_nothing() {
    for polls in 0.. {
        let policies = policies(
            r#"rate_limit = "1/100ms queue 1", bulkhead = "1 queue 1", retry = "const(50ms), 3 attempts",
               timeout = "20s, 5s each attempt""#,
        );
        let (ended, last) = given_up(&policies, polls).await;
        nothing_leaked(&policies, last).await;
        if ended {
            assert!(polls > 30, "it went through everything: {polls}");
            break;
        }
    }
}

struct Silent;

impl Wake for Silent {
    fn wake(self: Arc<Self>) {}
}

// A timer or a place in a queue that stays behind keeps the waker of the call it belonged to.
#[tokio::test(start_paused = true)]
async fn a_call_given_up_leaves_no_timer_behind() {
    let silent = Arc::new(Silent);
    let waker = Waker::from(silent.clone());
    for (text, busy) in [
        (r#"rate_limit = "1/h", timeout = "2h""#, true),
        (r#"bulkhead = "1 wait 1h""#, true),
        (r#"timeout = "1h""#, false),
    ] {
        let policies = policies(text);
        let _inside = if busy { Some(spawn(&policies, pending).await) } else { None };
        let mut call = Box::pin(policies.call(pending::<Answer>));
        assert!(call.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        assert!(Arc::strong_count(&silent) > 2, "{text}: it waits for something");
        drop(call);
        assert_eq!(Arc::strong_count(&silent), 2, "{text}");
    }
}
