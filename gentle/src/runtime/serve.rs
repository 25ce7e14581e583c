//! From start to end: an app under signals, and a whole `main` around it.

use std::io;
use std::time::Duration;

use tokio::runtime::{Handle, Runtime};
use tracing::info;

use super::signal::{Signal, Signals};
use super::{App, AppBuilder, Exit};
use crate::error::{Error, Kind};
use crate::telemetry::log::Log;
use crate::time::{Instant, now};

/// Who stops a program often signals it and its group: what comes this soon after a signal of its kind is the same.
const SAME_STOP: Duration = Duration::from_millis(500);

/// How serving ended.
pub(super) enum Served {
    /// In order, whether all went well or not.
    Ended(Result<(), Error>),
    /// By a second signal.
    CutOff(Signal, Error),
}

impl Served {
    pub(super) fn into_result(self) -> Result<(), Error> {
        match self {
            Self::Ended(result) => result,
            Self::CutOff(_, error) => Err(error),
        }
    }
}

/// Starts, serves and stops `app`, heeding signals from before the first service starts.
pub(super) async fn serve(app: &App) -> Served {
    let mut signals = match Signals::install() {
        Ok(signals) => signals,
        Err(error) => return Served::Ended(Err(no_signals(error))),
    };
    if app.engine().was_halted_early() {
        return Served::Ended(Ok(()));
    }
    tokio::select! {
        result = up_and_down(app) => Served::Ended(result.or_else(|error| unless_asked(app, error))),
        cut_off = heed(app, &mut signals) => cut_off,
    }
}

/// That boot was called off is no failure when a signal or the program itself asked for the end.
fn unless_asked(app: &App, error: Error) -> Result<(), Error> {
    if !app.engine().is_asked_to_end() {
        return Err(error);
    }
    let others = error.all().filter(|error| !error.is_cancelled()).cloned().collect();
    Error::together(others).map_or(Ok(()), Err)
}

async fn up_and_down(app: &App) -> Result<(), Error> {
    app.start().await?;
    tokio::select! {
        biased;
        () = app.engine().asked_to_end() => {}
        () = app.engine().idle() => {
            if !app.engine().is_halting() {
                info!(app = app.name(), "everything is done, stopping");
            }
        }
        _ = app.engine().ended() => {}
    }
    // What did not stop is part of how it ended.
    let _ = app.stop().await;
    app.engine().ended().await
}

async fn heed(app: &App, signals: &mut Signals) -> Served {
    let stop = Stop::by(signals.next().await);
    info!(app = app.name(), signal = stop.signal.name(), "draining; a second signal ends at once");
    app.shutdown();
    let mut second = signals.next().await;
    while stop.is_meant_by(second) {
        second = signals.next().await;
    }
    Served::CutOff(second, cut_off(app, second))
}

/// A stop that was asked for, and when.
struct Stop {
    signal: Signal,
    at: Instant,
}

impl Stop {
    fn by(signal: Signal) -> Self {
        Self { signal, at: now() }
    }

    /// Whether a signal that comes now is a part of it.
    fn is_meant_by(&self, signal: Signal) -> bool {
        signal == self.signal && now() - self.at < SAME_STOP
    }
}

fn cut_off(app: &App, signal: Signal) -> Error {
    let running = app.engine().running();
    let who = if running.is_empty() { "nobody".to_owned() } else { running.join(", ") };
    Error::new(
        Kind::Cancelled,
        format!("ended at once by a second signal, {}\n  still running: {who}", signal.name()),
    )
}

fn no_signals(error: io::Error) -> Error {
    Error::new(Kind::StartFailed, format!("cannot listen for signals: {error}")).because(error)
}

/// A whole program: builds, runs, prints what went wrong.
pub(super) fn main(builder: AppBuilder) -> Exit {
    if Handle::try_current().is_ok() {
        return failed(&inside_a_runtime());
    }
    let app = match builder.measured_by_default().build() {
        Ok(app) => app,
        Err(error) => return failed(&error),
    };
    // A program that has set up its own log keeps it.
    app.resource::<Log>().unwrap_or_default().install();
    let runtime = match Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&no_runtime(error)),
    };
    let served = runtime.block_on(serve(&app));
    // A task that blocks its thread must not keep the process alive.
    runtime.shutdown_background();
    match served {
        Served::Ended(Ok(())) => Exit::SUCCESS,
        Served::Ended(Err(error)) => failed(&error),
        Served::CutOff(signal, error) => {
            print(&error);
            Exit::cut_off(signal)
        }
    }
}

fn inside_a_runtime() -> Error {
    let text = "this is called inside a tokio runtime, and makes one of its own\n\
                help: call it from a plain `fn main`, or keep the runtime and write \
                `App::builder().linked().configured().build()?.run().await`";
    Error::new(Kind::StartFailed, text)
}

fn no_runtime(error: io::Error) -> Error {
    Error::new(Kind::StartFailed, format!("cannot make the tokio runtime: {error}")).because(error)
}

fn failed(error: &Error) -> Exit {
    print(error);
    Exit::from(error)
}

fn print(error: &Error) {
    for error in error.all() {
        eprintln!("error: {error}\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_stop_that_comes_as_two_signals_is_one() {
        let stop = Stop::by(Signal::Terminate);
        assert!(stop.is_meant_by(Signal::Terminate));
        tokio::time::advance(Duration::from_millis(499)).await;
        assert!(stop.is_meant_by(Signal::Terminate));
        tokio::time::advance(Duration::from_millis(1)).await;
        assert!(!stop.is_meant_by(Signal::Terminate), "this late it is a second stop");
    }

    #[tokio::test(start_paused = true)]
    async fn another_signal_is_a_second_stop_however_soon() {
        assert!(!Stop::by(Signal::Terminate).is_meant_by(Signal::Interrupt));
    }
}
