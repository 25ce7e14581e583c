//! The three ways before a plain server: so many calls at a time it serves in the same time, more take longer.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::*;

const ALL: [Adaptive; 3] = [Adaptive::Aimd, Adaptive::Vegas, Adaptive::Gradient];
const BY_TIME: [Adaptive; 2] = [Adaptive::Vegas, Adaptive::Gradient];

#[derive(Clone, Copy)]
struct Server {
    serves: f64,
    /// What a call takes when there is no line, in seconds.
    takes: f64,
    /// With more calls than this it fails.
    breaks: f64,
    /// The share of calls that fail whatever happens.
    bad: f64,
}

const SERVER: Server = Server { serves: 50.0, takes: 0.1, breaks: f64::INFINITY, bad: 0.0 };

struct World {
    server: Server,
    controller: Controller,
    /// Each begins a call as soon as it may.
    clients: u32,
    at: u64,
    /// When each call inside answers, when it began and whether it will fail.
    inside: BinaryHeap<Reverse<(u64, u64, bool)>>,
    dice: fastrand::Rng,
    answered: u64,
    failed: u64,
}

impl World {
    fn new(by: Adaptive, start: u32, server: Server) -> Self {
        let controller = Controller::new(Terms { from: 4, to: 500, start, by });
        let (inside, dice) = (BinaryHeap::new(), fastrand::Rng::with_seed(7));
        Self { server, controller, clients: 1_000, at: 1, inside, dice, answered: 0, failed: 0 }
    }

    fn limit(&self) -> u32 {
        self.controller.in_force()
    }

    fn inside(&self) -> u32 {
        u32::try_from(self.inside.len()).unwrap()
    }

    fn begin(&mut self) {
        let Server { serves, takes, breaks, bad } = self.server;
        let inside = f64::from(self.inside()) + 1.0;
        let took = takes * (inside / serves).max(1.0) * (0.8 + 0.4 * self.dice.f64());
        let failed = inside > breaks || self.dice.f64() < bad;
        let took = Duration::from_secs_f64(if failed { takes } else { took });
        let done = (Instant::from_nanos(self.at) + took).nanos();
        self.inside.push(Reverse((done, self.at, failed)));
    }

    fn step(&mut self) {
        while self.inside() < self.limit().min(self.clients) {
            self.begin();
        }
        let inside = self.inside();
        let Some(Reverse((done, begun, failed))) = self.inside.pop() else { return };
        self.at = done;
        self.answered += 1;
        self.failed += u64::from(failed);
        let end = if failed { End::Failed } else { End::Well };
        let (begun, at) = (Instant::from_nanos(begun), Instant::from_nanos(done));
        self.controller.answered(&Answer { begun, at, inside, end });
    }

    /// Lets so many seconds pass, and returns the lowest and the highest limit of that time.
    fn run(&mut self, seconds: u64) -> (u32, u32) {
        let until = self.at + seconds * 1_000_000_000;
        let (mut least, mut most) = (u32::MAX, 0);
        while self.at < until {
            self.step();
            (least, most) = (least.min(self.limit()), most.max(self.limit()));
        }
        (least, most)
    }
}

#[test]
fn from_below_it_comes_to_what_the_server_can_do_and_stays_there() {
    for by in BY_TIME {
        let mut world = World::new(by, 4, SERVER);
        world.run(60);
        assert!((50..=100).contains(&world.limit()), "{by}: {}", world.limit());
        let (_, most) = world.run(600);
        assert!(most <= 110, "{by}: {most}");
        assert!((45..=100).contains(&world.limit()), "{by}: {}", world.limit());
    }
}

#[test]
fn from_above_it_comes_down_to_what_the_server_can_do() {
    for by in BY_TIME {
        let mut world = World::new(by, 500, SERVER);
        world.run(180);
        assert!((45..=110).contains(&world.limit()), "{by}: {}", world.limit());
    }
}

#[test]
fn aimd_stays_just_below_what_makes_the_server_fail() {
    for start in [4, 500] {
        let mut world = World::new(Adaptive::Aimd, start, Server { breaks: 80.0, ..SERVER });
        world.run(60);
        (world.answered, world.failed) = (0, 0);
        let (least, most) = world.run(60);
        assert!(least >= 65 && most <= 82, "from {start}: {least}..{most}");
        assert!(world.failed * 10 < world.answered, "{} of {}", world.failed, world.answered);
    }
}

#[test]
fn a_line_that_never_empties_does_not_become_what_is_usual() {
    for by in BY_TIME {
        let mut world = World::new(by, 16, SERVER);
        world.run(60);
        let (_, most) = world.run(4 * 3_600);
        assert!(most <= 120, "{by}: {most}");
    }
}

#[test]
fn a_server_that_becomes_slower_for_good_gets_as_many_again() {
    for by in BY_TIME {
        let mut world = World::new(by, 16, SERVER);
        world.run(60);
        world.server.takes *= 3.0;
        world.run(600);
        assert!((45..=120).contains(&world.limit()), "{by}: {}", world.limit());
    }
}

#[test]
fn a_server_that_loses_half_of_itself_gets_half() {
    for by in BY_TIME {
        let mut world = World::new(by, 16, SERVER);
        world.run(60);
        world.server.serves /= 2.0;
        world.run(120);
        assert!((22..=60).contains(&world.limit()), "{by}: {}", world.limit());
    }
}

#[test]
fn without_load_it_does_not_grow() {
    for by in ALL {
        let mut world = World::new(by, 16, SERVER);
        world.clients = 7;
        assert_eq!(world.run(600), (16, 16), "{by}");
    }
}

#[test]
fn one_lucky_answer_changes_next_to_nothing() {
    for by in BY_TIME {
        let mut world = World::new(by, 16, SERVER);
        world.run(120);
        let before = world.limit();
        let (begun, at) = (Instant::from_nanos(world.at - 1_000_000), Instant::from_nanos(world.at));
        world.controller.answered(&Answer { begun, at, inside: before, end: End::Well });
        let (least, _) = world.run(5);
        assert!(least * 10 >= before * 8, "{by}: {before} to {least}");
    }
}

#[test]
fn one_failure_in_a_hundred_leaves_most_of_it_and_nothing_but_failures_leads_to_the_lower_bound() {
    for by in ALL {
        let mut world = World::new(by, 16, Server { bad: 0.01, ..SERVER });
        world.run(120);
        assert!(world.limit() >= 20, "{by}: {}", world.limit());
        world.server.bad = 1.0;
        world.run(60);
        assert_eq!(world.limit(), 4, "{by}");
    }
}

fn well(begun: u64, at: u64, inside: u32) -> Answer {
    let second = |nanos: u64| Instant::from_nanos(1_000_000_000 + nanos);
    Answer { begun: second(begun), at: second(at), inside, end: End::Well }
}

#[test]
fn what_takes_next_to_no_time_teaches_nothing() {
    for by in ALL {
        let mut controller = Controller::new(Terms { from: 4, to: 500, start: 16, by });
        for end in [End::Well, End::Failed, End::CutOff] {
            for nanos in 0..1_000 {
                assert_eq!(controller.answered(&Answer { end, ..well(nanos * 100, nanos * 150, 16) }), 16);
            }
        }
        assert_eq!(controller.answered(&well(5, 5, 16)), 16, "a clock that stands still");
        assert_eq!(controller.answered(&well(9, 5, 16)), 16, "and one that runs backwards");
    }
}

#[test]
fn a_few_answers_teach_nothing_about_times() {
    for by in BY_TIME {
        let mut controller = Controller::new(Terms { from: 4, to: 500, start: 16, by });
        for minute in 0..1_000_u64 {
            let begun = minute * 60_000_000_000;
            assert_eq!(controller.answered(&well(begun, begun + 5_000_000_000, 16)), 16, "{by}");
        }
    }
}

#[test]
fn hundred_calls_that_fail_together_are_one_piece_of_news() {
    let mut controller = Controller::new(Terms { from: 4, to: 500, start: 100, by: Adaptive::Aimd });
    for number in 0..100 {
        controller.answered(&Answer { end: End::Failed, ..well(number, 1_000_000_000 + number, 100) });
    }
    assert_eq!(controller.in_force(), 90);
}

#[test]
fn who_had_hardly_begun_when_its_time_was_up_is_no_sign_of_overload() {
    for by in ALL {
        let mut controller = Controller::new(Terms { from: 4, to: 500, start: 16, by });
        for number in 0..200 {
            controller.answered(&well(number * 1_000_000, 100_000_000 + number * 1_000_000, 1));
        }
        for number in 0..200 {
            let cut = well(number * 1_000_000, 50_000_000 + number * 1_000_000, 16);
            assert_eq!(controller.answered(&Answer { end: End::CutOff, ..cut }), 16, "{by}");
        }
        for number in 0..2_000 {
            let cut = well(number * 10_000_000, 500_000_000 + number * 10_000_000, 16);
            controller.answered(&Answer { end: End::CutOff, ..cut });
        }
        assert!(controller.in_force() < 16, "{by}: who was inside for long is one");
    }
}

#[test]
fn what_was_learned_is_kept_within_other_bounds() {
    let mut controller = Controller::new(Terms { from: 4, to: 500, start: 100, by: Adaptive::Gradient });
    assert_eq!(controller.set(Terms { from: 8, to: 64, start: 16, by: Adaptive::Vegas }), 64);
    assert_eq!(controller.set(Terms { from: 8, to: 640, start: 16, by: Adaptive::Aimd }), 64);
    assert_eq!(controller.set(Terms { from: 100, to: 640, start: 160, by: Adaptive::Aimd }), 100);
}

#[test]
fn whatever_it_is_told_the_limit_stays_within_its_bounds_and_moves_by_steps() {
    for seed in 0..3_000 {
        let mut dice = fastrand::Rng::with_seed(seed);
        let mut bound = || [1, 2, dice.u32(1..300), dice.u32(1..), u32::MAX][dice.usize(..5)];
        let (one, other) = (bound(), bound());
        let (from, to) = (one.min(other), one.max(other));
        let terms = Terms { from, to, start: dice.u32(from..=to), by: ALL[dice.usize(..3)] };
        let mut controller = Controller::new(terms);
        let mut at = 1_u64;
        for _ in 0..300 {
            at = at.saturating_add([0, 1_000_000, dice.u64(..10_000_000_000), u64::MAX / 3][dice.usize(..4)]);
            let took = [0, 200_000, dice.u64(..20_000_000_000), u64::MAX][dice.usize(..4)];
            let (begun, at) = (Instant::from_nanos(at.saturating_sub(took)), Instant::from_nanos(at));
            let inside = [0, 1, controller.in_force(), u32::MAX][dice.usize(..4)];
            let end = [End::Well, End::Failed, End::CutOff][dice.usize(..3)];
            let limit = controller.answered(&Answer { begun, at, inside, end });
            assert!((from..=to).contains(&limit), "seed {seed}: {limit} of {from}..{to}");
            assert!(controller.limit.is_finite(), "seed {seed}");
        }
    }
}
