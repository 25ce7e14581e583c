//! Probes: exactly as many as there are, whatever becomes of them.

use std::sync::Arc;
use std::time::Duration;

use gentle_dsl::{CircuitBreaker, Trip};
use loom::thread;

use crate::policy::Policies;
use crate::policy::circuit_breaker::{Breaker, Circuit, Held, Pass, Phase, State};
use crate::sync::made;
use crate::time::{now, turn_to};
use crate::{check, join};

const OPEN: Duration = Duration::from_secs(10);

/// A circuit that has opened, and whose time is up.
fn tripped(probes: u32) -> Arc<Breaker> {
    let sentence = CircuitBreaker::new(Trip::InARow(1)).open(OPEN, OPEN).probe(probes, probes);
    let breaker = made(Breaker::given(Some(sentence)));
    let pass = breaker.try_pass().expect("it is closed");
    breaker.answered(pass, now(), true, &Policies);
    turn_to(now() + OPEN * 2);
    breaker
}

fn state(breaker: &Breaker) -> State {
    Circuit::of(breaker, &Policies).state()
}

fn pass(breaker: &Breaker) -> Option<Pass> {
    breaker.pass(now(), &Policies).ok()
}

/// Three threads come when the first probe may pass.
pub fn exactly_as_many_probes_pass_as_there_are(probes: u32) {
    check(move || {
        let breaker = tripped(probes);
        let others = [0; 2].map(|_| {
            let breaker = breaker.clone();
            thread::spawn(move || u32::from(pass(&breaker).is_some()))
        });
        let own = u32::from(pass(&breaker).is_some());
        let others = join(others);
        assert_eq!(own + others.iter().sum::<u32>(), probes);
        let phase = Phase::HalfOpen { under_way: probes, succeeded: 0, failed: 0 };
        assert_eq!(state(&breaker).phase, phase);
    });
}

/// A probe is given up while another call comes.
pub fn a_probe_given_back_makes_room_for_one() {
    check(|| {
        let breaker = tripped(1);
        let give_up =
            |breaker: Arc<Breaker>| move || drop(pass(&breaker).map(|pass| Held::new(&breaker, pass)));
        let others = [0; 2].map(|_| thread::spawn(give_up(breaker.clone())));
        join(others);
        assert!(pass(&breaker).is_some(), "its place is free");
        assert!(pass(&breaker).is_none(), "and it was one place");
    });
}

/// Two calls that passed before it opened fail together.
pub fn calls_that_fail_together_open_it_once() {
    check(|| {
        let sentence = CircuitBreaker::new(Trip::InARow(1)).open(OPEN, OPEN);
        let breaker = made(Breaker::given(Some(sentence)));
        let others = [0; 2].map(|_| {
            let (breaker, pass) = (breaker.clone(), breaker.try_pass().expect("it is closed"));
            thread::spawn(move || breaker.answered(pass, now(), true, &Policies))
        });
        join(others);
        assert_eq!(state(&breaker).opened, 1);
    });
}

/// A call from before it opened answers while it opens and lets a probe pass.
pub fn what_comes_late_neither_closes_it_nor_takes_a_place() {
    check(|| {
        let sentence = CircuitBreaker::new(Trip::InARow(1)).open(OPEN, OPEN);
        let breaker = made(Breaker::given(Some(sentence)));
        let (pass_of_one, late) = (breaker.try_pass().expect("closed"), breaker.try_pass().expect("closed"));
        let other = breaker.clone();
        let other = thread::spawn(move || other.answered(late, now(), true, &Policies));
        breaker.answered(pass_of_one, now(), true, &Policies);
        turn_to(now() + OPEN * 2);
        assert!(pass(&breaker).is_some(), "a probe");
        join([other]);
        let state = state(&breaker);
        assert_eq!(state.phase, Phase::HalfOpen { under_way: 1, succeeded: 0, failed: 0 });
        assert_eq!(state.opened, 1);
    });
}

/// A probe is given up while another one fails, and the next time for probes comes.
pub fn a_probe_given_back_late_makes_no_room() {
    check(|| {
        let breaker = tripped(2);
        let (late, fails) = (pass(&breaker).expect("the first"), pass(&breaker).expect("the second"));
        let other = breaker.clone();
        let other = thread::spawn(move || other.give_back(late));
        breaker.answered(fails, now(), true, &Policies);
        turn_to(now() + OPEN * 2);
        assert!(pass(&breaker).is_some(), "a probe");
        join([other]);
        assert_eq!(state(&breaker).phase, Phase::HalfOpen { under_way: 1, succeeded: 0, failed: 0 });
    });
}

/// Two probes answer together, one well and one badly, and both are needed.
pub fn probes_that_answer_together_decide_once() {
    check(|| {
        let breaker = tripped(2);
        let probes = [pass(&breaker).expect("the first"), pass(&breaker).expect("the second")];
        let (other, [well, badly]) = (breaker.clone(), probes);
        let other = thread::spawn(move || {
            if !other.count(well) {
                other.answered(well, now(), false, &Policies);
            }
        });
        breaker.answered(badly, now(), true, &Policies);
        join([other]);
        let state = state(&breaker);
        assert!(matches!(state.phase, Phase::Open { .. }), "{state}");
        assert_eq!(state.opened, 2);
    });
}
