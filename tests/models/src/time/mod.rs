//! A clock that the model turns. It is one of loom's atomics, because loom tries another order only of those who touch the
//! same thing. Loom's threads take turns on one real one, so that plain cells do for the rest.

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
        source::start();
        Self
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        SLEEPERS.take();
        source::stop();
    }
}

/// Turns the clock, and wakes whoever sleeps.
pub(crate) fn turn_to(moment: Instant) {
    source::set(moment.nanos());
    SLEEPERS.take().into_iter().for_each(Waker::wake);
}
