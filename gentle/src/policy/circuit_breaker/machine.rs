use std::sync::Arc;
use std::time::Duration;

use gentle_dsl::{CircuitBreaker, Open, Probe, Trip};

use super::gauge::Gauge;
use super::open_time::open_time;
use super::{Answer, Phase, Sign};
use crate::policy::patience::nanos;
use crate::time::Instant;

/// What every step needs to know of the world.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    pub(super) at: Instant,
    /// From 0 to below 1.
    pub(super) chance: f64,
    /// How many calls have gone well since the beginning, in whatever phase.
    pub(super) successes: u64,
}

/// What somebody holds it to by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hand {
    /// Nothing: it opens and closes by itself.
    Free,
    Isolated,
    Closed,
    Observed,
}

/// What a call is told that wants to pass.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Admission {
    /// Its outcome does not matter.
    Free,
    /// Its outcome counts.
    Counted,
    /// Its outcome decides whether it closes.
    Probe,
    /// It may not pass; after this time another one may, where that can be told.
    Refused(Option<Duration>),
}

/// Something worth telling.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Change {
    Opened { sign: Option<Trip>, lasting: Duration },
    WouldOpen(Trip),
    Probing,
    Closed,
}

/// The circuit breaker without its threads, its clock and its chance.
#[derive(Debug)]
pub(super) struct Machine {
    /// Shared by all that are kept separately under one sentence: it takes more room than what they count.
    sentence: Option<Arc<CircuitBreaker>>,
    hand: Hand,
    step: Step,
    /// Counts the steps: what was begun in an earlier one has no say any more.
    generation: u64,
    gauges: Vec<Gauge>,
    /// The successes that the gauges have seen, or that came too early for them.
    seen: u64,
    /// How often it has opened without a long enough time closed in between.
    again: u32,
    opened: u64,
    /// What the last step was, for whoever tells.
    pub(super) change: Option<Change>,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Closed { since: Instant },
    Open { until: Instant, lasting: Duration },
    HalfOpen(Trial),
}

/// How the probes are doing.
#[derive(Clone, Copy, Debug)]
struct Trial {
    until: Instant,
    under_way: u32,
    succeeded: u32,
    failed: u32,
}

impl Machine {
    pub(super) fn new(sentence: Option<Arc<CircuitBreaker>>) -> Self {
        Self {
            sentence,
            hand: Hand::Free,
            step: Step::Closed { since: Instant::from_nanos(0) },
            generation: 0,
            gauges: Vec::new(),
            seen: 0,
            again: 0,
            opened: 0,
            change: None,
        }
    }

    pub(super) fn generation(&self) -> u64 {
        self.generation
    }

    /// Whether every call passes and none is counted.
    pub(super) fn is_free(&self) -> bool {
        self.sentence.is_none() || self.hand == Hand::Closed
    }

    /// Until when it lets nobody pass. `None`: it does, or has to be asked.
    pub(super) fn shut_until(&self) -> Option<Instant> {
        match (self.hand, self.step) {
            _ if self.is_free() => None,
            (Hand::Isolated, _) => Some(Instant::FAR),
            (Hand::Free, Step::Open { until, .. }) => Some(until),
            _ => None,
        }
    }

    /// Whether calls pass and are counted.
    pub(super) fn counts(&self) -> bool {
        let closed = self.hand == Hand::Observed || matches!(self.step, Step::Closed { .. });
        !self.is_free() && self.hand != Hand::Isolated && closed
    }

    /// The nanoseconds above which a call is slow, by the strictest sign.
    pub(super) fn slow_above(&self) -> u64 {
        self.sentence.as_deref().map_or(u64::MAX, slow_above)
    }

    /// At which number of successes it wants to be asked again: always while probes decide.
    pub(super) fn wants_time_at(&self) -> u64 {
        if !self.counts() {
            return 0;
        }
        let patience = self.gauges.iter().filter_map(Gauge::patience).min();
        patience.map_or(u64::MAX, |patience| self.seen.saturating_add(patience))
    }

    /// Brings everything up to this moment: dates the successes since the last one, and ends what has lasted too long.
    pub(super) fn look(&mut self, moment: Moment) {
        if self.counts() {
            let fresh = moment.successes.saturating_sub(self.seen);
            self.gauges.iter_mut().for_each(|gauge| gauge.succeeded(fresh));
            self.prepare(moment);
            self.gauges.iter_mut().for_each(|gauge| gauge.advance(moment.at));
        }
        self.seen = moment.successes;
        if let (Hand::Free, Step::HalfOpen(trial)) = (self.hand, self.step) {
            if moment.at >= trial.until {
                self.lapse(trial, moment);
            }
        }
    }

    /// Whether a call may pass.
    pub(super) fn admit(&mut self, moment: Moment) -> Admission {
        self.look(moment);
        match (self.hand, self.step) {
            _ if self.is_free() => Admission::Free,
            (Hand::Isolated, _) => Admission::Refused(None),
            (Hand::Free, Step::Open { until, .. }) if moment.at < until => {
                Admission::Refused(Some(until - moment.at))
            }
            (Hand::Free, Step::Open { lasting, .. }) => {
                self.half_open(lasting, moment.at);
                self.probe()
            }
            (Hand::Free, Step::HalfOpen(_)) => self.probe(),
            _ => Admission::Counted,
        }
    }

    /// Takes the answer of a call that passed in this generation.
    pub(super) fn answered(&mut self, generation: u64, answer: Answer, moment: Moment) {
        self.look(moment);
        if generation != self.generation {
            return;
        }
        if self.counts() {
            self.counted(answer, moment);
        } else if let Step::HalfOpen(trial) = &mut self.step {
            trial.under_way = trial.under_way.saturating_sub(1);
            self.probed(answer, moment);
        }
    }

    /// Takes back the pass of a probe that came to nothing.
    pub(super) fn given_back(&mut self, generation: u64) {
        if let Step::HalfOpen(trial) = &mut self.step {
            if generation == self.generation {
                trial.under_way = trial.under_way.saturating_sub(1);
            }
        }
    }

    /// Takes over another sentence, or none. It stays as open or closed as it is; what was counted stays where the
    /// signs stay the same.
    pub(super) fn set(&mut self, sentence: Option<Arc<CircuitBreaker>>, moment: Moment) {
        self.look(moment);
        let trips = |sentence: Option<&CircuitBreaker>| sentence.map(CircuitBreaker::trips);
        let same = trips(sentence.as_deref()) == trips(self.sentence.as_deref());
        let switched = sentence.is_some() != self.sentence.is_some();
        self.sentence = sentence;
        if !same {
            self.gauges.clear();
            self.prepare(moment);
        }
        if switched {
            self.start_anew(moment);
        }
    }

    /// Holds it by hand, or lets it go, closed.
    pub(super) fn hold(&mut self, hand: Hand, moment: Moment) {
        self.hand = hand;
        self.start_anew(moment);
    }

    pub(super) fn phase(&self, at: Instant) -> Phase {
        match (self.hand, self.step) {
            _ if self.sentence.is_none() => Phase::Off,
            (Hand::Isolated, _) => Phase::Isolated,
            (Hand::Closed, _) => Phase::HeldClosed,
            (Hand::Observed, _) => Phase::Observed,
            (Hand::Free, Step::Closed { .. }) => Phase::Closed,
            (Hand::Free, Step::Open { until, .. }) => Phase::Open { left: until - at },
            (Hand::Free, Step::HalfOpen(Trial { under_way, succeeded, failed, .. })) => {
                Phase::HalfOpen { under_way, succeeded, failed }
            }
        }
    }

    /// Whether nothing of what has happened so far matters any more.
    pub(super) fn is_fresh(&self, at: Instant) -> bool {
        let Step::Closed { since } = self.step else { return false };
        let calm = self.again == 0 || at - since >= self.open().to;
        let forgotten = || self.gauges.iter().all(|gauge| gauge.counts() == (0, 0));
        self.hand == Hand::Free && calm && forgotten()
    }

    pub(super) fn sentence(&self) -> Option<Arc<CircuitBreaker>> {
        self.sentence.clone()
    }

    /// How often it has opened, or would have while it was observed.
    pub(super) fn opened(&self) -> u64 {
        self.opened
    }

    pub(super) fn signs(&self) -> Vec<Sign> {
        let sign = |gauge: &Gauge| {
            let (calls, bad) = gauge.counts();
            Sign { trip: gauge.trip, calls, bad }
        };
        self.gauges.iter().map(sign).collect()
    }

    // A constant cannot hold them.
    fn prepare(&mut self, moment: Moment) {
        if let (true, Some(sentence)) = (self.gauges.is_empty(), &self.sentence) {
            let trips = sentence.trips();
            self.gauges = trips.as_slice().iter().map(|trip| Gauge::new(*trip, moment.at)).collect();
        }
    }

    fn counted(&mut self, answer: Answer, moment: Moment) {
        let mut sign = None;
        for gauge in &mut self.gauges {
            if gauge.answered(answer) && gauge.is_reached() {
                sign = sign.or(Some(gauge.trip));
            }
        }
        let Some(sign) = sign else { return };
        if self.hand == Hand::Observed {
            self.opened += 1;
            self.change = Some(Change::WouldOpen(sign));
            self.forget(moment);
            return;
        }
        if let Step::Closed { since } = self.step {
            if moment.at - since >= self.open().to {
                self.again = 0;
            }
        }
        self.trip(Some(sign), moment.at, moment.chance);
    }

    fn probe(&mut self) -> Admission {
        let Probe { of, .. } = self.probes();
        let Step::HalfOpen(trial) = &mut self.step else { return Admission::Refused(None) };
        let taken = trial.under_way.saturating_add(trial.succeeded).saturating_add(trial.failed);
        if taken >= of {
            return Admission::Refused(None);
        }
        trial.under_way += 1;
        Admission::Probe
    }

    fn probed(&mut self, answer: Answer, moment: Moment) {
        let Probe { needed, of } = self.probes();
        let failed = answer.failed || nanos(answer.took) > self.slow_above();
        let Step::HalfOpen(trial) = &mut self.step else { return };
        if failed {
            trial.failed += 1;
        } else {
            trial.succeeded += 1;
        }
        let (succeeded, failed) = (trial.succeeded, trial.failed);
        if succeeded >= needed {
            self.close(moment);
            self.change = Some(Change::Closed);
        } else if failed > of.saturating_sub(needed) {
            self.trip(None, moment.at, moment.chance);
        }
    }

    // Nobody may have asked for long: it has been open since the time for probes was up, and not since now.
    fn lapse(&mut self, trial: Trial, moment: Moment) {
        if trial.under_way == 0 && trial.failed == 0 {
            self.again = self.again.saturating_sub(1);
        }
        self.trip(None, trial.until, moment.chance);
    }

    fn trip(&mut self, sign: Option<Trip>, at: Instant, chance: f64) {
        let lasting = open_time(self.open(), self.again, chance);
        self.again = self.again.saturating_add(1);
        self.opened += 1;
        self.generation += 1;
        self.step = Step::Open { until: at + lasting, lasting };
        self.change = Some(Change::Opened { sign, lasting });
    }

    fn half_open(&mut self, lasting: Duration, at: Instant) {
        let within = self.sentence.as_deref().and_then(CircuitBreaker::limit).unwrap_or(lasting);
        self.generation += 1;
        self.step = Step::HalfOpen(Trial { until: at + within, under_way: 0, succeeded: 0, failed: 0 });
        self.change = Some(Change::Probing);
    }

    fn close(&mut self, moment: Moment) {
        self.generation += 1;
        self.step = Step::Closed { since: moment.at };
        self.forget(moment);
    }

    fn start_anew(&mut self, moment: Moment) {
        self.again = 0;
        self.close(moment);
    }

    fn forget(&mut self, moment: Moment) {
        self.seen = moment.successes;
        self.gauges.iter_mut().for_each(|gauge| gauge.clear(moment.at));
    }

    fn open(&self) -> Open {
        self.sentence.as_deref().map_or(Open::DEFAULT, CircuitBreaker::opens)
    }

    fn probes(&self) -> Probe {
        self.sentence.as_deref().map_or(Probe::DEFAULT, CircuitBreaker::probes)
    }
}

/// The nanoseconds above which a call is slow; no call takes as many as there are when no sign asks.
pub(crate) const fn slow_above(sentence: &CircuitBreaker) -> u64 {
    let (trips, mut index, mut least) = (sentence.trips(), 0, u64::MAX);
    while index < trips.as_slice().len() {
        if let Trip::Rate { over: Some(over), .. } = trips.as_slice()[index] {
            let over = nanos(over);
            least = if over < least { over } else { least };
        }
        index += 1;
    }
    least
}

#[cfg(test)]
mod tests {
    use super::*;

    // The words beside the lock sort out most of them; one that comes while another thread opens it gets here.
    #[test]
    fn what_an_earlier_generation_says_changes_nothing() {
        let moment = |at| Moment { at: Instant::from_nanos(at), chance: 0.5, successes: 0 };
        let open = Duration::from_nanos(10);
        let mut machine = Machine::new(Some(Arc::new(CircuitBreaker::new(Trip::InARow(1)).open(open, open))));
        let answer = |failed| Answer { failed, took: Duration::ZERO };
        machine.answered(0, answer(true), moment(0));
        assert_eq!(machine.admit(moment(10)), Admission::Probe);
        for failed in [true, false] {
            machine.answered(0, answer(failed), moment(11));
        }
        machine.given_back(0);
        let probing = Phase::HalfOpen { under_way: 1, succeeded: 0, failed: 0 };
        assert_eq!(machine.phase(Instant::from_nanos(11)), probing);
    }
}
