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
//! **What counts:** a call that fails (any error, or what `failure_if` says: see [`rules`](super::rules)), and an attempt that is cut off by `timeout = "2s each attempt"`. What another
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
//! **For each:** `"5 in a row, each host"` is one for each host: see [`each`](super::each).
//!
//! **By hand:** [`Policies::circuit_breaker`](super::Policies::circuit_breaker) holds it open or closed, only observes,
//! and shows how far each sign has come.
//!
//! **Cost:** a call that passes looks at one word, one that goes well adds one to another. A failure takes a short lock.
//! So does a success that notes the time: each one of the first thousand in a tenth of a window, then one in 64; a sign about slow calls
//! reads the clock for each. The window of a time is ten parts, of which the oldest is forgotten as one; of the last so
//! many calls it remembers the failures, eight bytes each.
//!
//! **What it emits:** [`CircuitOpened`](super::Event::CircuitOpened), [`CircuitProbing`](super::Event::CircuitProbing),
//! [`CircuitClosed`](super::Event::CircuitClosed), while it is only observed [`CircuitWouldOpen`](super::Event::CircuitWouldOpen),
//! and [`AttemptRefused`](super::Event::AttemptRefused); the first four in the log too.
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

use std::sync::Arc;
use std::time::Duration;

pub use gentle_dsl::{CircuitBreaker, Open, Probe, Trip, Trips};

use gentle_dsl::{Key, Setting};

pub use circuit::Circuit;
pub use state::{Phase, Sign, State};

use super::patience::nanos;
use super::sync::{AtomicU64, Mutex, MutexGuard, Ordering, PoisonError, TryLockError};
use super::{Event, Policies, Refusal, Rejected};
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
    /// How many calls have gone well since the beginning.
    successes: AtomicU64,
    /// Up to which number of them one more is only counted: zero where each has to be looked at.
    plain_below: AtomicU64,
    /// At which number of them the machine wants to look at the clock.
    look_at: AtomicU64,
    /// Until when everybody is refused; zero when one has to ask.
    shut_until: AtomicU64,
    /// The nanoseconds above which a call is slow.
    slow_above: AtomicU64,
    refused: AtomicU64,
    declared: Option<&'static CircuitBreaker>,
    /// Made when it is first asked: a constant cannot allocate.
    machine: Mutex<Option<Box<Machine>>>,
}

/// What calls may do: the lowest bits of the word.
const COUNTED: u64 = 0;
const FREE: u64 = 1;
const SHUT: u64 = 2;
const MODE: u64 = 3;

/// One call's right to pass: the word that stood there when it did.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pass(u64);

impl Pass {
    /// For calls that no circuit breaker counts.
    pub(crate) const NONE: Self = Self(FREE);

    /// Whether somebody has to be told when the call comes to nothing: the next probe may come then.
    pub(crate) fn is_probe(self) -> bool {
        self.0 & MODE == SHUT
    }
}

/// The pass of a call that is still waiting. Dropped before the call begins, it leaves nothing behind.
#[derive(Debug)]
pub(crate) struct Held<'a> {
    breaker: &'a Breaker,
    pass: Pass,
}

impl<'a> Held<'a> {
    pub(crate) const fn new(breaker: &'a Breaker, pass: Pass) -> Self {
        Self { breaker, pass }
    }

    /// The pass for a call that had to wait until `at`, or another one where things have changed meanwhile.
    pub(crate) fn renew(self, at: Instant, of: &Policies) -> Result<Pass, Rejected> {
        if self.breaker.is_current(self.pass) {
            return Ok(self.into_pass());
        }
        let breaker = self.breaker;
        drop(self);
        breaker.pass(at, of)
    }

    /// Whoever has the pass now sees to it that it comes back.
    pub(crate) fn into_pass(self) -> Pass {
        let pass = self.pass;
        std::mem::forget(self);
        pass
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.breaker.give_back(self.pass);
    }
}

/// How a call came out, as far as the signs of failure are concerned.
#[derive(Clone, Copy, Debug)]
struct Answer {
    failed: bool,
    took: Duration,
}

impl Breaker {
    /// A circuit breaker as it is declared in a constant.
    pub(crate) const fn declared(setting: &'static Setting<CircuitBreaker>) -> Self {
        match setting {
            Setting::On(sentence) => Self::new(Some(sentence), Some(sentence), None),
            Setting::Off => Self::new(None, None, None),
        }
    }

    pub(crate) fn given(sentence: Option<CircuitBreaker>) -> Self {
        Self::by(sentence.map(Arc::new))
    }

    fn by(sentence: Option<Arc<CircuitBreaker>>) -> Self {
        let bare = Self::new(sentence.as_deref(), None, None);
        Self { machine: Mutex::new(Some(Box::new(Machine::new(sentence)))), ..bare }
    }

    const fn new(
        sentence: Option<&CircuitBreaker>,
        declared: Option<&'static CircuitBreaker>,
        machine: Option<Box<Machine>>,
    ) -> Self {
        let (mode, slow_above) = match sentence {
            Some(sentence) => (COUNTED, slow_above(sentence)),
            None => (FREE, u64::MAX),
        };
        Self {
            word: AtomicU64::new(mode),
            successes: AtomicU64::new(0),
            plain_below: AtomicU64::new(0),
            look_at: AtomicU64::new(0),
            shut_until: AtomicU64::new(0),
            slow_above: AtomicU64::new(slow_above),
            refused: AtomicU64::new(0),
            declared,
            machine: Mutex::new(machine),
        }
    }

    /// A closed one with the same sentence.
    pub(crate) fn like(&self) -> Self {
        match &*self.lock() {
            Some(machine) => Self::by(machine.sentence()),
            None => Self::new(self.declared, self.declared, None),
        }
    }

    /// Whether it is like a new one, which no call has passed yet. What was counted over time is forgotten by then.
    pub(crate) fn is_fresh(&mut self, at: Instant) -> bool {
        let mut made = self.lock();
        // What has changed is told later: it is not forgotten then.
        made.is_none()
            || self.act(&mut made, at, |machine, moment| {
                machine.look(moment);
                machine.is_fresh(moment.at)
            })
    }

    /// Takes over another sentence, or none.
    pub(crate) fn set(&self, sentence: Option<Arc<CircuitBreaker>>, of: &Policies) {
        self.step(self.lock(), now(), of, |machine, moment| machine.set(sentence, moment));
    }

    /// Lets a call pass where nobody has to be asked.
    #[inline]
    pub(crate) fn try_pass(&self) -> Option<Pass> {
        let word = self.word.load(Ordering::Relaxed);
        (word & SHUT == 0).then_some(Pass(word))
    }

    /// Lets a call pass.
    #[cold]
    pub(crate) fn pass(&self, at: Instant, of: &Policies) -> Result<Pass, Rejected> {
        if let Some(pass) = self.try_pass() {
            return Ok(pass);
        }
        let at = if at == Instant::UNKNOWN { now() } else { at };
        let shut_until = Instant::from_nanos(self.shut_until.load(Ordering::Relaxed));
        if at < shut_until {
            let left = (shut_until != Instant::FAR).then(|| shut_until - at);
            return Err(self.refuse(left));
        }
        // The word is read while nobody else can change it.
        let admit = |machine: &mut Machine, moment| (machine.admit(moment), word(machine));
        match self.step(self.lock(), at, of, admit) {
            (Admission::Refused(left), _) => Err(self.refuse(left)),
            (Admission::Free | Admission::Counted | Admission::Probe, word) => Ok(Pass(word)),
        }
    }

    /// Counts a call that went well, if that is all there is to do.
    #[inline]
    pub(crate) fn count(&self, pass: Pass) -> bool {
        // A success that is added in the very moment in which it opens belongs to nobody: it has been counted long before it
        // closes again.
        let plain = self.word.load(Ordering::Relaxed) == pass.0
            && self.successes.load(Ordering::Relaxed) < self.plain_below.load(Ordering::Relaxed);
        if plain {
            self.successes.fetch_add(1, Ordering::Relaxed);
        }
        plain
    }

    /// Takes the answer of a call that passed at `since`, where it was measured. Returns whether it was a success, and
    /// counted as such.
    #[cold]
    pub(crate) fn answered(&self, pass: Pass, since: Instant, failed: bool, of: &Policies) -> bool {
        if pass.0 & MODE == FREE || !self.is_current(pass) {
            return false;
        }
        let slow_above = self.slow_above.load(Ordering::Relaxed);
        let at = now();
        let took = if since == Instant::UNKNOWN { Duration::ZERO } else { at - since };
        if !failed && nanos(took) <= slow_above && pass.0 & MODE == COUNTED {
            self.succeeded(at, of);
            return true;
        }
        let answer = Answer { failed, took };
        self.step(self.lock(), at, of, |machine, moment| machine.answered(pass.0 >> 2, answer, moment));
        false
    }

    /// How many calls have gone well while they were counted.
    pub(crate) fn successes(&self) -> u64 {
        self.successes.load(Ordering::Relaxed)
    }

    /// Takes back the pass of a call that came to nothing.
    #[cold]
    pub(crate) fn give_back(&self, pass: Pass) {
        if pass.is_probe() {
            self.machine(&mut self.lock()).given_back(pass.0 >> 2);
        }
    }

    fn is_current(&self, pass: Pass) -> bool {
        self.word.load(Ordering::Relaxed) == pass.0
    }

    fn refuse(&self, left: Option<Duration>) -> Rejected {
        self.refused.fetch_add(1, Ordering::Relaxed);
        let refused = Rejected::new(Key::CircuitBreaker, Refusal::Open);
        left.map_or(refused, |left| refused.after(left))
    }

    // Somebody who has the lock dates what has gone well so far, or the next one does.
    fn succeeded(&self, at: Instant, of: &Policies) {
        if self.wants_to_look() {
            if let Some(machine) = self.try_lock() {
                self.step(machine, at, of, Machine::look);
            }
        }
        self.successes.fetch_add(1, Ordering::Relaxed);
    }

    #[inline]
    fn wants_to_look(&self) -> bool {
        self.successes.load(Ordering::Relaxed) >= self.look_at.load(Ordering::Relaxed)
    }

    fn hold(&self, hand: Hand, of: &Policies) {
        self.step(self.lock(), now(), of, |machine, moment| machine.hold(hand, moment));
    }

    fn state(&self, of: &Policies) -> State {
        self.step(self.lock(), now(), of, |machine, moment| {
            machine.look(moment);
            State {
                phase: machine.phase(moment.at),
                signs: machine.signs(),
                opened: machine.opened(),
                refused: self.refused.load(Ordering::Relaxed),
            }
        })
    }

    // What has changed is told when the lock is free again: who is told may look at the circuit.
    fn step<T>(
        &self,
        mut made: MutexGuard<'_, Option<Box<Machine>>>,
        at: Instant,
        of: &Policies,
        act: impl FnOnce(&mut Machine, Moment) -> T,
    ) -> T {
        let done = self.act(&mut made, at, act);
        let change = self.machine(&mut made).change.take();
        drop(made);
        if let Some(change) = change {
            tell(change, of);
        }
        done
    }

    fn act<T>(
        &self,
        made: &mut Option<Box<Machine>>,
        at: Instant,
        act: impl FnOnce(&mut Machine, Moment) -> T,
    ) -> T {
        let successes = self.successes.load(Ordering::Relaxed);
        let machine = self.machine(made);
        let done = act(machine, Moment { at, chance: fastrand::f64(), successes });
        self.publish(machine);
        done
    }

    fn machine<'m>(&self, made: &'m mut Option<Box<Machine>>) -> &'m mut Machine {
        made.get_or_insert_with(|| Box::new(Machine::new(self.declared.copied().map(Arc::new))))
    }

    // Read one by one, they may not fit together for a moment: then one asks the machine, or comes that moment too late.
    fn publish(&self, machine: &Machine) {
        let word = word(machine);
        let (slow_above, look_at) = (machine.slow_above(), machine.wants_time_at());
        let plain_below = if slow_above == u64::MAX && word & MODE == COUNTED { look_at } else { 0 };
        self.shut_until.store(machine.shut_until().map_or(0, Instant::nanos), Ordering::Relaxed);
        self.slow_above.store(slow_above, Ordering::Relaxed);
        self.look_at.store(look_at, Ordering::Relaxed);
        self.plain_below.store(plain_below, Ordering::Relaxed);
        self.word.store(word, Ordering::Relaxed);
    }

    fn lock(&self) -> MutexGuard<'_, Option<Box<Machine>>> {
        self.machine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn try_lock(&self) -> Option<MutexGuard<'_, Option<Box<Machine>>>> {
        match self.machine.try_lock() {
            Ok(machine) => Some(machine),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

/// What stands beside the lock: the generation, and what calls may do.
fn word(machine: &Machine) -> u64 {
    let mode = match machine {
        machine if machine.is_free() => FREE,
        machine if machine.counts() => COUNTED,
        _ => SHUT,
    };
    machine.generation() << 2 | mode
}

fn tell(change: Change, of: &Policies) {
    let policy = of.name();
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
    of.tell(|| event(change, policy));
}

fn event(change: Change, name: &str) -> Event<'_> {
    match change {
        Change::Opened { sign, lasting } => Event::CircuitOpened { name, sign, lasting },
        Change::WouldOpen(sign) => Event::CircuitWouldOpen { name, sign },
        Change::Probing => Event::CircuitProbing { name },
        Change::Closed => Event::CircuitClosed { name },
    }
}
