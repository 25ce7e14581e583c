//! A clock that the model turns. Loom's threads take turns on one real one, so that plain cells do.

#[path = "../../../../gentle/src/time/instant.rs"]
mod instant;
mod source;

use std::cell::RefCell;
use std::future::poll_fn;
use std::task::{Poll, Waker};

pub(crate) use instant::{Instant, now};

thread_local! {
    static SLEEPERS: RefCell<Vec<Waker>> = const { RefCell::new(Vec::new()) };
}

pub(crate) async fn sleep_until(deadline: Instant) {
    poll_fn(|cx| {
        if now() >= deadline {
            return Poll::Ready(());
        }
        SLEEPERS.with_borrow_mut(|sleepers| sleepers.push(cx.waker().clone()));
        Poll::Pending
    })
    .await;
}

/// A clock for one run of a model: nobody who slept in an earlier one is woken.
pub(crate) struct Clock;

impl Clock {
    pub(crate) fn start() -> Self {
        source::set(1);
        Self
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        SLEEPERS.take();
    }
}

/// Turns the clock, and wakes whoever sleeps.
pub(crate) fn turn_to(moment: Instant) {
    source::set(moment.nanos());
    SLEEPERS.take().into_iter().for_each(Waker::wake);
}
