//! The circuit breaker against a plain list of what has happened.

use gentle_dsl::{PolicySet, Sentence};
use tokio::time::advance;

use super::open_time::open_time;
use super::*;

const SENTENCES: [&str; 8] = [
    "50% of 4 in 10s, open 5s..1m",
    "3 in a row, open 5s, probe 2 of 3 within 3s",
    "50% of 6, open 1s..4s, probe 2",
    "2 of 5 in 2s or 4 in a row, probe 3 within 20s",
    "3 in 5s, open 2s..1m, probe 1 of 4",
    "60% over 2s of 3 in 10s or 3 of 4, open 1s..8s",
    "80% over 1s of 5 or 50% over 4s of 5 in 8s, probe 2 of 5",
    "40% of 10 in 20s or 25% of 12, open 3s..30s, probe 3 of 5",
];

/// One call that has answered.
#[derive(Clone, Copy)]
struct Answered {
    at: Instant,
    failed: bool,
    took: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    Closed,
    Open,
    HalfOpen,
}

/// A call under way.
struct Running<'a> {
    held: Held<'a>,
    begun: Instant,
    generation: u32,
}

struct Model {
    sentence: CircuitBreaker,
    /// Everything since it was closed.
    answered: Vec<Answered>,
    step: Step,
    generation: u32,
    /// When it was closed, until when it is open, or until when the probes have time.
    moment: Instant,
    lasting: Duration,
    again: u32,
    probes: [u32; 3],
    opened: u64,
}

impl Model {
    fn new(sentence: CircuitBreaker) -> Self {
        let (answered, moment) = (Vec::new(), Instant::from_nanos(0));
        let (step, lasting) = (Step::Closed, Duration::ZERO);
        Self { sentence, answered, step, generation: 0, moment, lasting, again: 0, probes: [0; 3], opened: 0 }
    }

    fn look(&mut self, at: Instant, chance: f64) {
        if self.step == Step::HalfOpen && at >= self.moment {
            let [under_way, _, failed] = self.probes;
            if under_way + failed == 0 {
                self.again -= 1;
            }
            self.open(self.moment, chance);
        }
    }

    /// Whether a call may pass, or for how long not.
    fn admit(&mut self, at: Instant, chance: f64) -> Result<(), Option<Duration>> {
        self.look(at, chance);
        if self.step == Step::Closed {
            return Ok(());
        }
        if self.step == Step::Open {
            if at < self.moment {
                return Err(Some(self.moment - at));
            }
            self.go(Step::HalfOpen, at + self.sentence.limit().unwrap_or(self.lasting));
            self.probes = [0; 3];
        }
        if self.probes.iter().sum::<u32>() >= self.sentence.probes().of {
            return Err(None);
        }
        self.probes[0] += 1;
        Ok(())
    }

    fn give_back(&mut self, generation: u32) {
        if generation == self.generation && self.step == Step::HalfOpen {
            self.probes[0] -= 1;
        }
    }

    fn answer(&mut self, generation: u32, call: Answered, chance: f64) {
        // Who comes after the probes' time may be the first to notice.
        if generation == self.generation {
            self.look(call.at, chance);
        }
        if generation != self.generation {
            return;
        }
        if self.step == Step::Closed {
            self.answered.push(call);
            let bad = |trip: &&Trip| is_bad(**trip, call) && self.is_reached(**trip, call.at);
            if self.sentence.trips().as_slice().iter().any(|trip| bad(&trip)) {
                if call.at - self.moment >= self.sentence.opens().to {
                    self.again = 0;
                }
                self.open(call.at, chance);
            }
            return;
        }
        let slow = self
            .sentence
            .trips()
            .as_slice()
            .iter()
            .any(|trip| over(*trip).is_some_and(|over| call.took > over));
        self.probes[0] -= 1;
        self.probes[if call.failed || slow { 2 } else { 1 }] += 1;
        let Probe { needed, of } = self.sentence.probes();
        if self.probes[1] == needed {
            self.answered.clear();
            self.go(Step::Closed, call.at);
        } else if self.probes[2] > of - needed {
            self.open(call.at, chance);
        }
    }

    fn open(&mut self, at: Instant, chance: f64) {
        self.lasting = open_time(self.sentence.opens(), self.again, chance);
        self.again += 1;
        self.opened += 1;
        self.go(Step::Open, at + self.lasting);
    }

    fn go(&mut self, step: Step, moment: Instant) {
        (self.step, self.moment) = (step, moment);
        self.generation += 1;
    }

    fn is_reached(&self, trip: Trip, at: Instant) -> bool {
        let within = |window: Duration| {
            let tick = |at: Instant| at.nanos() / (nanos(window) / 10);
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

    fn phase(&self, at: Instant) -> Phase {
        let [under_way, succeeded, failed] = self.probes;
        match self.step {
            Step::Closed => Phase::Closed,
            Step::Open => Phase::Open { left: self.moment - at },
            Step::HalfOpen => Phase::HalfOpen { under_way, succeeded, failed },
        }
    }
}

fn over(trip: Trip) -> Option<Duration> {
    match trip {
        Trip::Rate { over, .. } => over,
        _ => None,
    }
}

fn is_bad(trip: Trip, call: Answered) -> bool {
    over(trip).map_or(call.failed, |over| call.took > over)
}

/// Whom it is about.
static NOBODY: Policies = Policies::of("nobody", crate::here!(), &PolicySet::new());

/// A world in which both are told the same.
struct World<'a> {
    breaker: &'a Breaker,
    model: Model,
    running: Vec<Running<'a>>,
    dice: fastrand::Rng,
}

impl<'a> World<'a> {
    async fn step(&mut self) {
        // The next draw of the breaker is known to the model.
        let seed = self.dice.u64(..);
        fastrand::seed(seed);
        let chance = fastrand::Rng::with_seed(seed).f64();
        match self.dice.u32(..100) {
            0..40 => self.begin(chance),
            40..58 => self.answer(false, chance),
            58..76 => self.answer(true, chance),
            76..81 => self.give_up(),
            81..84 => self.look(chance),
            84..97 => advance(Duration::from_millis(self.dice.u64(..1_500))).await,
            _ => advance(Duration::from_millis(self.dice.u64(..40_000))).await,
        }
    }

    fn begin(&mut self, chance: f64) {
        let begun = now();
        let expected = self.model.admit(begun, chance);
        match self.breaker.pass(begun, &NOBODY) {
            Ok(pass) => {
                assert_eq!(expected, Ok(()));
                let generation = self.model.generation;
                self.running.push(Running { held: Held::new(self.breaker, pass), begun, generation });
            }
            Err(rejected) => {
                assert_eq!((rejected.policy, rejected.kind), (Key::CircuitBreaker, Refusal::Open));
                assert_eq!(expected, Err(rejected.retry_after));
            }
        }
    }

    fn answer(&mut self, failed: bool, chance: f64) {
        let Some(call) = self.any() else { return };
        let at = now();
        self.model.answer(call.generation, Answered { at, failed, took: at - call.begun }, chance);
        let pass = call.held.into_pass();
        if failed || !self.breaker.count(pass) {
            self.breaker.answered(pass, call.begun, failed, &NOBODY);
        }
    }

    fn give_up(&mut self) {
        if let Some(call) = self.any() {
            self.model.give_back(call.generation);
        }
    }

    fn look(&mut self, chance: f64) {
        self.model.look(now(), chance);
        let state = self.breaker.state(&NOBODY);
        assert_eq!((state.phase, state.opened), (self.model.phase(now()), self.model.opened));
    }

    fn any(&mut self) -> Option<Running<'a>> {
        if self.running.is_empty() {
            return None;
        }
        // The oldest come last, so that some outlive what they began in.
        let newest = self.running.len() - 1;
        let place = if self.dice.bool() { newest } else { self.dice.usize(..=newest) };
        Some(self.running.swap_remove(place))
    }
}

#[tokio::test(start_paused = true)]
async fn whatever_happens_it_does_what_a_plain_list_would_do() {
    let mut opened = 0;
    for seed in 0..4_000_u32 {
        let text = SENTENCES[seed as usize % SENTENCES.len()];
        let sentence = CircuitBreaker::parse(text).unwrap().on().unwrap();
        let breaker = Breaker::given(Some(sentence));
        let dice = fastrand::Rng::with_seed(seed.into());
        let mut world = World { breaker: &breaker, model: Model::new(sentence), running: Vec::new(), dice };
        for _ in 0..120 {
            world.step().await;
        }
        opened += world.model.opened;
    }
    assert!(opened > 10_000, "it was no idle world: {opened}");
}
