//! A circuit breaker, as a list of everything that has been answered since it was closed.

use gentle::policy::circuit_breaker::{Phase, Probe};
use gentle::policy::{CircuitBreaker, Trip};
use std::time::Duration;

use crate::time::{Time, nanos};

/// One call that has answered.
#[derive(Clone, Copy)]
struct Answered {
    at: Time,
    failed: bool,
    took: u64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    Closed,
    Open,
    HalfOpen,
}

/// What somebody holds it to by hand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Hand {
    Free,
    Isolated,
    Closed,
    Observed,
}

/// One call's right to pass.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Pass {
    generation: u32,
    counted: bool,
    probe: bool,
}

pub(crate) struct Breaker {
    sentence: Option<CircuitBreaker>,
    hand: Hand,
    answered: Vec<Answered>,
    step: Step,
    generation: u32,
    /// When it was closed, until when it is open, or until when the probes have time.
    moment: Time,
    lasting: u64,
    again: u32,
    probes: [u32; 3],
    pub(crate) opened: u64,
    pub(crate) refused: u64,
}

impl Breaker {
    pub(crate) fn new(sentence: Option<CircuitBreaker>) -> Self {
        Self {
            sentence,
            hand: Hand::Free,
            answered: Vec::new(),
            step: Step::Closed,
            generation: 0,
            moment: 0,
            lasting: 0,
            again: 0,
            probes: [0; 3],
            opened: 0,
            refused: 0,
        }
    }

    pub(crate) fn set(&mut self, sentence: Option<CircuitBreaker>, at: Time) {
        self.look(at);
        let trips = |sentence: &Option<CircuitBreaker>| sentence.map(|sentence| sentence.trips());
        if trips(&sentence) != trips(&self.sentence) {
            self.answered.clear();
        }
        let switched = sentence.is_some() != self.sentence.is_some();
        self.sentence = sentence;
        if switched {
            self.again = 0;
            self.close(at);
        }
    }

    /// Holds it, or lets it go, closed.
    pub(crate) fn hold(&mut self, hand: Hand, at: Time) {
        self.hand = hand;
        self.again = 0;
        self.close(at);
    }

    fn is_free(&self) -> bool {
        self.sentence.is_none() || self.hand == Hand::Closed
    }

    /// Ends what has lasted too long.
    pub(crate) fn look(&mut self, at: Time) {
        if self.step == Step::HalfOpen && at >= self.moment {
            let [under_way, _, failed] = self.probes;
            if under_way + failed == 0 {
                self.again -= 1;
            }
            self.open(self.moment);
        }
    }

    /// Whether a call may pass, or for how long not.
    pub(crate) fn admit(&mut self, at: Time) -> Result<Pass, Option<u64>> {
        self.look(at);
        let admission = self.decide(at);
        self.refused += u64::from(admission.is_err());
        admission
    }

    fn decide(&mut self, at: Time) -> Result<Pass, Option<u64>> {
        let pass = |generation, probe| Pass { generation, probe, counted: true };
        let Some(sentence) = self.sentence.filter(|_| !self.is_free()) else {
            return Ok(Pass { generation: self.generation, probe: false, counted: false });
        };
        if self.hand == Hand::Isolated {
            return Err(None);
        }
        if self.step == Step::Closed {
            return Ok(pass(self.generation, false));
        }
        if self.step == Step::Open {
            if at < self.moment {
                return Err(Some(self.moment - at));
            }
            self.go(Step::HalfOpen, at + sentence.limit().map_or(self.lasting, nanos));
            self.probes = [0; 3];
        }
        if self.probes.iter().sum::<u32>() >= sentence.probes().of {
            return Err(None);
        }
        self.probes[0] += 1;
        Ok(pass(self.generation, true))
    }

    /// Another pass for a call that has waited, where things have changed meanwhile.
    pub(crate) fn renew(&mut self, pass: Pass, at: Time) -> Result<Pass, Option<u64>> {
        if pass.generation == self.generation {
            return Ok(pass);
        }
        self.admit(at)
    }

    /// Takes back the pass of a probe that came to nothing.
    pub(crate) fn give_back(&mut self, pass: Pass) {
        if pass.probe && pass.generation == self.generation && self.step == Step::HalfOpen {
            self.probes[0] -= 1;
        }
    }

    pub(crate) fn answer(&mut self, pass: Pass, at: Time, failed: bool, took: u64) {
        // Who comes after the probes' time may be the first to notice.
        if pass.generation == self.generation {
            self.look(at);
        }
        let Some(sentence) = self.sentence.filter(|_| pass.counted && pass.generation == self.generation)
        else {
            return;
        };
        let (call, trips) = (Answered { at, failed, took }, sentence.trips());
        let trips = trips.as_slice();
        if self.step == Step::Closed {
            self.answered.push(call);
            if trips.iter().any(|trip| is_bad(*trip, call) && self.is_reached(*trip, at)) {
                if self.hand == Hand::Observed {
                    self.opened += 1;
                    self.answered.clear();
                    return;
                }
                if at - self.moment >= nanos(sentence.opens().to) {
                    self.again = 0;
                }
                self.open(at);
            }
            return;
        }
        let slow = trips.iter().any(|trip| over(*trip).is_some_and(|over| took > over));
        self.probes[0] -= 1;
        self.probes[if failed || slow { 2 } else { 1 }] += 1;
        let Probe { needed, of } = sentence.probes();
        if self.probes[1] >= needed {
            self.close(at);
        } else if self.probes[2] > of - needed {
            self.open(at);
        }
    }

    pub(crate) fn phase(&self, at: Time) -> Phase {
        let [under_way, succeeded, failed] = self.probes;
        match self.step {
            _ if self.sentence.is_none() => Phase::Off,
            _ if self.hand == Hand::Isolated => Phase::Isolated,
            _ if self.hand == Hand::Closed => Phase::HeldClosed,
            _ if self.hand == Hand::Observed => Phase::Observed,
            Step::Closed => Phase::Closed,
            Step::Open => Phase::Open { left: Duration::from_nanos(self.moment.saturating_sub(at)) },
            Step::HalfOpen => Phase::HalfOpen { under_way, succeeded, failed },
        }
    }

    // The middle of the times that chance can choose.
    fn open(&mut self, at: Time) {
        let open = self.sentence.map_or(gentle::policy::circuit_breaker::Open::DEFAULT, |it| it.opens());
        self.lasting = (nanos(open.from) << self.again.min(20)).min(nanos(open.to));
        self.again += 1;
        self.opened += 1;
        self.go(Step::Open, at + self.lasting);
    }

    fn close(&mut self, at: Time) {
        self.answered.clear();
        self.go(Step::Closed, at);
    }

    fn go(&mut self, step: Step, moment: Time) {
        (self.step, self.moment) = (step, moment);
        self.generation += 1;
    }

    fn is_reached(&self, trip: Trip, at: Time) -> bool {
        let within = |window: Duration| {
            let tick = |at: Time| at / (nanos(window) / 10);
            let inside = |call: &&Answered| tick(call.at) + 10 > tick(at);
            self.answered.iter().filter(inside).copied().collect::<Vec<_>>()
        };
        let last = |count: u32| self.answered.iter().rev().take(count as usize).copied().collect();
        let count = |calls: &[Answered]| {
            let bad = calls.iter().filter(|call| is_bad(trip, **call)).count();
            (calls.len() as u64, bad as u64)
        };
        match trip {
            Trip::Rate { share, sample, window, .. } => {
                let (calls, bad) = count(&window.map_or_else(|| last(sample), within));
                calls >= sample.into() && bad * 10_000 >= calls * u64::from(share.as_hundredths())
            }
            Trip::Count { count: most, of, window } => {
                let (calls, bad) = count(&window.map_or_else(|| last(of), within));
                calls >= of.into() && bad >= most.into()
            }
            Trip::Within { count: most, window } => count(&within(window)).1 >= most.into(),
            Trip::InARow(row) => {
                self.answered.len() >= row as usize && last(row).iter().all(|call| is_bad(trip, *call))
            }
        }
    }
}

fn over(trip: Trip) -> Option<u64> {
    match trip {
        Trip::Rate { over, .. } => over.map(nanos),
        _ => None,
    }
}

fn is_bad(trip: Trip, call: Answered) -> bool {
    over(trip).map_or(call.failed, |over| call.took > over)
}
