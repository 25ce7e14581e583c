//! The library and the model in one world: both are told the same, and must have the same to say.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Wake, Waker};

use fastrand::Rng;
use gentle::here;
use gentle::policy::circuit_breaker::Phase;
use gentle::policy::{Key, Policies, Rejected};
use gentle::time::sleep;
use tokio::time::advance;

use crate::breaker::Hand;
use crate::said::{Answer, Op, Said, What, about};
use crate::stack::Stack;
use crate::texts::{BAD, ROWS, Row};
use crate::time::{TICK, nanos, read};

/// A call that is still on its way; it is polled when it was woken and not otherwise.
struct Running {
    number: usize,
    future: Pin<Box<dyn Future<Output = Result<(), Failure>>>>,
    woken: Arc<Flag>,
}

impl Running {
    fn is_woken(&self) -> bool {
        self.woken.0.load(Ordering::Relaxed)
    }

    /// Has its turn, if it was woken. Whether there is more to do.
    fn is_running(&mut self, log: &Log) -> bool {
        if !self.woken.0.swap(false, Ordering::Relaxed) {
            return true;
        }
        let waker = Waker::from(self.woken.clone());
        let answer = match self.future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Pending => return true,
            Poll::Ready(Ok(())) => Answer::Well,
            Poll::Ready(Err(Failure::Own)) => Answer::Failed,
            Poll::Ready(Err(Failure::Refused(rejected))) => Answer::of(rejected),
        };
        log.say(self.number, What::Over(answer));
        false
    }
}

struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[derive(Debug)]
enum Failure {
    Own,
    Refused(Rejected),
}

impl From<Rejected> for Failure {
    fn from(rejected: Rejected) -> Self {
        Self::Refused(rejected)
    }
}

/// What the calls of the library have to say.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<Said>>>);

impl Log {
    fn say(&self, call: usize, what: What) {
        self.lock().push(Said { at: read(), call, what });
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Said>> {
        self.0.lock().unwrap()
    }
}

/// Says how an operation ends, even when it is dropped.
struct Working<'a>(&'a Log, usize, What);

impl Drop for Working<'_> {
    fn drop(&mut self) {
        self.0.say(self.1, self.2);
    }
}

/// What one call does in its attempts, one after the other.
struct Script {
    call: usize,
    ops: Vec<Op>,
    tried: AtomicUsize,
}

impl Script {
    async fn work(&self, log: &Log) -> Result<(), Failure> {
        let op = self.ops[self.tried.fetch_add(1, Ordering::Relaxed) % self.ops.len()];
        log.say(self.call, What::Begun);
        let mut working = Working(log, self.call, What::Cut);
        match op.ticks {
            Some(0) => {}
            Some(ticks) => sleep(TICK * ticks).await,
            None => std::future::pending().await,
        }
        working.2 = What::Ended;
        if op.well { Ok(()) } else { Err(Failure::Own) }
    }
}

pub(crate) struct World {
    dice: Rng,
    rows: Vec<&'static Row>,
    policies: Arc<Policies>,
    model: Stack,
    running: Vec<Running>,
    begun: usize,
    log: Log,
    compared: usize,
    /// What has been done, for whoever has to find out.
    done: Vec<String>,
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        let mut dice = Rng::with_seed(seed);
        let mut rows = Vec::new();
        while rows.is_empty() {
            rows.extend(ROWS.iter().filter(|_| dice.u8(..5) < 3));
        }
        let text = |row: &&Row| format!("{} = \"{}\"", row.key, row.texts[dice.usize(..row.texts.len())]);
        let text = rows.iter().map(text).collect::<Vec<_>>().join(", ");
        let parsed = Policies::parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        // As a macro declares them, or as they are built.
        let declared = || Policies::of("model", here!(), Box::leak(Box::new(parsed.current_set())));
        let policies = Arc::new(if seed % 4 == 0 { declared() } else { parsed });
        let model = Stack::new(policies.current_set());
        let done = vec![format!("seed {seed}: {text}")];
        let (running, log) = (Vec::new(), Log::default());
        Self { dice, rows, policies, model, running, begun: 0, log, compared: 0, done }
    }

    pub(crate) async fn step(&mut self) {
        match self.dice.u32(..100) {
            0..45 => self.begin(),
            45..55 => self.give_up(),
            55..64 => self.set(),
            64..69 => self.set_badly(),
            69 => self.hold(),
            70..96 => {
                let ticks = self.dice.u32(1..8);
                self.pass(ticks).await;
            }
            _ => {
                let ticks = self.dice.u32(1..60);
                self.pass(ticks).await;
            }
        }
        // Sometimes more happens before anybody has noticed.
        if self.dice.u8(..4) > 0 {
            self.settle();
        }
        self.look();
    }

    /// Everybody gives up; what is left must be what the model has left.
    pub(crate) async fn end(mut self) -> Vec<Said> {
        while !self.running.is_empty() {
            self.give_up();
            self.settle();
        }
        self.pass(1).await;
        self.look();
        self.model.said
    }

    fn note(&mut self, what: impl fmt::Display) {
        self.done.push(format!("{} {what}", read()));
    }

    fn begin(&mut self) {
        let ops: Vec<Op> = (0..self.dice.usize(1..5)).map(|_| self.op()).collect();
        let (number, log, policies) = (self.begun, self.log.clone(), self.policies.clone());
        self.begun += 1;
        self.note(format_args!("call {number}: {ops:?}"));
        self.model.begin(ops.clone());
        let script = Script { call: number, ops, tried: AtomicUsize::new(0) };
        let future = async move { policies.call(|| script.work(&log)).await };
        let woken = Arc::new(Flag(AtomicBool::new(true)));
        self.running.push(Running { number, future: Box::pin(future), woken });
    }

    fn op(&mut self) -> Op {
        let ticks = match self.dice.u8(..10) {
            0..4 => Some(0),
            4..9 => Some(self.dice.u32(1..8)),
            _ => None,
        };
        Op { ticks, well: self.dice.u8(..5) < 3 }
    }

    fn give_up(&mut self) {
        if self.running.is_empty() {
            return;
        }
        let place = self.dice.usize(..self.running.len());
        let Running { number, future, .. } = self.running.remove(place);
        self.note(format_args!("call {number} is given up"));
        drop(future);
        self.model.give_up(number, read());
    }

    fn set(&mut self) {
        let row = self.rows[self.dice.usize(..self.rows.len())];
        let text = row.texts[self.dice.usize(..row.texts.len())];
        // Of calls that have begun nobody knows how long they take, unless somebody has wanted to know from the beginning.
        let timed = |row: &&Row| matches!(row.key, Key::RateLimit | Key::Timeout);
        if text.contains(" over ") && !self.rows.iter().any(timed) {
            return;
        }
        self.note(format_args!("{} = {text}", row.key));
        self.policies.set(row.key, text).unwrap();
        let change = Policies::parse(&format!("{} = \"{text}\"", row.key)).unwrap();
        self.model.change(&change.current_set(), read());
    }

    fn set_badly(&mut self) {
        let row = &ROWS[self.dice.usize(..ROWS.len())];
        let named = self.rows.iter().any(|other| other.key == row.key);
        let good = row.texts[self.dice.usize(..row.texts.len())];
        let text = if named { BAD[self.dice.usize(..BAD.len())] } else { good };
        assert!(self.policies.set(row.key, text).is_err(), "{} = {text}", row.key);
    }

    fn hold(&mut self) {
        let Some(circuit) = self.policies.circuit_breaker() else { return };
        let hand = match self.dice.u8(..6) {
            0 => Hand::Isolated,
            1 => Hand::Closed,
            2 => Hand::Observed,
            _ => Hand::Free,
        };
        match hand {
            Hand::Isolated => circuit.isolate(),
            Hand::Closed => circuit.close(),
            Hand::Observed => circuit.observe(),
            Hand::Free => circuit.reset(),
        }
        if let Some(breaker) = &mut self.model.breaker {
            breaker.hold(hand, read());
        }
        self.note(format_args!("held by hand: {hand:?}"));
    }

    async fn pass(&mut self, ticks: u32) {
        self.note(format_args!("{ticks} ticks"));
        for _ in 0..ticks {
            advance(TICK).await;
            self.settle();
        }
    }

    // Both sides do all there is to do at this moment: a call of the library has its turn when that of the model has,
    // which an executor may well do, and whoever was woken besides has nothing to say.
    fn settle(&mut self) {
        let (running, log) = (&mut self.running, &self.log);
        self.model.settle(read(), |number| {
            running.retain_mut(|call| call.number != number || call.is_running(log));
        });
        let mut rounds = 0;
        while self.running.iter().any(Running::is_woken) {
            self.running.retain_mut(|call| call.is_running(&self.log));
            rounds += 1;
            assert!(rounds < 1_000, "it spins\n{self}");
        }
        self.compare();
    }

    fn compare(&mut self) {
        let said = self.log.lock();
        let (new, expected) = (&said[self.compared..], &self.model.said[self.compared..]);
        let same = new.len() == expected.len() && new.iter().zip(expected).all(|(new, it)| new.agrees(it));
        let compared = said.len();
        drop(said);
        assert!(same, "they do not agree\n{self}");
        self.compared = compared;
    }

    fn look(&mut self) {
        assert_eq!(self.policies.current_set(), self.model.set, "{self}");
        let Some(circuit) = self.policies.circuit_breaker() else { return };
        let (state, at) = (circuit.state(), read());
        let Some(breaker) = &mut self.model.breaker else { return };
        breaker.look(at);
        let same = match (state.phase, breaker.phase(at)) {
            (Phase::Open { left }, Phase::Open { left: expected }) => about(nanos(left), nanos(expected)),
            (phase, expected) => phase == expected,
        };
        let counts = (breaker.opened, breaker.refused);
        let expected = breaker.phase(at);
        assert!(
            same && (state.opened, state.refused) == counts,
            "{state:?} and not {expected:?}, {counts:?}\n{self}"
        );
    }
}

impl fmt::Display for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.done {
            writeln!(f, "{line}")?;
        }
        writeln!(f, "so far they agree on {}", self.compared)?;
        let from = self.compared.saturating_sub(12);
        let said = self.log.lock();
        for (name, said) in [("library", &said[from..]), ("model", &self.model.said[from..])] {
            writeln!(f, "{name}:")?;
            for said in said {
                writeln!(f, "    {} call {}: {:?}", said.at, said.call, said.what)?;
            }
        }
        Ok(())
    }
}
