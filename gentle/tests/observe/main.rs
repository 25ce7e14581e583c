//! What policies show of themselves: events and numbers.
#![allow(clippy::unwrap_used, reason = "an error here fails the test, as it should")]

mod events;
mod numbers;
mod unheard;

use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use gentle::policy::{Ending, Event, Policies, Rejected};
use tokio::task::yield_now;

#[derive(Debug, PartialEq)]
enum Failure {
    Inner,
    Rejected(Rejected),
}

impl From<Rejected> for Failure {
    fn from(rejected: Rejected) -> Self {
        Self::Rejected(rejected)
    }
}

type Answer = Result<u32, Failure>;

async fn good() -> Answer {
    Ok(7)
}

async fn bad() -> Answer {
    Err(Failure::Inner)
}

async fn never() -> Answer {
    pending().await
}

/// Well, after so long.
async fn after(time: Duration) -> Answer {
    tokio::time::sleep(time).await;
    Ok(7)
}

/// What was told, each in words.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<String>>>);

impl Told {
    fn note(&self, event: &Event<'_>) {
        self.0.lock().unwrap().push(event.to_string());
    }

    /// An observer that notes what it is told.
    fn observer(&self) -> impl Fn(&Event<'_>) + Send + Sync + 'static {
        let told = self.clone();
        move |event| told.note(event)
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

fn policies(text: &str) -> Arc<Policies> {
    Arc::new(Policies::parse(text).unwrap())
}

/// Policies called `pay`, and what they tell.
fn told(text: &str) -> (Arc<Policies>, Told) {
    let told = Told::default();
    let policies = policies(text);
    let noted = told.clone();
    policies.observe(move |event| noted.note(event)).forever();
    (policies, told)
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
