//! Permits: who is inside, who waits, and who gives up.

use std::cell::Cell;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::Duration;

use gentle_dsl::{Adaptive, Bulkhead, Setting};
use loom::future::block_on;
use loom::thread;

use crate::policy::bulkhead::{End, Gate, Permit};
use crate::sync::made;
use crate::time::{Instant, now, turn_to};
use crate::{check, join};

thread_local! {
    /// How many are inside, as loom's threads see it that take turns on this one.
    static INSIDE: Cell<u32> = const { Cell::new(0) };
}

/// One call that is inside, for as long as it lives.
struct Visit<'a>(Option<Permit<'a>>);

impl<'a> Visit<'a> {
    fn begin(permit: Permit<'a>, limit: u32) -> Self {
        INSIDE.set(INSIDE.get() + 1);
        assert!(INSIDE.get() <= limit, "more are inside than there is room for");
        Self(Some(permit))
    }
}

impl Drop for Visit<'_> {
    fn drop(&mut self) {
        INSIDE.set(INSIDE.get() - 1);
        self.0.take();
    }
}

fn gate(bulkhead: Bulkhead) -> Arc<Gate> {
    INSIDE.set(0);
    made(Gate::new(&Setting::On(bulkhead)))
}

async fn visit(gate: &Gate, limit: u32) {
    let (permit, _) = gate.enter(now(), Instant::FAR).await.expect("it may wait");
    drop(Visit::begin(permit, limit));
}

/// Comes, looks whether it may enter, and gives up wherever it stands.
fn give_up(gate: &Gate) {
    let mut waits = pin!(gate.enter(now(), Instant::FAR));
    let _ = waits.as_mut().poll(&mut Context::from_waker(Waker::noop()));
}

fn empty(gate: &Gate) {
    let state = gate.state();
    assert_eq!((state.inside, state.waiting), (0, 0), "a permit or a place was lost");
}

/// Calls on three threads come and go, without waiting.
pub fn never_more_are_inside_than_the_limit() {
    check(|| {
        let gate = gate(Bulkhead::new(1));
        let come_and_go = |gate: Arc<Gate>| {
            move || {
                for _ in 0..2 {
                    drop(gate.try_enter_silently().map(|permit| Visit::begin(permit, 1)));
                }
            }
        };
        let others = [0; 2].map(|_| thread::spawn(come_and_go(gate.clone())));
        come_and_go(gate.clone())();
        join(others);
        empty(&gate);
        assert!(gate.try_enter().is_some(), "there is room again");
    });
}

/// The last one leaves while others come to wait for it.
pub fn nobody_is_left_before_an_open_door() {
    check(|| {
        let gate = gate(Bulkhead::new(1).queue(9));
        let permit = Visit::begin(gate.try_enter().expect("it is empty"), 1);
        let others = [0; 2].map(|_| {
            let gate = gate.clone();
            thread::spawn(move || block_on(visit(&gate, 1)))
        });
        drop(permit);
        join(others);
        empty(&gate);
    });
}

/// The last one leaves while one who waits gives up, and another one does not.
pub fn a_permit_handed_to_one_who_gives_up_goes_to_the_next(lifo: bool) {
    check(move || {
        let one = Bulkhead::new(1).queue(9);
        let gate = gate(if lifo { one.lifo() } else { one });
        let permit = Visit::begin(gate.try_enter().expect("it is empty"), 1);
        let (fickle, patient) = (gate.clone(), gate.clone());
        let fickle = thread::spawn(move || give_up(&fickle));
        let patient = thread::spawn(move || block_on(visit(&patient, 1)));
        drop(permit);
        join([fickle, patient]);
        empty(&gate);
    });
}

/// Somebody comes to wait while the limit is raised.
pub fn who_comes_while_the_limit_grows_is_let_in() {
    check(|| {
        let gate = gate(Bulkhead::new(1).queue(9));
        let _inside = Visit::begin(gate.try_enter().expect("it is empty"), 1);
        let waits = gate.clone();
        let waits = thread::spawn(move || block_on(visit(&waits, 2)));
        gate.set(Some(Bulkhead::new(2).queue(9)));
        join([waits]);
        assert_eq!(gate.state().inside, 1);
    });
}

/// Somebody comes to wait while the limit grows by itself.
pub fn who_comes_while_the_limit_grows_by_itself_is_let_in() {
    check(|| {
        let gate = gate(Bulkhead::auto(1, 2).start(1).by(Adaptive::Aimd).queue(9));
        let _inside = Visit::begin(gate.try_enter().expect("it is empty"), 1);
        let waits = gate.clone();
        let waits = thread::spawn(move || block_on(visit(&waits, 2)));
        let begun = now();
        turn_to(begun + Duration::from_secs(1));
        gate.learn(begun, End::Well);
        join([waits]);
        assert_eq!(gate.state().inside, 1);
    });
}

/// An answer comes while somebody writes a fixed limit.
pub fn what_is_learned_too_late_does_not_touch_a_fixed_limit() {
    check(|| {
        let gate = gate(Bulkhead::auto(1, 8).start(4).by(Adaptive::Aimd));
        let inside = [0; 4].map(|_| gate.try_enter());
        let begun = now();
        turn_to(begun + Duration::from_secs(1));
        let answers = gate.clone();
        let answers = thread::spawn(move || answers.learn(begun, End::Failed));
        gate.set(Some(Bulkhead::new(6)));
        join([answers]);
        assert_eq!((gate.state().limit, inside.len()), (Some(6), 4));
    });
}
