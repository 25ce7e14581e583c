//! A service that does what a test tells it to, and writes down what was done to it.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use gentle::service::{Context, Definition, Result, Service};
use gentle::{App, AppBuilder, Place, here, time};

/// What one moment of a probe's life does.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Act {
    #[default]
    Succeed,
    Take(Duration),
    Fail(&'static str),
    FailTimes(u32),
    Hang,
    Panic,
    UntilStopping,
}

/// What happened, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<String>>>);

#[derive(Debug)]
pub(crate) struct Probe {
    log: Log,
    start: Act,
    run: Act,
    stop: Act,
    starts: AtomicU32,
}

impl Log {
    pub(crate) fn write(&self, line: impl Into<String>) {
        self.0.lock().unwrap().push(line.into());
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    pub(crate) fn position(&self, line: &str) -> usize {
        let lines = self.lines();
        lines.iter().position(|known| known == line).unwrap_or_else(|| panic!("no {line:?} in {lines:?}"))
    }

    pub(crate) fn count(&self, line: &str) -> usize {
        self.lines().iter().filter(|known| *known == line).count()
    }

    pub(crate) fn probe(&self) -> Probe {
        let log = self.clone();
        let act = Act::default();
        Probe { log, start: act, run: act, stop: act, starts: AtomicU32::new(0) }
    }

    /// A node called `name` that succeeds at everything, which `name` may be changed by [`Probe`]'s methods.
    pub(crate) fn part(&self, name: &'static str) -> Definition {
        self.probe().called(name)
    }
}

impl Probe {
    pub(crate) fn start(mut self, act: Act) -> Self {
        self.start = act;
        self
    }

    pub(crate) fn run(mut self, act: Act) -> Self {
        self.run = act;
        self
    }

    pub(crate) fn stop(mut self, act: Act) -> Self {
        self.stop = act;
        self
    }

    /// Not found by its type, because there are many of them.
    pub(crate) fn called(self, name: &'static str) -> Definition {
        Definition::value(name, here!(), self).kind("part")
    }

    async fn act(&self, act: Act, cx: &Context) -> Result {
        match act {
            Act::Take(duration) => {
                time::sleep(duration).await;
                Ok(())
            }
            Act::Fail(why) => Err(why.into()),
            Act::FailTimes(times) if self.starts.load(Ordering::Relaxed) <= times => Err("not yet".into()),
            Act::Succeed | Act::FailTimes(_) => Ok(()),
            Act::Hang => std::future::pending().await,
            Act::Panic => panic!("as told"),
            Act::UntilStopping => {
                cx.stopping().await;
                Ok(())
            }
        }
    }
}

impl Service for Probe {
    async fn start(&self, cx: &Context) -> Result {
        self.starts.fetch_add(1, Ordering::Relaxed);
        self.log.write(format!("{} starts", cx.name()));
        self.act(self.start, cx).await?;
        self.log.write(format!("{} is up", cx.name()));
        Ok(())
    }

    async fn run(&self, cx: &Context) -> Result {
        self.act(self.run, cx).await?;
        self.log.write(format!("{} has run", cx.name()));
        Ok(())
    }

    async fn stop(&self, cx: &Context) -> Result {
        self.log.write(format!("{} stops", cx.name()));
        self.act(self.stop, cx).await?;
        self.log.write(format!("{} is down", cx.name()));
        Ok(())
    }
}

pub(crate) fn app(parts: impl IntoIterator<Item = Definition>) -> App {
    builder(parts).build().unwrap()
}

pub(crate) fn builder(parts: impl IntoIterator<Item = Definition>) -> AppBuilder {
    parts.into_iter().fold(App::builder(), AppBuilder::define)
}

pub(crate) const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

pub(crate) const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// A place that stays where it is when this file changes.
pub(crate) const fn line(line: u32) -> Place {
    Place { package: "scores", module: "scores", file: "src/main.rs", line, column: 1 }
}

/// Waits for `future`, at most `limit` of paused time.
pub(crate) async fn within<F: Future>(limit: Duration, future: F) -> Option<F::Output> {
    tokio::time::timeout(limit, future).await.ok()
}
