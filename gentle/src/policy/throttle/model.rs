//! The throttle against a plain list of what has happened.

use std::sync::Arc;
use std::time::Duration;

use gentle_dsl::{Percent, PolicySet, Sentence};
use tokio::time::advance;

use super::*;

/// Whose it is.
static NOBODY: Policies = Policies::of("nobody", crate::here!(), &PolicySet::new());

const SENTENCES: [&str; 5] = [
    "10% of 20 in 1m",
    "50% of 4 in 10s, up to 100%",
    "1% of 1 in 1s, up to 25%",
    "99% of 8 in 3s, up to 50%",
    "20% of 10 in 30ns",
];

#[derive(Clone, Copy, PartialEq)]
enum What {
    Good,
    Bad,
    Shed,
}

struct Model {
    throttle: Throttle,
    /// Each with the part of time in which it happened.
    happened: Vec<(u64, What)>,
    first: Option<Instant>,
    /// The share when it last looked.
    seen: f64,
}

impl Model {
    fn part(&mut self, at: Instant) -> u64 {
        let first = *self.first.get_or_insert(at);
        (at.nanos() - first.nanos()) / (super::super::patience::nanos(self.throttle.window()) / 10)
    }

    fn add(&mut self, at: Instant, what: What) {
        let part = self.part(at);
        self.happened.push((part, what));
    }

    /// It begins to shed at the end of a call; what becomes of the share in between, it sees when it sheds already.
    fn admits(&mut self, at: Instant, chance: u32) -> bool {
        if self.seen > 0.0 {
            self.look(at);
        }
        f64::from(chance) / f64::from(u32::MAX) >= self.seen
    }

    fn look(&mut self, at: Instant) -> f64 {
        self.seen = self.share(at);
        self.seen
    }

    fn share(&mut self, at: Instant) -> f64 {
        let now = self.part(at);
        let count = |what: What| {
            let all = self.happened.iter().filter(|(part, happened)| part + 10 > now && *happened == what);
            f64::from(u32::try_from(all.count()).unwrap())
        };
        let (good, bad, shed) = (count(What::Good), count(What::Bad), count(What::Shed));
        let fine = self.throttle.share().as_ratio();
        if good + bad + shed < self.throttle.of().into() || bad == 0.0 {
            return 0.0;
        }
        let failing = bad / (good + bad);
        ((failing - fine) / (1.0 - fine)).clamp(0.0, self.throttle.most().as_ratio())
    }
}

fn on(sentence: &str) -> Throttle {
    Throttle::parse(sentence).unwrap().on().unwrap()
}

/// Many calls at moments, with outcomes and lots that nobody chose.
async fn many(throttle: Throttle, dice: &mut fastrand::Rng) {
    let valve = Valve::new(Some(&throttle));
    let mut model = Model { throttle, happened: Vec::new(), first: None, seen: 0.0 };
    let mut under_way: Vec<Instant> = Vec::new();
    let failing = dice.u32(0..100);
    let far = u64::try_from(throttle.window().as_nanos()).unwrap() / dice.u64(1..200);
    for step in 0..400 {
        advance(Duration::from_nanos(dice.u64(0..=far))).await;
        let (at, chance) = (now(), dice.u32(..));
        if dice.bool() {
            let (passes, expected) = (valve.admit(at, &NOBODY, chance).is_ok(), model.admits(at, chance));
            assert_eq!(passes, expected, "step {step}: {} of {throttle}, drawn {chance}", model.seen);
            if passes {
                under_way.push(at);
            } else {
                model.add(at, What::Shed);
            }
        } else if let Some(begun) = under_way.pop() {
            let failed = dice.u32(0..100) < failing;
            // One that goes well while all is well counts from its beginning; so it does here, where they end at once.
            valve.ended(begun.max(at), failed, "");
            model.add(at, if failed { What::Bad } else { What::Good });
            let share = valve.state().share;
            assert!((share - model.look(at)).abs() < 1e-6, "step {step}: {share} of {throttle}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn it_sheds_what_a_list_of_all_calls_would() {
    for seed in 0..60 {
        let mut dice = fastrand::Rng::with_seed(seed);
        for sentence in SENTENCES {
            many(on(sentence), &mut dice).await;
        }
    }
}

/// The share of calls shed when this share of those that are made fails.
async fn shed_at(failing: f64) -> f64 {
    let valve = Valve::new(Some(&on("10% of 20 in 1m, up to 90%")));
    let (mut dice, mut shed) = (fastrand::Rng::with_seed(7), 0.0);
    for call in 0..40_000 {
        advance(Duration::from_millis(10)).await;
        if valve.admit(now(), &NOBODY, dice.u32(..)).is_err() {
            shed += f64::from(u8::from(call >= 20_000));
        } else {
            valve.ended(now(), dice.f64() < failing, "");
        }
    }
    shed / 20_000.0
}

#[tokio::test(start_paused = true)]
async fn the_share_grows_from_none_at_what_is_fine_to_the_most_when_everything_fails() {
    for (failing, expected) in [(0.05, 0.0), (0.55, 0.5), (0.775, 0.75), (1.0, 0.9)] {
        let shed = shed_at(failing).await;
        assert!((shed - expected).abs() < 0.05, "{shed} when {failing} fail");
    }
}

#[tokio::test(start_paused = true)]
async fn a_neighbour_with_too_much_to_do_gets_less() {
    // It answers ten a second, and is asked a hundred.
    let valve = Valve::new(Some(&on("10% of 20 in 10s")));
    let (mut dice, mut asked) = (fastrand::Rng::with_seed(7), 0);
    for second in 0..120 {
        let mut answers = 10;
        for _ in 0..100 {
            advance(Duration::from_millis(10)).await;
            if valve.admit(now(), &NOBODY, dice.u32(..)).is_ok() {
                asked += u32::from(second >= 60);
                valve.ended(now(), answers == 0, "");
                answers -= u32::from(answers > 0);
            }
        }
    }
    assert!((28..40).contains(&(asked / 60)), "{} a second", asked / 60);
}

#[tokio::test(start_paused = true)]
async fn it_stops_when_what_has_failed_is_older_than_the_time() {
    let valve = Valve::new(Some(&on("10% of 4 in 10s, up to 100%")));
    for _ in 0..4 {
        valve.ended(now(), true, "");
    }
    assert!(valve.admit(now(), &NOBODY, u32::MAX).is_err(), "with 100% everybody is refused");
    advance(Duration::from_secs(8)).await;
    assert!(valve.admit(now(), &NOBODY, 0).is_err());
    advance(Duration::from_secs(2)).await;
    assert!(valve.admit(now(), &NOBODY, 0).is_ok());
    assert_eq!(valve.state(), State { share: 0.0, calls: 0, failed: 0, shed: 1, refused: 2 });
}

#[tokio::test(start_paused = true)]
async fn a_change_keeps_what_was_counted() {
    let valve = Valve::new(Some(&on("50% of 4 in 1h")));
    for failed in [true, true, true, false] {
        valve.ended(now(), failed, "");
    }
    assert!((valve.state().share - 0.5).abs() < 1e-6);
    valve.set(Some(on("50% of 4 in 10s, up to 20%")));
    assert!((valve.state().share - 0.2).abs() < 1e-6);
    valve.set(None);
    assert_eq!(valve.state().share.to_bits(), 0.0_f64.to_bits());
    assert!(valve.admit(now(), &NOBODY, 0).is_ok());
    valve.set(Some(on("50% of 4 in 10s")));
    assert!((valve.state().share - 0.5).abs() < 1e-6, "it knows still");
    advance(Duration::from_secs(10)).await;
    assert_eq!(valve.state().calls, 0, "and goes by the shorter time");
}

#[tokio::test(start_paused = true)]
async fn pitfall_25_amounts_at_their_ends_are_no_matter() {
    let ends = [
        Throttle::new(Percent::hundredths(0), 0, Duration::ZERO),
        Throttle::new(Percent::hundredths(u32::MAX), u32::MAX, Duration::MAX)
            .up_to(Percent::hundredths(u32::MAX)),
        Throttle::new(Percent::WHOLE, 1, Duration::from_nanos(1)).up_to(Percent::hundredths(0)),
    ];
    for throttle in ends {
        let valve = Valve::new(Some(&throttle));
        for at in [Instant::UNKNOWN, now(), Instant::FAR, Instant::FAR, now()] {
            let _ = valve.admit(at, &NOBODY, 0);
            valve.ended(at, false, "");
            valve.ended(at, true, "");
            assert!((0.0..=1.0).contains(&valve.state().share));
        }
    }
}

#[tokio::test]
async fn nothing_is_lost_between_threads() {
    let valve = Arc::new(Valve::new(Some(&on("99% of 1000000 in 1h"))));
    let threads: Vec<_> = (0..4)
        .map(|thread| {
            let valve = valve.clone();
            let handle = tokio::runtime::Handle::current();
            std::thread::spawn(move || {
                let _entered = handle.enter();
                (0..10_000).for_each(|call| valve.ended(now(), (call + thread) % 4 == 0, ""));
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    let State { calls, failed, .. } = valve.state();
    assert_eq!((calls, failed), (40_000, 10_000));
}
