//! Policies as tower layers: state and clones, readiness, retries, cancellation, and stacks of other crates.
#![allow(clippy::unwrap_used, reason = "an error here fails the test, as it should")]

mod answer;
mod cancel;
mod http;
mod readiness;
mod retry;
mod state;

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use gentle::policy::tower::GentleLayer;
use gentle::policy::{Key, Refusal, Rejected};
use gentle::time::{now, sleep};
use tokio::task::{JoinHandle, yield_now};
use tower::{BoxError, Layer, Service, ServiceExt};

fn layer(text: &str) -> GentleLayer {
    GentleLayer::parse(text).unwrap()
}

/// The refusal in an error of a layer that boxes.
fn refusal<T: std::fmt::Debug>(answer: Result<T, BoxError>) -> (Key, Refusal) {
    let error = answer.unwrap_err();
    let rejected = error.downcast_ref::<Rejected>().unwrap();
    (rejected.policy, rejected.kind)
}

/// What `future` makes, and how long it took.
async fn timed<F: Future>(future: F) -> (F::Output, Duration) {
    let begun = now();
    let output = future.await;
    (output, now() - begun)
}

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Lets every task run until it waits.
async fn settle() {
    for _ in 0..8 {
        yield_now().await;
    }
}

/// A service as strict as the trait lets it be: each clone must be made ready for each of its calls. What happens is
/// seen from outside, and answers are given by `script`.
struct Strict {
    shared: Arc<Shared>,
    ready: bool,
}

/// How long a call takes, and what it is answered.
type Scripted = (Duration, Result<u32, BoxError>);

struct Shared {
    script: Box<dyn Fn(u32) -> Scripted + Send + Sync>,
    calls: AtomicU32,
    inside: AtomicU32,
    most: AtomicU32,
    /// Made ready and not called yet.
    reserved: AtomicU32,
    door: Mutex<Door>,
}

#[derive(Default)]
struct Door {
    closed: bool,
    broken: bool,
    waiting: Vec<Waker>,
}

impl Strict {
    /// Call number `n`, from 1 on, takes so long and gets this answer.
    fn new(script: impl Fn(u32) -> Scripted + Send + Sync + 'static) -> (Self, Arc<Shared>) {
        let shared = Arc::new(Shared {
            script: Box::new(script),
            calls: AtomicU32::new(0),
            inside: AtomicU32::new(0),
            most: AtomicU32::new(0),
            reserved: AtomicU32::new(0),
            door: Mutex::default(),
        });
        (Self { shared: shared.clone(), ready: false }, shared)
    }

    /// Answers at once.
    fn answering() -> (Self, Arc<Shared>) {
        Self::new(|call| (Duration::ZERO, Ok(call)))
    }

    /// Fails so many times, and each call takes 10 ms.
    fn failing(times: u32) -> (Self, Arc<Shared>) {
        Self::new(move |call| (millis(10), if call <= times { Err("oh dear".into()) } else { Ok(call) }))
    }
}

impl Shared {
    fn calls(&self) -> u32 {
        self.calls.load(Ordering::SeqCst)
    }

    fn inside(&self) -> u32 {
        self.inside.load(Ordering::SeqCst)
    }

    fn reserved(&self) -> u32 {
        self.reserved.load(Ordering::SeqCst)
    }

    fn close(&self) {
        self.door.lock().unwrap().closed = true;
    }

    fn open(&self) {
        let mut door = self.door.lock().unwrap();
        door.closed = false;
        door.waiting.drain(..).for_each(Waker::wake);
    }

    fn break_down(&self) {
        self.door.lock().unwrap().broken = true;
    }
}

impl Clone for Strict {
    fn clone(&self) -> Self {
        Self { shared: self.shared.clone(), ready: false }
    }
}

impl Drop for Strict {
    fn drop(&mut self) {
        if self.ready {
            self.shared.reserved.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

impl Service<u32> for Strict {
    type Response = u32;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<u32, BoxError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        let mut door = self.shared.door.lock().unwrap();
        if door.broken {
            return Poll::Ready(Err("broken".into()));
        }
        if door.closed {
            door.waiting.push(cx.waker().clone());
            return Poll::Pending;
        }
        if !std::mem::replace(&mut self.ready, true) {
            self.shared.reserved.fetch_add(1, Ordering::SeqCst);
        }
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: u32) -> Self::Future {
        assert!(std::mem::replace(&mut self.ready, false), "called before it was ready");
        let shared = self.shared.clone();
        shared.reserved.fetch_sub(1, Ordering::SeqCst);
        let call = shared.calls.fetch_add(1, Ordering::SeqCst) + 1;
        let (time, answer) = (shared.script)(call);
        let inside = Inside::enter(shared);
        Box::pin(async move {
            if !time.is_zero() {
                sleep(time).await;
            }
            drop(inside);
            answer
        })
    }
}

/// One call on its way.
struct Inside(Arc<Shared>);

impl Inside {
    fn enter(shared: Arc<Shared>) -> Self {
        let inside = shared.inside.fetch_add(1, Ordering::SeqCst) + 1;
        shared.most.fetch_max(inside, Ordering::SeqCst);
        Self(shared)
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        self.0.inside.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A call on a task and a clone of its own, as far as it gets without time passing.
async fn spawn<S>(service: &S) -> JoinHandle<Result<u32, BoxError>>
where
    S: Service<u32, Response = u32, Error = BoxError> + Clone + Send + 'static,
    S::Future: Send,
{
    let task = tokio::spawn(service.clone().oneshot(1));
    settle().await;
    task
}

/// Makes a service ready, and returns it so.
async fn made_ready<S: Service<u32, Error = BoxError>>(mut service: S) -> S {
    poll_fn(|cx| service.poll_ready(cx)).await.unwrap();
    service
}
