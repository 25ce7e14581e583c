use std::time::Duration;

/// How a failed start is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    first: Duration,
    most: Duration,
    attempts: Option<u32>,
}

impl Retry {
    /// Delays from `first`, doubled each time, to at most `most`; three attempts in all.
    pub const fn exp(first: Duration, most: Duration) -> Self {
        Self { first, most, attempts: Some(3) }
    }

    /// `attempts` in all, the first one counted.
    pub const fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = Some(attempts);
        self
    }

    /// As often as it takes.
    pub const fn forever(mut self) -> Self {
        self.attempts = None;
        self
    }
}

/// The delays of one start.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Schedule(Option<Retry>);

impl Schedule {
    pub(super) fn new(retry: Option<&Retry>) -> Self {
        Self(retry.copied())
    }

    /// How long to wait after `attempt` (from 1) has failed; `None` when that was the last.
    pub(super) fn delay(&mut self, attempt: u32) -> Option<Duration> {
        let retry = self.0?;
        if retry.attempts.is_some_and(|most| attempt >= most) {
            return None;
        }
        let doubled = 1_u32.checked_shl(attempt - 1).unwrap_or(u32::MAX);
        Some(retry.first.saturating_mul(doubled).min(retry.most))
    }
}
