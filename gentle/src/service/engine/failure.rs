//! What goes wrong on the way up and down, in words.

use std::fmt::Write;
use std::time::Duration;

use super::Shared;
use super::driver::{Slot, Stage};
use crate::BoxError;
use crate::error::{Error, Kind};
use crate::time::now;

/// So many names fit on one line.
const LISTED: usize = 8;

/// What has not ended in time.
#[derive(Clone, Copy, Debug)]
pub(super) enum Lateness {
    Run,
    Stop,
}

pub(super) fn start_failed(
    shared: &Shared,
    node: usize,
    attempts: u32,
    took: Duration,
    cause: BoxError,
) -> Error {
    let definition = &shared.graph.nodes[node];
    let name = definition.name();
    let mut text = format!("`{name}` did not start: {}", chain(&*cause));
    let _ = write!(text, "\n  declared at {} ({})", definition.place, definition.place.package);
    let tried = if attempts == 1 { "1 attempt".to_owned() } else { format!("{attempts} attempts") };
    let _ = write!(text, "\n  {tried} in {}", Took(took));
    let lost = shared.graph.downstream(node);
    if !lost.is_empty() {
        let _ = write!(text, "\n  not started because of it: {}", names(shared, &lost));
    }
    Error::new(Kind::StartFailed, text).service(name).because(cause)
}

pub(super) fn unavailable(shared: &Shared, node: usize, dependency: usize) -> Error {
    let (definition, needed) = (&shared.graph.nodes[node], &shared.graph.nodes[dependency]);
    let (name, dependency_name) = (definition.name(), needed.name());
    let text = format!(
        "`{name}` was not started because `{dependency_name}`, which it needs, did not start\n  \
         `{name}` is declared at {} ({})\n  `{dependency_name}` is declared at {} ({})",
        definition.place, definition.place.package, needed.place, needed.place.package
    );
    let error = Error::new(Kind::DependencyUnavailable, text).service(name).dependency(dependency_name);
    let state = shared.nodes[dependency].state.borrow();
    match state.error() {
        Some(cause) => error.because(cause.clone()),
        None => error,
    }
}

pub(super) fn cancelled(name: &str) -> Error {
    Error::new(Kind::Cancelled, format!("boot was called off before `{name}` had started")).service(name)
}

pub(super) fn called_off(shared: &Shared, slots: &[Slot]) -> Error {
    let late = slots.iter().enumerate().filter(|(_, slot)| slot.is_starting());
    let late: Vec<String> = late.map(|(node, slot)| standing(shared.name(node), slot)).collect();
    let mut text = "boot was called off".to_owned();
    if !late.is_empty() {
        let _ = write!(text, "\n  still starting: {}", shortened(late));
    }
    Error::new(Kind::Cancelled, text)
}

fn standing(name: &str, slot: &Slot) -> String {
    format!("`{name}` (attempt {}, for {})", slot.attempt, Took(now() - slot.began))
}

pub(super) fn start_took_too_long(limit: Duration) -> BoxError {
    format!("its `start` has not returned within {}", Took(limit)).into()
}

pub(super) fn boot_took_too_long(limit: Duration, slot: &Slot) -> BoxError {
    let what =
        if slot.stage == Stage::Backoff { "it was waiting to try again" } else { "it was still starting" };
    format!("{what} when the {} that boot may take were over", Took(limit)).into()
}

pub(super) fn run_failed(shared: &Shared, node: usize, cause: BoxError) -> Error {
    let definition = &shared.graph.nodes[node];
    let (name, place) = (definition.name(), definition.place);
    let text = format!(
        "the `run` of `{name}` failed: {}\n  declared at {place} ({})",
        chain(&*cause),
        place.package
    );
    Error::new(Kind::RunFailed, text).service(name).because(cause)
}

pub(super) fn stop_failed(shared: &Shared, node: usize, cause: BoxError) -> Error {
    let definition = &shared.graph.nodes[node];
    let (name, place) = (definition.name(), definition.place);
    let text =
        format!("`{name}` did not stop: {}\n  declared at {place} ({})", chain(&*cause), place.package);
    Error::new(Kind::StopFailed, text).service(name).because(cause)
}

pub(super) fn stop_took_too_long(shared: &Shared, node: usize, late: Lateness, took: Duration) -> Error {
    let which = match late {
        Lateness::Run => "run",
        Lateness::Stop => "stop",
    };
    stop_failed(shared, node, format!("its `{which}` had not returned after {}", Took(took)).into())
}

/// The error of boot, and what went wrong while it was undone.
pub(super) fn with_rollback(boot: Error, stop: Vec<Error>) -> Error {
    let mut all: Vec<Error> = boot.all().cloned().collect();
    all.extend(stop);
    Error::together(all).unwrap_or(boot)
}

/// Of somebody who waits for a service that is on its way down.
pub(super) fn gone(name: &str) -> Error {
    Error::new(Kind::Stopped, format!("`{name}` is not running any more")).service(name)
}

pub(super) fn driver_gone() -> Error {
    Error::new(Kind::Cancelled, "the tokio runtime that the app was started on is gone")
}

fn names(shared: &Shared, nodes: &[usize]) -> String {
    shortened(nodes.iter().map(|node| format!("`{}`", shared.name(*node))).collect())
}

fn shortened(mut list: Vec<String>) -> String {
    let more = list.len().saturating_sub(LISTED);
    list.truncate(LISTED);
    let shown = list.join(", ");
    if more == 0 { shown } else { format!("{shown} and {more} more") }
}

/// The whole chain of causes on one line; what an error says of its cause is not said again.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let words = cause.to_string();
        if !text.ends_with(&words) {
            let _ = write!(text, ": {words}");
        }
        source = cause.source();
    }
    text
}

/// A duration to the millisecond: what a person wants to know of it.
struct Took(Duration);

impl std::fmt::Display for Took {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX) {
            0 => f.write_str("less than 1ms"),
            millis => write!(f, "{:?}", Duration::from_millis(millis)),
        }
    }
}
