//! `throttle`: sheds some of the calls as failures rise, before all of them have to be refused.
//!
//! **Use it** where a neighbour that has too much to do fails a part of what it is asked: every call that is not made
//! helps it to answer another one. A [`circuit_breaker`](super::circuit_breaker) knows only all or nothing, and suits a
//! neighbour that is gone; both together are fine. It is no help where each call must be made, and none where calls are
//! so rare that `of` of them never fall into the time.
//!
//! **Read aloud:** `"10% of 20 in 1m, up to 90%"` is ten percent of twenty in one minute, up to ninety percent: when
//! more than a tenth of the calls of the last minute failed, and there were at least twenty, a share of the calls is
//! refused. None at a tenth, half of them when 55 percent fail, all when everything fails, in proportion between; but
//! never more than ninety percent, so that somebody finds out when it is well again.
//!
//! | not written | means |
//! |---|---|
//! | anything: `on` | `10% of 20 in 1m, up to 90%` |
//! | `up to` | `up to 90%` |
//!
//! **What counts:** each call once, by how it ended after its last attempt, whatever the attempts before it did. What a
//! policy refuses, a call whose whole time is up and one that is given up are neither good nor bad. Of the refused ones
//! only the throttle's own count, and only among the `of` calls, so that it does not forget why it began when few calls
//! are left. With `up to 100%` nobody is asked until what has failed is older than the time.
//!
//! **Who is refused** is drawn by lot, once for each call: a [`Rejected`] of the kind
//! [`Refusal::Shed`]. It stands inside the time of the whole call and outside of the retry, which never repeats it.
//!
//! **What it emits:** a warning as it begins to shed, and a line when it stops; [`Throttled`](super::Event::Throttled) and
//! [`AttemptRefused`](super::Event::AttemptRefused) for each call that is shed. [`Policies::throttle`] shows how far it is, and
//! so does its state.
//!
//! **Cost:** while all is well a call looks at one word, and one that goes well adds one to another. The time is ten
//! parts, of which the oldest is forgotten as one; they are made with the first call.
//!
//! **Cancel safety:** a call given up leaves nothing behind.
//!
//! **Live change:** the new words hold from the next call on, what was counted stays. `off` lets everybody pass.
//!
//! ```
//! use gentle::policy::{Policies, Refusal};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let sparing = Policies::parse(r#"throttle = "10% of 4 in 1m, up to 100%""#)?;
//! let down = || async { Err::<u32, _>(anyhow::anyhow!("down")) };
//! for _ in 0..4 {
//!     assert_eq!(sparing.call(down).await.unwrap_err().to_string(), "down");
//! }
//! let shed = sparing.call(down).await.unwrap_err();
//! assert_eq!(shed.downcast::<gentle::Rejected>()?.kind, Refusal::Shed);
//! # Ok(())
//! # }
//! ```
//!
//! [`Policies::throttle`]: super::Policies::throttle

mod state;
mod window;

use std::sync::atomic::{AtomicU32, Ordering};

use gentle_dsl::Key;
pub use gentle_dsl::Throttle;

pub use state::State;

use super::{Event, Policies, Refusal, Rejected};
use crate::time::{Instant, now};
use window::{Terms, Window};

/// The state of one throttle.
#[derive(Debug)]
pub(crate) struct Valve {
    /// The share of calls that is shed now, of all that this word can count: the one thing that a call looks at
    /// while all is well.
    shed: AtomicU32,
    window: Window,
}

impl Valve {
    pub(crate) const fn new(throttle: Option<&Throttle>) -> Self {
        Self { shed: AtomicU32::new(0), window: Window::new(Terms::of(throttle)) }
    }

    /// Takes over another throttle, or none.
    pub(crate) fn set(&self, throttle: Option<Throttle>) {
        let at = now();
        self.window.set(Terms::of(throttle.as_ref()), at);
        self.look(at, "");
    }

    /// Whether every call passes.
    #[inline]
    pub(crate) fn is_calm(&self) -> bool {
        self.shed.load(Ordering::Relaxed) == 0
    }

    /// Lets a call pass, or not, by its lot.
    pub(crate) fn admit(&self, at: Instant, of: &Policies, chance: u32) -> Result<(), Rejected> {
        if self.is_calm() {
            return Ok(());
        }
        let name = of.name();
        let share = self.look(known(at), name);
        if chance >= share && share != u32::MAX {
            return Ok(());
        }
        self.window.shed();
        of.tell(|| Event::Throttled { name, share: f64::from(share) / f64::from(u32::MAX) });
        Err(Rejected::new(Key::Throttle, Refusal::Shed))
    }

    /// Takes in how a call ended that began at `begun`.
    #[inline]
    pub(crate) fn ended(&self, begun: Instant, failed: bool, name: &str) {
        if failed || !self.is_calm() {
            self.judge(failed, name);
        } else {
            // That it went well is dated by its beginning, which is known already.
            self.window.succeeded(begun);
        }
    }

    #[cold]
    fn judge(&self, failed: bool, name: &str) {
        let at = now();
        if failed {
            self.window.failed(at);
        } else {
            self.window.succeeded(at);
        }
        self.look(at, name);
    }

    pub(crate) fn state(&self) -> State {
        let share = self.look(now(), "");
        self.window.state(share)
    }

    /// Brings the share up to this moment.
    fn look(&self, at: Instant, name: &str) -> u32 {
        let share = self.window.share(at);
        match (self.shed.swap(share, Ordering::Relaxed), share) {
            (0, 0) => {}
            (0, _) => tracing::warn!(policy = name, "too many calls fail: some are shed from now on"),
            (_, 0) => tracing::info!(policy = name, "no call is shed any more"),
            _ => {}
        }
        share
    }
}

fn known(at: Instant) -> Instant {
    if at == Instant::UNKNOWN { now() } else { at }
}

#[cfg(test)]
mod model;
