//! The behaviours of go-gentle, by number.
//!
//! A "stream" of the seed is an operation without an input and a "handler" one with an input; here both are an
//! operation, so a pair of numbers is one behaviour, shown with either. Each call is made under `#[gentle(…)]` and
//! under [`Policies`] with the same text.
#![allow(clippy::unwrap_used, reason = "an error here fails the test, as it should")]

mod bulkhead;
mod circuit_breaker;
mod compose;
mod fallback;
mod methods;
mod observe;
mod rate_limit;
mod retry;

use std::future::{Future, pending};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use gentle::Rejected;
use gentle::policy::Policies;
use gentle::time::now;
use tokio::task::{JoinSet, yield_now};

#[derive(Debug, PartialEq)]
enum Failure {
    /// The operation's own.
    Inner,
    Rejected(Rejected),
}

impl From<Rejected> for Failure {
    fn from(rejected: Rejected) -> Self {
        Self::Rejected(rejected)
    }
}

impl Failure {
    fn is_timeout(&self) -> bool {
        matches!(self, Self::Rejected(rejected) if rejected.is_timeout())
    }
}

type Answer = Result<u32, Failure>;
type Running = Pin<Box<dyn Future<Output = Answer> + Send>>;
type Operation = Arc<dyn Fn() -> Running + Send + Sync>;

/// A way to call an operation under policies.
#[derive(Clone)]
struct Way(Arc<dyn Fn(Operation) -> Running + Send + Sync>);

/// The same policies as attributes of a function and by hand.
macro_rules! both {
    ($($key:ident = $text:tt),+) => {{
        #[gentle::gentle($($key = $text),+)]
        async fn annotated(operation: $crate::Operation) -> $crate::Answer {
            operation().await
        }
        let text = [$(concat!(stringify!($key), "=", $text)),+];
        [$crate::Way(std::sync::Arc::new(|operation| Box::pin(annotated(operation)))), $crate::by_hand(&text)]
    }};
}
use both;

/// `key=value` texts, as values of a builder's making.
fn by_hand(texts: &[&str]) -> Way {
    let quoted = texts.iter().filter_map(|text| text.split_once('='));
    let quoted: Vec<_> = quoted.map(|(key, value)| format!("{key} = \"{value}\"")).collect();
    let policies = Arc::new(Policies::parse(&quoted.join(", ")).unwrap());
    Way(Arc::new(move |operation| {
        let policies = policies.clone();
        Box::pin(async move { policies.call(|| operation()).await })
    }))
}

impl Way {
    fn call<F>(&self, operation: impl Fn() -> F + Send + Sync + 'static) -> Running
    where
        F: Future<Output = Answer> + Send + 'static,
    {
        (self.0)(Arc::new(move || Box::pin(operation())))
    }

    /// So many calls at the same time, each on a task of its own. When each ended, and with what.
    async fn calls<F>(&self, count: u32, operation: fn(u32) -> F) -> Vec<(Answer, Duration)>
    where
        F: Future<Output = Answer> + Send + 'static,
    {
        let begun = now();
        let mut calls = JoinSet::new();
        for number in 0..count {
            let call = self.call(move || operation(number));
            calls.spawn(async move { (call.await, now() - begun) });
        }
        let mut ended = calls.join_all().await;
        ended.sort_by_key(|(_, after)| *after);
        ended
    }
}

/// A stream: no input, always the same answer.
async fn stream(_: u32) -> Answer {
    Ok(7)
}

/// A handler: the answer depends on the input.
async fn handler(message: u32) -> Answer {
    Ok(message + 100)
}

async fn failing() -> Answer {
    Err(Failure::Inner)
}

/// What `future` makes, and how long it took.
async fn timed<T>(future: impl Future<Output = T>) -> (T, Duration) {
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
