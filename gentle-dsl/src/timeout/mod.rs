//! `timeout`: how long a call, and each of its attempts, may take.

mod read;

use core::{fmt, time::Duration};

use crate::{
    key::Key, mistake::Mistakes, ready::Reach, sentence::Sentence, setting::Setting, value::DurationText,
};

/// How long a call, and each of its attempts, may take: `10s`, `2s each attempt`, or both.
///
/// A caller's deadline that comes first holds in any case.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use gentle_dsl::{Sentence, Timeout};
///
/// const LIMIT: Timeout = Timeout::total(Duration::from_secs(10)).and_each_attempt(Duration::from_secs(2));
///
/// assert_eq!(Timeout::parse("10s, 2s each attempt")?.on(), Some(LIMIT));
/// assert_eq!(LIMIT.to_string(), "10s, 2s each attempt");
/// # Ok::<(), gentle_dsl::Mistakes>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Timeout {
    whole: Option<Duration>,
    attempt: Option<Duration>,
    reserve: Duration,
}

impl Timeout {
    /// For the whole call, retries and waiting included.
    pub const fn total(whole: Duration) -> Self {
        Self { whole: Some(whole), attempt: None, reserve: Duration::ZERO }
    }

    /// For each attempt; the call may make any number of them.
    pub const fn each_attempt(attempt: Duration) -> Self {
        Self { whole: None, attempt: Some(attempt), reserve: Duration::ZERO }
    }

    /// For each attempt as well.
    pub const fn and_each_attempt(mut self, attempt: Duration) -> Self {
        self.attempt = Some(attempt);
        self
    }

    /// Leaves so much of the caller's deadline for the way back.
    pub const fn reserve(mut self, reserve: Duration) -> Self {
        self.reserve = reserve;
        self
    }

    /// How long the whole call may take.
    pub const fn whole(&self) -> Option<Duration> {
        self.whole
    }

    /// How long each attempt may take.
    pub const fn attempt(&self) -> Option<Duration> {
        self.attempt
    }

    /// How much of the caller's deadline is left for the way back; zero where nothing is written.
    pub const fn reserved(&self) -> Duration {
        self.reserve
    }
}

impl Sentence for Timeout {
    const KEY: Key = Key::Timeout;

    fn parse_as(reach: Reach, text: &str) -> Result<Setting<Self>, Mistakes> {
        read::GRAMMAR.parse_setting(reach, text, &read::HEAD, read::timeout)
    }
}

impl fmt::Display for Timeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(whole) = self.whole {
            write!(f, "{}", DurationText(whole))?;
        }
        if let Some(attempt) = self.attempt {
            let comma = if self.whole.is_some() { ", " } else { "" };
            write!(f, "{comma}{} each attempt", DurationText(attempt))?;
        }
        if !self.reserve.is_zero() {
            write!(f, ", reserve {}", DurationText(self.reserve))?;
        }
        Ok(())
    }
}
