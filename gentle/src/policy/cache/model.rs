//! The shelf against a plain map, and calls that share an answer, given up wherever they wait.

use std::collections::HashMap;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use super::kept::{Answer, Sort};
use super::shelf::{Errand, Follower, Found, Shelf, Waited};
use super::*;
use crate::time::Instant;

type Of<'a> = Found<'a, u32, u32>;

fn terms(keep: u64, stale: u64, errors: u64) -> Terms {
    Terms { keep, stale, errors, most: usize::MAX, coalesce: false }
}

fn answer(value: u32, good: bool) -> Answer<u32> {
    Answer::new(value, if good { Sort::Good } else { Sort::Bad })
}

/// Keys whose hashes often collide.
fn ask<'a>(shelf: &'a Shelf<u32, u32>, key: u32, terms: &Terms, at: u64) -> Of<'a> {
    shelf.ask(u64::from(key % 5), |other| *other == key, || key, terms, Instant::from_nanos(at))
}

fn keep(errand: Errand<'_, u32, u32>, answer: &Answer<u32>, terms: &Terms, at: u64) {
    errand.keep(answer, Some(answer.clone()), terms, Instant::from_nanos(at));
}

fn forget(shelf: &Shelf<u32, u32>, key: u32) {
    shelf.forget(u64::from(key % 5), |other| *other == key);
}

/// The last good answer and the failure after it, each with its time.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    good: Option<(u32, u64)>,
    bad: Option<(u32, u64)>,
    /// It was worth nothing at a moment, and may have been swept away.
    doomed: bool,
}

impl Slot {
    fn fresh(self, terms: &Terms, at: u64) -> Option<(u32, bool)> {
        let within = |aged: Option<(u32, u64)>, nanos| aged.filter(|(_, since)| at < since + nanos);
        let good = within(self.good, terms.keep).map(|(value, _)| (value, true));
        good.or(within(self.bad, terms.errors).map(|(value, _)| (value, false)))
    }

    fn stale(self, terms: &Terms, at: u64) -> Option<u32> {
        self.good.filter(|(_, since)| at < since + terms.keep + terms.stale).map(|(value, _)| value)
    }

    fn put(&mut self, value: u32, good: bool, at: u64) {
        if good {
            *self = Self { good: Some((value, at)), ..Self::default() };
        } else {
            self.bad = Some((value, at));
        }
    }
}

/// Random steps on a shelf without a bound, compared with the map after each.
fn many(dice: &mut fastrand::Rng) {
    let shelf = Shelf::new(dice.usize(0..1_000), u32::eq);
    let mut model: HashMap<u32, Slot> = HashMap::new();
    let mut under_way: Vec<(u32, u64, Errand<'_, u32, u32>)> = Vec::new();
    let (mut now, mut forgotten) = (1, HashMap::<u32, u64>::new());
    let mut words = terms(10, 0, 0);
    for step in 0..600_u64 {
        now += dice.u64(0..4);
        for slot in model.values_mut() {
            slot.doomed |=
                slot.fresh(&words, now).or(slot.stale(&words, now).map(|value| (value, true))).is_none();
        }
        let key = dice.u32(0..12);
        match dice.u32(0..20) {
            0 => words = terms(dice.u64(1..30), dice.u64(0..30), dice.u64(0..10)),
            1 => {
                // Whatever shares its part is not kept either: there is one.
                forget(&shelf, key);
                model.remove(&key);
                forgotten.extend((0..12).map(|key| (key, step)));
            }
            2 if dice.u32(0..4) == 0 => {
                shelf.clear();
                model.clear();
                forgotten.extend((0..12).map(|key| (key, step)));
            }
            3..=8 if !under_way.is_empty() => {
                let (key, asked, errand) = under_way.swap_remove(dice.usize(0..under_way.len()));
                let stale = errand.stale(&words, Instant::from_nanos(now)).map(|answer| *answer.value);
                let slot = model.get(&key).copied().unwrap_or_default();
                assert!(slot.doomed || stale == slot.stale(&words, now), "step {step}: {key} at {now}");
                let (value, good) = (dice.u32(..), dice.bool());
                if dice.u32(0..4) > 0 {
                    keep(errand, &answer(value, good), &words, now);
                    if forgotten.get(&key).is_none_or(|at| *at < asked) {
                        model.entry(key).or_default().put(value, good, now);
                    }
                }
            }
            _ => {
                let slot = model.get(&key).copied().unwrap_or_default();
                let found = match ask(&shelf, key, &words, now) {
                    Found::Kept(kept) => Some((*kept.value, kept.sort == Sort::Good)),
                    Found::Nothing(errand) => {
                        under_way.push((key, step, errand));
                        None
                    }
                    Found::Waiting(_) => panic!("nobody shares"),
                };
                assert!(slot.doomed || found == slot.fresh(&words, now), "step {step}: {key} at {now}");
            }
        }
    }
}

#[test]
fn it_answers_what_a_map_with_times_would() {
    for seed in 0..200 {
        many(&mut fastrand::Rng::with_seed(seed));
    }
}

#[test]
fn there_are_never_more_answers_than_there_may_be() {
    for most in [1, 7, 300, 1_000] {
        let (shelf, words) = (Shelf::new(most, u32::eq), Terms { most, ..terms(1_000_000, 0, 0) });
        let mut dice = fastrand::Rng::with_seed(7);
        for at in 0..5_000 {
            let key = dice.u32(..);
            let hash = dice.u64(..);
            let found = shelf.ask(hash, |other| *other == key, || key, &words, Instant::from_nanos(at));
            let Found::Nothing(errand) = found else { panic!("it is a new key") };
            keep(errand, &answer(key, true), &words, at);
            assert!(shelf.len() <= most, "{} of {most}", shelf.len());
        }
        assert!(shelf.len() * 10 >= most * 9, "{} of {most}", shelf.len());
    }
}

#[test]
fn an_answer_that_was_asked_for_before_it_was_forgotten_is_not_kept() {
    for coalesce in [false, true] {
        let (shelf, words) = (Shelf::new(10, u32::eq), Terms { coalesce, ..terms(100, 0, 0) });
        let Found::Nothing(errand) = ask(&shelf, 1, &words, 0) else { panic!("there is nothing") };
        forget(&shelf, 1);
        keep(errand, &answer(7, true), &words, 0);
        let Found::Nothing(errand) = ask(&shelf, 1, &words, 0) else { panic!("it was forgotten") };
        shelf.clear();
        keep(errand, &answer(7, true), &words, 0);
        assert!(matches!(ask(&shelf, 1, &words, 0), Found::Nothing(_)));
    }
}

const SHARED: Terms = Terms { keep: 100, stale: 0, errors: 0, most: 10, coalesce: true };

/// One of several calls for one key.
enum Caller<'a> {
    Running(Errand<'a, u32, u32>),
    Waiting(Pin<Box<dyn Future<Output = Waited<'a, u32, u32>> + 'a>>),
}

fn wait(follower: Follower<'_, u32, u32>) -> Caller<'_> {
    Caller::Waiting(Box::pin(follower.wait(Instant::FAR, &SHARED)))
}

/// Calls that come, go, wait, answer and fail in an order that nobody chose; at most one ever runs, and nobody is forgotten.
fn crowd(dice: &mut fastrand::Rng) {
    let shelf = Shelf::new(10, u32::eq);
    let mut callers: Vec<Caller<'_>> = Vec::new();
    let (mut cx, mut at, mut answered) = (Context::from_waker(Waker::noop()), 0, None);
    for step in 0..300 {
        match dice.u32(0..6) {
            0..=2 => match ask(&shelf, 1, &SHARED, at) {
                Found::Kept(_) => at += 200,
                Found::Nothing(errand) => callers.push(Caller::Running(errand)),
                Found::Waiting(follower) => callers.push(wait(follower)),
            },
            3 if !callers.is_empty() => drop(callers.swap_remove(dice.usize(0..callers.len()))),
            _ => {
                let running = callers.iter().position(|caller| matches!(caller, Caller::Running(_)));
                if let Some(Caller::Running(errand)) = running.map(|place| callers.swap_remove(place)) {
                    if dice.bool() {
                        answered = Some(step);
                        keep(errand, &answer(step, true), &SHARED, at);
                    }
                }
            }
        }
        // Somebody who was called may be given up before it knows: so not everybody looks each time.
        for place in (0..callers.len()).rev() {
            let Caller::Waiting(waiting) = &mut callers[place] else { continue };
            if dice.bool() {
                continue;
            }
            match waiting.as_mut().poll(&mut cx) {
                Poll::Ready(Waited::Called(errand)) => callers[place] = Caller::Running(errand),
                Poll::Ready(Waited::Answer(found)) => {
                    assert!(answered.is_some_and(|answered| *found.value <= answered));
                    drop(callers.swap_remove(place));
                }
                Poll::Ready(Waited::Late(_)) => panic!("there is all the time"),
                Poll::Pending => {}
            }
        }
        let running = callers.iter().filter(|caller| matches!(caller, Caller::Running(_))).count();
        assert!(running <= 1, "step {step}: {running} run at the same time");
    }
    // In the end one after the other is called, and gives up.
    while !callers.is_empty() {
        callers.retain(|caller| matches!(caller, Caller::Waiting(_)));
        let before = callers.len();
        for place in (0..callers.len()).rev() {
            let Caller::Waiting(waiting) = &mut callers[place] else { continue };
            if waiting.as_mut().poll(&mut cx).is_ready() {
                drop(callers.swap_remove(place));
            }
        }
        assert!(before == 0 || callers.len() < before, "{before} wait for nobody");
    }
    assert!(shelf.is_idle());
}

#[test]
fn one_runs_and_the_others_wait_whoever_is_given_up_and_whenever() {
    for seed in 0..300 {
        crowd(&mut fastrand::Rng::with_seed(seed));
    }
}

#[test]
fn many_threads_never_run_the_same_call_at_the_same_time() {
    use std::sync::atomic::{AtomicU32, Ordering};
    let (shelf, running, total) = (Shelf::new(1_000, u32::eq), AtomicU32::new(0), AtomicU32::new(0));
    let run = |errand: Errand<'_, u32, u32>, dice: &mut fastrand::Rng| {
        assert_eq!(running.fetch_add(1, Ordering::SeqCst), 0);
        total.fetch_add(1, Ordering::SeqCst);
        if dice.bool() {
            std::thread::yield_now();
        }
        assert_eq!(running.fetch_sub(1, Ordering::SeqCst), 1);
        // What is kept is too old at once.
        if dice.bool() {
            keep(errand, &answer(7, true), &SHARED, 0);
        }
    };
    std::thread::scope(|threads| {
        for seed in 0..4 {
            let (shelf, run) = (&shelf, &run);
            threads.spawn(move || {
                let mut dice = fastrand::Rng::with_seed(seed);
                let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
                for _ in 0..2_000 {
                    match ask(shelf, 1, &SHARED, 1_000) {
                        Found::Nothing(errand) => run(errand, &mut dice),
                        Found::Waiting(follower) if dice.u32(0..8) == 0 => drop(follower),
                        Found::Waiting(follower) => {
                            let waited = runtime.block_on(follower.wait(Instant::FAR, &SHARED));
                            if let Waited::Called(errand) = waited {
                                run(errand, &mut dice);
                            }
                        }
                        Found::Kept(_) => panic!("it is too old"),
                    }
                }
            });
        }
    });
    assert!(shelf.is_idle() && total.load(Ordering::SeqCst) > 100);
}
