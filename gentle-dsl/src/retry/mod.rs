//! `retry`: calls again after a failure.

mod backoff;
mod budget;
mod delays;
mod factor;
mod jitter;
mod progress;
mod read;
mod read_backoff;
mod tries;

use core::{fmt, time::Duration};

pub(crate) use self::read::read_budget;
pub use self::{
    backoff::Backoff, budget::Budget, delays::Delays, factor::Factor, jitter::Jitter, tries::Tries,
};
use crate::{
    key::Key, mistake::Mistakes, ready::Reach, sentence::Sentence, setting::Setting, value::DurationText,
};

/// Calls again after a failure: `exp(100ms..30s), 5 attempts`, `const(500ms, 5m)`.
///
/// Without a number of tries it makes 3 attempts; with a list of delays, one more than there are delays; with only `within`, any number until that time.
/// Growing delays are jittered, others are not. It has a budget only if it says so, or if it is just `on`.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use gentle_dsl::{Backoff, Retry, Sentence, Tries};
///
/// const AGAIN: Retry = Retry::new(Backoff::Const(Duration::from_millis(500))).within(Duration::from_secs(300));
///
/// assert_eq!(Retry::parse("const(500ms, 5m)")?.on(), Some(AGAIN));
/// assert_eq!(AGAIN.to_string(), "const(500ms), within 5m");
/// assert_eq!(AGAIN.tries(), Tries::Forever);
/// # Ok::<(), gentle_dsl::Mistakes>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Retry {
    backoff: Backoff,
    tries: Option<Tries>,
    within: Option<Duration>,
    jitter: Option<Jitter>,
    budget: Option<Budget>,
}

impl Retry {
    /// What `on` means: `exp(100ms..10s, x2), 3 attempts, jitter full, budget 20% floor 10/s`.
    pub const DEFAULT: Self = Self::new(Backoff::DEFAULT).budget(Budget::DEFAULT);

    /// With these delays, and for the rest what is assumed when nothing is written.
    pub const fn new(backoff: Backoff) -> Self {
        Self { backoff, tries: None, within: None, jitter: None, budget: None }
    }

    /// At most so many calls, the first one included.
    pub const fn attempts(mut self, attempts: u32) -> Self {
        self.tries = Some(Tries::Attempts(attempts));
        self
    }

    /// At most so many calls after the first one.
    pub const fn retries(self, retries: u32) -> Self {
        self.attempts(retries.saturating_add(1))
    }

    /// Any number of calls.
    pub const fn forever(mut self) -> Self {
        self.tries = Some(Tries::Forever);
        self
    }

    /// No call starts later than this after the first one; removes the bound on their number, unless that was set.
    pub const fn within(mut self, limit: Duration) -> Self {
        self.within = Some(limit);
        self
    }

    /// How chance changes the delays.
    pub const fn jitter(mut self, jitter: Jitter) -> Self {
        self.jitter = Some(jitter);
        self
    }

    /// The share of calls that may be retries.
    pub const fn budget(mut self, budget: Budget) -> Self {
        self.budget = Some(budget);
        self
    }

    /// The delays between the calls.
    pub const fn backoff(&self) -> Backoff {
        self.backoff
    }

    /// How many calls are made at most.
    pub const fn tries(&self) -> Tries {
        match (self.tries, self.backoff, self.within) {
            (Some(tries), _, _) => tries,
            (None, Backoff::List(delays), _) => Tries::Attempts(delays.attempts()),
            (None, _, Some(_)) => Tries::Forever,
            (None, _, None) => Tries::DEFAULT,
        }
    }

    /// After which time no further call starts.
    pub const fn limit(&self) -> Option<Duration> {
        self.within
    }

    /// How chance changes the delays.
    pub const fn jittered(&self) -> Jitter {
        match self.jitter {
            Some(jitter) => jitter,
            None => self.backoff.assumed_jitter(),
        }
    }

    /// The budget that each retry withdraws from.
    pub const fn withdraws(&self) -> Option<Budget> {
        self.budget
    }

    /// The longest delay that the back-off asks for, before jitter.
    pub fn longest(&self) -> Duration {
        self.backoff.longest()
    }

    fn says_tries(&self) -> bool {
        self.tries() != Tries::Forever || self.within.is_none() || matches!(self.backoff, Backoff::List(_))
    }
}

impl PartialEq for Retry {
    /// Two are equal when they behave alike, whether a default was written or not.
    fn eq(&self, other: &Self) -> bool {
        self.backoff == other.backoff
            && self.tries() == other.tries()
            && self.within == other.within
            && self.jittered() == other.jittered()
            && self.budget == other.budget
    }
}

impl Eq for Retry {}

impl Sentence for Retry {
    const KEY: Key = Key::Retry;

    fn parse_as(reach: Reach, text: &str) -> Result<Setting<Self>, Mistakes> {
        read::GRAMMAR.parse_setting(reach, text, &read::HEAD, read::retry)
    }

    fn check(&self) -> Result<(), Mistakes> {
        if let Backoff::List(delays) = self.backoff {
            delays.check()?;
        }
        Self::parse(&self.to_string()).map(|_| ())
    }
}

impl fmt::Display for Retry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.backoff)?;
        if self.says_tries() {
            write!(f, ", {}", self.tries())?;
        }
        if self.backoff.grows() || self.jittered() != Jitter::Off {
            write!(f, ", jitter {}", self.jittered())?;
        }
        if let Some(within) = self.within {
            write!(f, ", within {}", DurationText(within))?;
        }
        if let Some(budget) = self.budget {
            write!(f, ", budget {budget}")?;
        }
        Ok(())
    }
}
