//! gentle's own lock-free state machines in every order in which their threads can meet.
//!
//! The files are those of `gentle/src/policy`, letter by letter. Only what they call `sync` and `time` is another one here:
//! atomics and locks of loom, which runs a model again and again until it has seen every interleaving, and every old value
//! that the memory model lets a thread see; and a clock that the model turns. So gentle has nothing in it for their sake.
//!
//! What waits for ever ends as a `deadlock`. Loom then stops the whole run; the model is the one whose name stands before
//! that word.
//!
//! Loom looks at all interleavings with at most [`PREEMPTIONS`] unforced switches between threads; that is where practically
//! all mistakes are (Musuvathi and Qadeer, 2007), and it takes seconds rather than days.
#![forbid(unsafe_code)]
#![allow(dead_code, unused_imports, unreachable_pub, reason = "a model needs only a part of the files")]
#![allow(clippy::expect_used, reason = "an error here fails the model, as it should")]
#![allow(clippy::missing_panics_doc, reason = "to panic is what a model does")]

pub mod breaker;
pub mod bulkhead;
pub mod rate_limit;
mod shown;
mod sync;
mod time;

/// The files under test.
#[path = "../../../gentle/src/policy"]
mod policy {
    pub(crate) mod bulkhead;
    pub(crate) mod circuit_breaker;
    pub(crate) mod line;
    pub(crate) mod patience;
    pub(crate) mod rate_limit;
    mod rejected;
    pub(crate) mod timeout;

    pub(crate) use super::shown::{Event, Policies};
    pub(crate) use super::sync;
    pub use rejected::{Refusal, Rejected};
}

mod telemetry {
    pub(crate) mod inspect {
        pub(crate) use crate::shown::Facts;
    }
}

/// Unforced switches between threads.
const PREEMPTIONS: usize = 2;

/// Waits until all of them have ended.
fn join<T, const N: usize>(threads: [loom::thread::JoinHandle<T>; N]) -> [T; N] {
    threads.map(|thread| thread.join().expect("it does not panic"))
}

/// Runs `model` in every order.
fn check(model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    // `LOOM_MAX_PREEMPTIONS=3` looks further, for a minute.
    builder.preemption_bound = builder.preemption_bound.or(Some(PREEMPTIONS));
    builder.check(move || {
        let _clock = time::Clock::start();
        model();
    });
}
