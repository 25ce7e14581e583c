use std::time::Duration;

use tracing::field::{Empty, debug};
use tracing::level_filters::LevelFilter;
use tracing::{Level, Span};

use crate::policy::Ending;

/// The spans of a call that somebody listens to: one for all of it, and one for the attempt under way.
#[derive(Debug)]
pub(super) struct Trace {
    call: Span,
    attempt: Span,
}

/// Whether anybody listens. Where nobody listens to so much detail, it is one look at one word.
#[inline]
pub(super) fn is_heard() -> bool {
    LevelFilter::current() >= LevelFilter::DEBUG && is_heard_here()
}

#[cold]
fn is_heard_here() -> bool {
    tracing::span_enabled!(target: "gentle::policy", Level::DEBUG, "call")
}

impl Trace {
    #[cold]
    pub(super) fn of(policy: &str) -> Self {
        let call = tracing::debug_span!(
            target: "gentle::policy", "call",
            policy, attempts = Empty, elapsed = Empty, outcome = Empty
        );
        Self { call, attempt: Span::none() }
    }

    /// Begins the span of an attempt: the first is 1.
    pub(super) fn attempt(&mut self, policy: &str, attempt: u32) {
        self.attempt = tracing::debug_span!(
            target: "gentle::policy", parent: &self.call, "attempt",
            policy, attempt, elapsed = Empty, outcome = Empty
        );
    }

    /// Ends the span of the attempt under way, if there is one.
    pub(super) fn attempt_ended(&mut self, outcome: &str, elapsed: Duration) {
        let attempt = std::mem::replace(&mut self.attempt, Span::none());
        attempt.record("elapsed", debug(elapsed)).record("outcome", outcome);
    }

    pub(super) fn ended(&self, ending: Ending, attempts: u32, elapsed: Duration) {
        self.call
            .record("attempts", attempts)
            .record("elapsed", debug(elapsed))
            .record("outcome", ending.as_str());
    }

    /// The span of the call.
    pub(super) fn call(&self) -> &Span {
        &self.call
    }

    /// The span that the operation runs in. It is entered for each poll, and never held while the task waits.
    pub(super) fn inside(&self) -> Span {
        self.attempt.clone()
    }
}
