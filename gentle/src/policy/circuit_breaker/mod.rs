//! `circuit_breaker`: stops calling what keeps failing, and tries it again now and then.
//!
//! **Use it** around a service that can be down or overwhelmed: callers hear no at once instead of waiting, and it has
//! the time to recover. It is no help against single failures, for which there is [`retry`](super::retry), and none
//! where every call goes to another party: one that fails closes the way to all.
//!
//! **Read aloud:** `"5 in a row or 50% of 20 in 10s, open 5s..1m, probe 2 of 3 within 10s"` is five in a row, or 50
//! percent of twenty in ten seconds, open five seconds to one minute, probe two of three within ten seconds: with
//! five failures in a row it opens, or when at least half of the calls of the last ten seconds failed and there were
//! twenty. Then three calls may pass as probes; two successes close it, two failures or ten seconds open it again.
//!
//! | not written | means |
//! |---|---|
//! | anything: `on` | `50% of 20 in 10s, open 5s..1m, probe 1` |
//! | `in 10s` beside `of 20` | the last 20 calls, however long ago |
//! | `open` | `open 5s..1m`: twice as long each time it opens again, and a fifth more or less |
//! | a range: `open 30s` | always as long, a tenth more or less |
//! | `probe` | 1; `probe 3` is three of three |
//! | `within` | as long as it was open |
//!
//! | sign | opens when |
//! |---|---|
//! | `50% of 20 in 10s` | half of the calls of that time failed; never below 20 calls |
//! | `80% over 2s of 20 in 10s` | four of five took longer than two seconds, whether they failed or not |
//! | `5 of 20`, `5 of 20 in 10s` | five of the last 20 calls failed, or of those of that time when there are 20 |
//! | `5 in 10s` | five failed in that time |
//! | `5 in a row` | five failed with no success between them |
//! | `manual` | somebody says so: [`Circuit::isolate`] |
//!
//! **What counts:** a call that fails, and an attempt that is cut off by `timeout = "2s each attempt"`. What another
//! policy refuses, a call whose whole time is up and one that is given up count neither way; so what hangs is noticed
//! only with a limit for each attempt. A call counts for the state in which it passed: what comes late, from before
//! it opened, neither closes it nor opens it again. The time of a slow call begins when it has its token and its permit.
//!
//! **While it is open** calls are refused at once, with the time that is left in [`Rejected::retry_after`]. Then as many
//! calls pass as there are probes, not one more; one that is given up makes room for another, and a slow one has
//! failed where a sign says what is slow. It closes when enough have succeeded, and opens again as soon as too few
//! still can, or when their time is up. The open time begins anew at its shortest when it has been closed for as long
//! as it is at its longest. A call that waited behind it for a token or a permit is asked again before it begins.
//!
//! **By hand:** [`Policies::circuit_breaker`](super::Policies::circuit_breaker) holds it open or closed, only observes,
//! and shows how far each sign has come.
//!
//! **Cost:** a call that passes looks at one word, one that goes well adds one to another. A failure takes a short lock.
//! So does a success that notes the time: each one of the first thousand in a tenth of a window, then one in 64; a sign about slow calls
//! reads the clock for each. The window of a time is ten parts, of which the oldest is forgotten as one; of the last so
//! many calls it remembers the failures, eight bytes each.
//!
//! **Cancel safety:** a call given up leaves nothing behind; a probe's place goes to the next.
//!
//! **Live change:** it stays open, closed or between as it is, and goes by the new words from the next call on; the
//! counts begin anew when the signs are others. `off` lets everybody pass, and what is switched on again is closed.
//!
//! ```
//! use gentle::policy::{Policies, Refusal};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let careful = Policies::parse(r#"circuit_breaker = "3 in a row, open 20ms""#)?;
//! let down = || async { Err::<u32, _>(anyhow::anyhow!("down")) };
//! for _ in 0..3 {
//!     assert_eq!(careful.call(down).await.unwrap_err().to_string(), "down");
//! }
//! let refused = careful.call(down).await.unwrap_err();
//! assert_eq!(refused.downcast::<gentle::Rejected>()?.kind, Refusal::Open);
//!
//! tokio::time::sleep(std::time::Duration::from_millis(25)).await;
//! assert_eq!(careful.call(|| async { anyhow::Ok(7) }).await?, 7, "the probe closes it");
//! # Ok(())
//! # }
//! ```

mod circuit;
mod gauge;
mod machine;
#[cfg(test)]
mod model;
mod open_time;
mod state;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

pub use gentle_dsl::{CircuitBreaker, Open, Probe, Trip, Trips};

use gentle_dsl::Key;

pub use circuit::Circuit;
pub use state::{Phase, Sign, State};

use super::patience::nanos;
use super::{Refusal, Rejected};
use crate::time::{Instant, now};
pub(crate) use machine::slow_above;
use machine::{Admission, Change, Hand, Machine, Moment};

/// The state of one circuit breaker.
///
/// The machine behind the lock decides. What it has decided stands in words beside it, so that neither a call that
/// passes nor one that is refused nor one that goes well needs the lock.
#[derive(Debug)]
pub(crate) struct Breaker {
    /// The machine's generation, and in the lowest bits what calls may do.
    word: AtomicU64,
    /// Until when everybody is refused; zero when one has to ask.
    shut_until: AtomicU64,
    /// How many calls have gone well since the beginning.
    successes: AtomicU64,
    /// At which number of them the machine wants to look at the clock.
    look_at: AtomicU64,
    /// The nanoseconds above which a call is slow.
    slow_above: AtomicU64,
    refused: AtomicU64,
    machine: Mutex<Machine>,
}

/// What calls may do: the lowest bits of the word.
const COUNTED: u64 = 0;
const FREE: u64 = 1;
const SHUT: u64 = 2;
const MODE: u64 = 3;

/// One call's right to pass. Dropped before the call has answered, it leaves nothing behind: the next probe may come.
#[derive(Debug)]
pub(crate) struct Pass<'a> {
    breaker: &'a Breaker,
    word: u64,
    since: Instant,
}

/// How a call came out, as far as the signs of failure are concerned.
#[derive(Clone, Copy, Debug)]
struct Answer {
    failed: bool,
    took: Duration,
}

impl<'a> Pass<'a> {
    /// The same pass for a call that had to wait until `at`, or another one where things have changed meanwhile.
    pub(crate) fn renew(
        pass: Option<Self>,
        breaker: &'a Breaker,
        at: Instant,
        name: &str,
    ) -> Result<Option<Self>, Rejected> {
        match pass {
            Some(pass) if pass.is_current() => {
                let word = pass.word;
                std::mem::forget(pass);
                Ok(Some(Self { breaker, word, since: at }))
            }
            stale => {
                drop(stale);
                breaker.pass(at, name)
            }
        }
    }

    /// Records what came of the call, and takes its pass.
    ///
    /// The pass stays where it is until then: moved in between, it would be read before it is written.
    #[inline]
    pub(crate) fn answered(held: &mut Option<Self>, failed: bool, name: &str) {
        if let Some(pass) = held {
            pass.record(failed, name);
        }
        std::mem::forget(held.take());
    }

    #[inline]
    fn record(&self, failed: bool, name: &str) {
        let breaker = self.breaker;
        // A success that is added in the very moment in which it opens belongs to nobody: it has been counted long before it
        // closes again.
        let plain = !failed
            && breaker.word.load(Ordering::Relaxed) == self.word
            && breaker.slow_above.load(Ordering::Relaxed) == u64::MAX
            && !breaker.wants_to_look();
        if plain {
            breaker.successes.fetch_add(1, Ordering::Relaxed);
        } else {
            breaker.answered(self, failed, name);
        }
    }

    fn is_current(&self) -> bool {
        self.breaker.word.load(Ordering::Relaxed) == self.word
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        if self.word & MODE == SHUT {
            self.breaker.lock().given_back(self.word >> 2);
        }
    }
}

impl Breaker {
    pub(crate) const fn new(sentence: Option<CircuitBreaker>) -> Self {
        let machine = Machine::new(sentence);
        let mode = if sentence.is_some() { COUNTED } else { FREE };
        Self {
            word: AtomicU64::new(mode),
            shut_until: AtomicU64::new(0),
            successes: AtomicU64::new(0),
            look_at: AtomicU64::new(0),
            slow_above: AtomicU64::new(machine.slow_above()),
            refused: AtomicU64::new(0),
            machine: Mutex::new(machine),
        }
    }

    /// Takes over another sentence, or none.
    pub(crate) fn set(&self, sentence: Option<CircuitBreaker>) {
        self.step(&mut self.lock(), now(), "", |machine, moment| machine.set(sentence, moment));
    }

    /// Lets a call pass when it is closed.
    #[inline]
    pub(crate) fn try_pass(&self, at: Instant) -> Option<Pass<'_>> {
        let word = self.word.load(Ordering::Relaxed);
        if word & MODE == COUNTED { Some(Pass { breaker: self, word, since: at }) } else { None }
    }

    /// Lets a call pass, with a pass where its outcome counts.
    #[cold]
    pub(crate) fn pass(&self, at: Instant, name: &str) -> Result<Option<Pass<'_>>, Rejected> {
        let word = self.word.load(Ordering::Relaxed);
        if word & MODE == FREE {
            return Ok(None);
        }
        if word & MODE == COUNTED {
            return Ok(Some(Pass { breaker: self, word, since: at }));
        }
        let at = if at == Instant::UNKNOWN { now() } else { at };
        let shut_until = Instant::from_nanos(self.shut_until.load(Ordering::Relaxed));
        if at < shut_until {
            let left = (shut_until != Instant::FAR).then(|| shut_until - at);
            return Err(self.refuse(left));
        }
        let mut machine = self.lock();
        let admission = self.step(&mut machine, at, name, Machine::admit);
        match admission {
            Admission::Free => Ok(None),
            Admission::Refused(left) => Err(self.refuse(left)),
            Admission::Counted | Admission::Probe => {
                Ok(Some(Pass { breaker: self, word: self.word.load(Ordering::Relaxed), since: at }))
            }
        }
    }

    fn refuse(&self, left: Option<Duration>) -> Rejected {
        self.refused.fetch_add(1, Ordering::Relaxed);
        let refused = Rejected::new(Key::CircuitBreaker, Refusal::Open);
        left.map_or(refused, |left| refused.after(left))
    }

    #[cold]
    fn answered(&self, pass: &Pass<'_>, failed: bool, name: &str) {
        if !pass.is_current() {
            return;
        }
        let slow_above = self.slow_above.load(Ordering::Relaxed);
        let at = now();
        let took = if pass.since == Instant::UNKNOWN { Duration::ZERO } else { at - pass.since };
        if !failed && nanos(took) <= slow_above && pass.word & MODE == COUNTED {
            self.succeeded(at);
            return;
        }
        let answer = Answer { failed, took };
        self.step(&mut self.lock(), at, name, |machine, moment| {
            machine.answered(pass.word >> 2, answer, moment);
        });
    }

    // Somebody who has the lock dates what has gone well so far, or the next one does.
    fn succeeded(&self, at: Instant) {
        if self.wants_to_look() {
            if let Some(mut machine) = self.try_lock() {
                self.step(&mut machine, at, "", Machine::look);
            }
        }
        self.successes.fetch_add(1, Ordering::Relaxed);
    }

    #[inline]
    fn wants_to_look(&self) -> bool {
        self.successes.load(Ordering::Relaxed) >= self.look_at.load(Ordering::Relaxed)
    }

    fn hold(&self, hand: Hand) {
        self.step(&mut self.lock(), now(), "", |machine, moment| machine.hold(hand, moment));
    }

    fn state(&self) -> State {
        self.step(&mut self.lock(), now(), "", |machine, moment| {
            machine.look(moment);
            State {
                phase: machine.phase(moment.at),
                signs: machine.signs(),
                opened: machine.opened(),
                refused: self.refused.load(Ordering::Relaxed),
            }
        })
    }

    fn step<T>(
        &self,
        machine: &mut Machine,
        at: Instant,
        name: &str,
        act: impl FnOnce(&mut Machine, Moment) -> T,
    ) -> T {
        let successes = self.successes.load(Ordering::Relaxed);
        let done = act(machine, Moment { at, chance: fastrand::f64(), successes });
        self.publish(machine);
        if let Some(change) = machine.change.take() {
            tell(change, name);
        }
        done
    }

    // Read one by one, they may not fit together for a moment: then one asks the machine, or comes that moment too late.
    fn publish(&self, machine: &Machine) {
        let mode = match machine {
            machine if machine.is_free() => FREE,
            machine if machine.counts() => COUNTED,
            _ => SHUT,
        };
        self.shut_until.store(machine.shut_until().map_or(0, Instant::nanos), Ordering::Relaxed);
        self.slow_above.store(machine.slow_above(), Ordering::Relaxed);
        self.look_at.store(machine.wants_time_at(), Ordering::Relaxed);
        self.word.store(machine.generation() << 2 | mode, Ordering::Relaxed);
    }

    fn lock(&self) -> MutexGuard<'_, Machine> {
        self.machine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn try_lock(&self) -> Option<MutexGuard<'_, Machine>> {
        match self.machine.try_lock() {
            Ok(machine) => Some(machine),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

fn tell(change: Change, policy: &str) {
    match change {
        Change::Opened { sign: Some(sign), lasting } => {
            tracing::warn!(policy, %sign, ?lasting, "the circuit opens");
        }
        Change::Opened { sign: None, lasting } => {
            tracing::warn!(policy, ?lasting, "the probes failed: the circuit opens again");
        }
        Change::WouldOpen(sign) => tracing::warn!(policy, %sign, "the circuit would open"),
        Change::Probing => tracing::debug!(policy, "the circuit lets probes pass"),
        Change::Closed => tracing::info!(policy, "the circuit closes"),
    }
}
