//! Policies under stress: calls that are given up at every point, limits that change while calls wait, many threads.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "an error here fails the test, as it should")]

mod adaptive;
mod bad_input;
mod bulkhead;
mod cache;
mod cancel;
mod circuit_breaker;
mod clock;
mod coming_from;
mod cost;
mod deadline;
mod each;
mod hedge;
mod line;
mod pitfalls;
mod rate_limit;
mod retry;
mod rules;
mod throttle;
mod timeout;

use std::future::{Future, pending};
use std::sync::Arc;
use std::time::Duration;

use gentle::policy::{Policies, Rejected};
use gentle::time::now;
use tokio::task::{JoinHandle, yield_now};

type Answer = Result<(), Rejected>;

fn policies(text: &str) -> Arc<Policies> {
    Arc::new(Policies::parse(text).unwrap())
}

async fn at_once() -> Answer {
    Ok(())
}

/// A call on a task of its own, as far as it gets without time passing.
async fn spawn<F>(policies: &Arc<Policies>, operation: fn() -> F) -> JoinHandle<Answer>
where
    F: Future<Output = Answer> + Send + 'static,
{
    let policies = policies.clone();
    let task = tokio::spawn(async move { policies.call(operation).await });
    settle().await;
    task
}

/// Gives a task up, and returns when it is gone.
async fn give_up(task: JoinHandle<Answer>) {
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    settle().await;
}

/// Lets every task run until it waits.
async fn settle() {
    for _ in 0..8 {
        yield_now().await;
    }
}

/// What `future` makes, and how long it took.
async fn timed<F: Future>(future: F) -> (F::Output, Duration) {
    let begun = now();
    let output = future.await;
    (output, now() - begun)
}
