//! A service with something of every kind to configure. It leaves a file behind when it starts, and ends by itself.

use gentle::config::{FromSection, Section};
use gentle::prelude::*;
use gentle::service::Result;
use gentle::{Error, Exit};
use serde::{Deserialize, Serialize};

/// Fails as often as `failures` says, and counts its calls in the answer.
#[gentle(name = "flaky", retry = "const(1ms), 3 attempts", rate_limit = "1000/s")]
async fn flaky(calls: &std::sync::atomic::AtomicU32) -> Result<(), gentle::BoxError> {
    calls.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    Err("as always".into())
}

/// Where to leave what, both from `[service.witness]`.
struct Traces {
    file: Option<String>,
    size: u8,
}

impl FromSection for Traces {
    fn from_section(section: &Section) -> Result<Self, Error> {
        let traces = Self { file: section.text("file"), size: section.integer("size").unwrap_or(1) };
        section.finish().map(|()| traces)
    }
}

/// The service.
#[service]
struct Witness {
    #[config]
    traces: Traces,
}

impl Service for Witness {
    async fn start(&self, _: &Context) -> Result {
        if let Some(file) = &self.traces.file {
            std::fs::write(file, "started")?;
        }
        Ok(())
    }

    async fn run(&self, cx: &Context) -> Result {
        let calls = std::sync::atomic::AtomicU32::new(0);
        // Only a program that is up tells what it consists of.
        App::current()?.ready_named("notice").await?;
        let failed = flaky(&calls).await.is_err();
        println!("{} calls, failed: {failed}, size {}", calls.into_inner(), self.traces.size);
        cx.shutdown();
        Ok(())
    }
}

#[derive(Serialize, Deserialize, Event)]
#[event(topic = "seen")]
struct Seen;

#[event_handler(name = "notice", concurrency = 2)]
#[expect(clippy::unused_async, reason = "a handler is async; this one has nothing to wait for")]
async fn notice(_: &Seen) {}

fn main() -> Exit {
    gentle::run()
}
