//! What the log tells: spans of calls, and changes of the configuration while a program runs.
//!
//! One subscriber for all tests, each of which hears its own thread: several would come in each other's way.
#![allow(clippy::unwrap_used, reason = "an error here fails the test, as it should")]

mod reload;
mod spans;

use std::cell::RefCell;
use std::io;
use std::sync::Once;
use std::time::Duration;

use gentle::policy::{Policies, Rejected};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::fmt::format::FmtSpan;

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

thread_local! {
    static HEARD: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// What this thread logs, line by line, with a line for each span that closes.
struct Told;

impl Told {
    #[expect(clippy::unused_self, reason = "only who listens can have heard")]
    fn take(&self) -> Vec<String> {
        HEARD.take()
    }
}

fn listen() -> Told {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        tracing_subscriber::fmt()
            .with_max_level(LevelFilter::DEBUG)
            .with_span_events(FmtSpan::CLOSE)
            .with_writer(|| Lines)
            .with_ansi(false)
            .without_time()
            .init();
    });
    HEARD.take();
    Told
}

struct Lines;

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let line = String::from_utf8_lossy(bytes).trim().to_owned();
        // How busy a span was is nobody's affair here.
        let line = line.split(": close").next().unwrap_or_default().to_owned();
        HEARD.with_borrow_mut(|heard| heard.push(line));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn policies(text: &str) -> Policies {
    Policies::parse(text).unwrap()
}

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}
