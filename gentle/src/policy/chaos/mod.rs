//! `chaos`: failures made on purpose, to see before others do what a program makes of them (feature `chaos`).
//!
//! **Use it** in a test environment: it shows whether a retry repeats, a circuit breaker opens, a fallback answers and
//! a time limit holds. It does nothing unless the variable `GENTLE_CHAOS` is set when the program starts, and it is
//! not even there without the feature: where that is off, the key is an error that says so.
//!
//! **Read aloud:** `"5% fail, 1% panic, 10% delay 100ms..2s"` is five percent fail, one percent panic, ten percent
//! delay, a hundred milliseconds to two seconds. Each is drawn by lot for itself, for each attempt, in the order delay,
//! panic, fail: one that is delayed may fail as well.
//!
//! | `GENTLE_CHAOS` | means |
//! |---|---|
//! | not there, empty, `0`, `off`, `false` | nothing happens |
//! | a number: `42` | it happens, always in the same way: what befalls an attempt depends on this number, on the name of the policies and on how many attempts they saw before |
//! | anything else: `on` | it happens, in a way of its own each time; the log says with which number it can be had again |
//!
//! **What it strikes** is the operation: it is the innermost policy. So what it does counts as the operation's: the circuit
//! breaker sees the failure, the retry repeats it, and a delay is part of the time of the attempt. A failure is a
//! [`Rejected`] of the kind [`Refusal::OnPurpose`]. A panic is a panic, with all that follows.
//!
//! **In a test** [`Policies::chaos`] switches it on and off for these policies alone, without the variable.
//!
//! **What it emits:** a warning with the first call, one line for each that it strikes, and a line in the report at start-up.
//!
//! **Cost:** one word is looked at for each attempt; whom it strikes pays a lock and an allocation.
//!
//! **Cancel safety:** a call given up while it is delayed never reaches the operation.
//!
//! **Live change:** the new words hold for the next attempt; a text that names it where the code does not is refused.
//!
//! ```
//! use gentle::policy::{Policies, Refusal};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let shaky = Policies::parse(r#"chaos = "100% fail""#)?;
//! let call = || async { Ok::<_, gentle::Rejected>(7) };
//! assert_eq!(shaky.call(call).await?, 7, "nobody has asked for it");
//!
//! shaky.chaos().unwrap().start(42);
//! assert_eq!(shaky.call(call).await.unwrap_err().kind, Refusal::OnPurpose);
//! # Ok(())
//! # }
//! ```
//!
//! [`Policies::chaos`]: super::Policies::chaos

mod environment;
mod lots;
mod switch;

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use gentle_dsl::{Key, Mistakes, PolicySet};

pub use gentle_dsl::{Chaos, ChaosAct, ChaosKind};
pub use switch::Switch;

use super::{Refusal, Rejected};
use crate::time::sleep;
use lots::{Fate, Lots};

/// What befalls an attempt: it ends when the operation may run, or fails in its place.
pub(crate) type Strike = Pin<Box<dyn Future<Output = Result<(), Rejected>> + Send>>;

/// The state of the chaos of some policies.
#[derive(Debug)]
pub(crate) struct Mischief {
    mode: AtomicU8,
    /// Made when it first strikes.
    inside: OnceLock<Box<Inside>>,
}

/// What the mode says: look at the environment, nothing, or everything that is written.
const AS_STARTED: u8 = 0;
const CALM: u8 = 1;
const ROUSED: u8 = 2;

#[derive(Debug)]
struct Inside {
    text: Mutex<Option<Chaos>>,
    seed: AtomicU64,
    /// How many attempts there were since it began.
    count: AtomicU64,
}

impl Mischief {
    #[expect(clippy::unnecessary_wraps, reason = "without the feature there is none")]
    pub(crate) const fn new() -> Option<Self> {
        Some(Self { mode: AtomicU8::new(AS_STARTED), inside: OnceLock::new() })
    }

    /// Takes over another text, or none.
    pub(crate) fn set(&self, chaos: Option<Chaos>) {
        *self.inside(|| chaos).text() = chaos;
    }

    /// What befalls the next attempt, if anything.
    #[inline]
    pub(crate) fn strike(&self, written: impl FnOnce() -> Option<Chaos>, name: &str) -> Option<Strike> {
        if self.mode.load(Ordering::Relaxed) == CALM { None } else { self.draw(written, name) }
    }

    #[cold]
    fn draw(&self, written: impl FnOnce() -> Option<Chaos>, name: &str) -> Option<Strike> {
        if !self.is_roused() {
            return None;
        }
        let inside = self.inside(written);
        let chaos = (*inside.text())?;
        let count = inside.count.fetch_add(1, Ordering::Relaxed);
        let seed = inside.seed.load(Ordering::Relaxed);
        let fate = Lots::new(seed, name, count).fate(&chaos);
        fate.map(|fate| {
            tracing::info!(policy = name, ?fate, "chaos strikes");
            Box::pin(befall(fate)) as Strike
        })
    }

    /// Whether it strikes at all.
    pub(crate) fn is_roused(&self) -> bool {
        match self.mode.load(Ordering::Relaxed) {
            AS_STARTED => {
                let roused = environment::seed().is_some();
                if !roused {
                    let _ =
                        self.mode.compare_exchange(AS_STARTED, CALM, Ordering::Relaxed, Ordering::Relaxed);
                }
                roused
            }
            mode => mode == ROUSED,
        }
    }

    fn start(&self, written: impl FnOnce() -> Option<Chaos>, seed: u64) {
        let inside = self.inside(written);
        inside.seed.store(seed, Ordering::Relaxed);
        inside.count.store(0, Ordering::Relaxed);
        self.mode.store(ROUSED, Ordering::Relaxed);
    }

    fn stop(&self) {
        self.mode.store(CALM, Ordering::Relaxed);
    }

    fn inside(&self, written: impl FnOnce() -> Option<Chaos>) -> &Inside {
        self.inside.get_or_init(|| {
            let seed = AtomicU64::new(environment::seed().unwrap_or_default());
            Box::new(Inside { text: Mutex::new(written()), seed, count: AtomicU64::new(0) })
        })
    }
}

impl Inside {
    fn text(&self) -> MutexGuard<'_, Option<Chaos>> {
        self.text.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn befall(fate: Fate) -> Result<(), Rejected> {
    if let Some(delay) = fate.delay {
        sleep(delay).await;
    }
    assert!(!fate.panic, "chaos: a panic on purpose");
    if fate.fail { Err(Rejected::new(Key::Chaos, Refusal::OnPurpose)) } else { Ok(()) }
}

/// What a program that has this feature has against a set of policies: nothing.
#[expect(clippy::unnecessary_wraps, reason = "without the feature there is something")]
pub(super) fn refuse(_: &PolicySet) -> Result<(), Mistakes> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use gentle_dsl::Sentence;
    use std::time::Duration;

    fn chaos(text: &str) -> Option<Chaos> {
        Chaos::parse(text).unwrap().on()
    }

    fn drawn(text: &str, seed: u64) -> Vec<bool> {
        let mischief = Mischief::new().unwrap();
        mischief.start(|| chaos(text), seed);
        (0..1_000).map(|_| mischief.strike(|| None, "").is_some()).collect()
    }

    #[test]
    fn the_same_number_brings_the_same_and_another_one_something_else() {
        assert_eq!(drawn("5% fail", 42), drawn("5% fail", 42));
        assert_ne!(drawn("5% fail", 42), drawn("5% fail", 43));
    }

    #[test]
    fn nothing_happens_before_it_is_started_and_after_it_is_stopped() {
        let mischief = Mischief::new().unwrap();
        let strikes = || mischief.strike(|| chaos("100% fail"), "").is_some();
        assert!(!strikes());
        mischief.start(|| chaos("100% fail"), 1);
        assert!(strikes());
        mischief.set(None);
        assert!(!strikes());
        mischief.set(chaos("100% panic"));
        assert!(strikes());
        mischief.stop();
        assert!(!strikes());
    }

    #[tokio::test(start_paused = true)]
    async fn a_delay_is_one_between_its_bounds() {
        let mischief = Mischief::new().unwrap();
        mischief.start(|| chaos("100% delay 100ms..2s"), 7);
        for _ in 0..20 {
            let begun = crate::time::now();
            assert_eq!(mischief.strike(|| None, "").unwrap().await, Ok(()));
            let took = crate::time::now() - begun;
            assert!((Duration::from_millis(100)..=Duration::from_secs(2)).contains(&took), "{took:?}");
        }
    }

    #[tokio::test]
    #[should_panic(expected = "chaos: a panic on purpose")]
    async fn a_panic_says_that_it_is_one_on_purpose() {
        let mischief = Mischief::new().unwrap();
        mischief.start(|| chaos("100% panic"), 7);
        let _ = mischief.strike(|| None, "").unwrap().await;
    }
}
