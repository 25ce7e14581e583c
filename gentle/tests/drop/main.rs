//! Every future of a call can be dropped at every point where it waits, and nothing is left behind: no permit, no token,
//! no probe, no budget, no place in a line, no timer, nothing that the operation held.
//!
//! What a call has used stays used: the token of each attempt that has begun, its answer for the circuit breaker, and
//! what the budget has paid for each retry that was decided on.
#![allow(clippy::unwrap_used, reason = "an error here fails the test, as it should")]

mod left;
mod ways;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Wake, Waker};
use std::time::Duration;

use gentle::policy::{Policies, Rejected};
use gentle::time::{now, sleep, sleep_until};
use tokio::task::yield_now;
use tokio::time::advance;

use left::Twin;
use ways::WAYS;

/// What passes between two polls.
const STEP: Duration = Duration::from_millis(10);

/// Policies, and what is so when the call comes.
struct Scene {
    text: &'static str,
    before: Before,
    /// How many polls it takes at least to come to the end.
    polls: u32,
}

#[derive(Clone, Copy)]
enum Before {
    Nothing,
    /// The first call used a token, is inside and stays for a while.
    Busy,
    /// The circuit lets probes pass.
    HalfOpen,
    /// It does, and one is inside.
    Probed,
}

impl Before {
    fn is_busy(self) -> bool {
        matches!(self, Self::Busy | Self::Probed)
    }

    fn is_half_open(self) -> bool {
        matches!(self, Self::HalfOpen | Self::Probed)
    }
}

/// One more policy, one more row.
const SCENES: [Scene; 19] = [
    Scene { text: r#"timeout = "1h""#, before: Before::Nothing, polls: 1 },
    Scene { text: r#"timeout = "30ms""#, before: Before::Nothing, polls: 1 },
    Scene { text: r#"timeout = "1h, 20ms each attempt""#, before: Before::Nothing, polls: 1 },
    Scene { text: r#"rate_limit = "1/30ms queue 1""#, before: Before::Busy, polls: 4 },
    Scene { text: r#"rate_limit = "1/30ms and 100/h, queue 1""#, before: Before::Busy, polls: 4 },
    Scene { text: r#"rate_limit = "1/30ms strict queue 1""#, before: Before::Busy, polls: 4 },
    Scene {
        text: r#"rate_limit = "1/30ms reject", retry = "const(5ms), 4 attempts""#,
        before: Before::Busy,
        polls: 4,
    },
    Scene { text: r#"bulkhead = "1 queue 2 lifo""#, before: Before::Busy, polls: 4 },
    Scene { text: r#"bulkhead = "auto 1..1, queue 2""#, before: Before::Busy, polls: 4 },
    Scene { text: r#"rate_limit = "1/30ms queue 1 lifo""#, before: Before::Busy, polls: 4 },
    Scene { text: r#"bulkhead = "1 queue 2""#, before: Before::Busy, polls: 4 },
    Scene {
        text: r#"bulkhead = "1 wait 1h", rate_limit = "9/h", timeout = "1h""#,
        before: Before::Busy,
        polls: 4,
    },
    Scene {
        text: r#"retry = "const(20ms), 3 attempts, budget 40% floor 2/h""#,
        before: Before::Nothing,
        polls: 1,
    },
    Scene {
        text: r#"circuit_breaker = "50 in a row", retry = "now, 3 attempts""#,
        before: Before::Nothing,
        polls: 1,
    },
    Scene {
        text: r#"circuit_breaker = "1 in a row, open 50ms, probe 3 of 5 within 1h", retry = "const(10ms), 3 attempts""#,
        before: Before::HalfOpen,
        polls: 1,
    },
    Scene {
        text: r#"circuit_breaker = "1 in a row, open 50ms, probe 3 of 5 within 1h", bulkhead = "1 queue 1""#,
        before: Before::HalfOpen,
        polls: 1,
    },
    Scene {
        text: r#"circuit_breaker = "1 in a row, open 50ms, probe 3 of 5 within 1h", bulkhead = "1 queue 1""#,
        before: Before::Probed,
        polls: 4,
    },
    Scene {
        text: r#"circuit_breaker = "1 in a row, open 50ms, probe 3 of 5 within 1h", rate_limit = "1/100ms queue 1""#,
        before: Before::Probed,
        polls: 4,
    },
    Scene {
        text: r#"circuit_breaker = "50 in a row", rate_limit = "2/20ms queue 3", bulkhead = "1 queue 2",
                 retry = "const(20ms), 3 attempts, budget 40% floor 2/h", timeout = "1h, 1m each attempt""#,
        before: Before::Busy,
        polls: 4,
    },
];

/// What the operation does.
#[derive(Clone, Copy, Debug)]
enum Work {
    AtOnce,
    /// Waits for so many polls.
    Pending(u32),
    Sleeps(u32),
    Fails,
    /// Fails twice, each time after a while.
    FailsLate,
    Hangs,
}

const WORKS: [Work; 6] =
    [Work::AtOnce, Work::Pending(3), Work::Sleeps(2), Work::Fails, Work::FailsLate, Work::Hangs];

#[derive(Debug)]
enum Failure {
    Own,
    #[expect(dead_code, reason = "it is printed")]
    Refused(Rejected),
}

impl From<Rejected> for Failure {
    fn from(rejected: Rejected) -> Self {
        Self::Refused(rejected)
    }
}

type Answer = Result<(), Failure>;
type Running = Pin<Box<dyn Future<Output = Answer> + Send>>;

/// An operation and what was seen of it.
struct Operation {
    work: Work,
    begun: AtomicU32,
    failed: AtomicU32,
    well: AtomicU32,
    /// Held by whatever runs.
    held: Arc<()>,
}

impl Operation {
    fn new(work: Work) -> Arc<Self> {
        let zero = || AtomicU32::new(0);
        Arc::new(Self { work, begun: zero(), failed: zero(), well: zero(), held: Arc::new(()) })
    }

    async fn run(&self) -> Answer {
        let _held = self.held.clone();
        let before = self.begun.fetch_add(1, Ordering::SeqCst);
        match self.work {
            Work::AtOnce | Work::Fails => {}
            Work::Pending(polls) => {
                for _ in 0..polls {
                    yield_now().await;
                }
            }
            Work::Sleeps(steps) => sleep(STEP * steps).await,
            Work::FailsLate => sleep(STEP).await,
            Work::Hangs => std::future::pending().await,
        }
        if matches!(self.work, Work::Fails | Work::FailsLate) && before < 2 {
            self.failed.fetch_add(1, Ordering::SeqCst);
            return Err(Failure::Own);
        }
        self.well.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }

    fn begun(&self) -> u32 {
        self.begun.load(Ordering::SeqCst)
    }

    fn failed(&self) -> u32 {
        self.failed.load(Ordering::SeqCst)
    }

    fn went_well(&self) -> bool {
        self.well.load(Ordering::SeqCst) > 0
    }
}

struct Silent;

impl Wake for Silent {
    fn wake(self: Arc<Self>) {}
}

/// A call is polled so often, with time passing in between, and dropped. Whether it had ended.
async fn dropped_after(polls: u32, call: &mut Running, waker: &Waker, mut step: impl FnMut()) -> bool {
    for _ in 0..polls {
        let ended = call.as_mut().poll(&mut Context::from_waker(waker)).is_ready();
        step();
        if ended {
            return true;
        }
        advance(STEP).await;
    }
    false
}

/// Plays a scene until the call is dropped, and looks at what is left. Whether the call had ended.
async fn play(scene: &Scene, way: usize, work: Work, polls: u32) -> bool {
    let (name, make) = WAYS[way];
    let what = format!("{name}, {}, {work:?}, dropped after {polls} polls", scene.text);
    let policies = Arc::new(Policies::parse(scene.text).unwrap());
    let mut twin = Twin::of(&policies);
    if scene.before.is_half_open() {
        left::half_open(&policies).await;
    }
    let guest = Operation::new(Work::Sleeps(3));
    let mut visit: Option<Running> = scene.before.is_busy().then(|| WAYS[0].1(&policies, &guest));
    let silent = Arc::new(Silent);
    let waker = Waker::from(silent.clone());
    let mut guest_poll = |twin: &mut Twin| {
        let gone = visit
            .as_mut()
            .is_some_and(|visit| visit.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
        if gone {
            visit = None;
        }
        twin.saw_of_guest(&guest);
    };
    guest_poll(&mut twin);

    let operation = Operation::new(work);
    let mut call = make(&policies, &operation);
    let ended = dropped_after(polls, &mut call, &waker, || {
        twin.saw(&operation);
        guest_poll(&mut twin);
    })
    .await;
    drop(call);
    // The runtime forgets whom it was to wake at once.
    yield_now().await;
    // The guest leaves its permit by itself.
    if scene.text.contains("bulkhead") {
        sleep_until(now() + STEP * 4).await;
        guest_poll(&mut twin);
    }
    drop(visit);

    assert_eq!(Arc::strong_count(&silent), 2, "a timer or a place in a line is left: {what}");
    assert_eq!(Arc::strong_count(&operation.held), 1, "the operation is left: {what}");
    assert_eq!(Arc::strong_count(&operation), 1, "something holds the operation: {what}");
    assert_eq!(Arc::strong_count(&policies), 1, "something holds the policies: {what}");
    twin.compare(&policies, &what);
    ended
}

#[tokio::test(start_paused = true)]
async fn every_future_can_be_dropped_at_every_point_and_leaves_nothing_behind() {
    for scene in &SCENES {
        for way in 0..WAYS.len() {
            for work in WORKS {
                // What hangs under nothing that ends it does so for ever.
                for polls in 0..40 {
                    if play(scene, way, work, polls).await {
                        assert!(polls >= scene.polls, "it did not go through everything: {polls}");
                        break;
                    }
                }
            }
        }
    }
}
