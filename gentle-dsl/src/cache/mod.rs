//! `cache`: answers that are kept for a while.

mod read;

use core::{fmt, time::Duration};

use crate::{
    each::{Each, write_each},
    key::Key,
    mistake::Mistakes,
    ready::Reach,
    sentence::Sentence,
    setting::Setting,
    value::DurationText,
};

/// Answers that are kept for a while: `1m, stale 10m, max 10_000, coalesce`.
///
/// Its key may be none: `each ()` keeps one answer, whatever the arguments are.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use gentle_dsl::{Cache, Sentence};
///
/// const MINUTE: Cache = Cache::new(Duration::from_secs(60)).stale(Duration::from_secs(600)).coalesce();
///
/// assert_eq!(Cache::parse("1m, stale 10m, coalesce")?.on(), Some(MINUTE));
/// assert_eq!(MINUTE.to_string(), "1m, stale 10m, max 10000, coalesce");
/// # Ok::<(), gentle_dsl::Mistakes>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cache {
    keep: Duration,
    stale: Option<Duration>,
    most: u32,
    errors: Option<Duration>,
    coalesce: bool,
    each: Option<Each>,
}

impl Cache {
    /// How many answers are kept at most where nothing is written.
    pub const MOST: u32 = 10_000;

    /// An answer is kept so long.
    pub const fn new(keep: Duration) -> Self {
        Self { keep, stale: None, most: Self::MOST, errors: None, coalesce: false, each: None }
    }

    /// An answer that is too old is kept so much longer, for when there is no new one.
    pub const fn stale(mut self, stale: Duration) -> Self {
        self.stale = Some(stale);
        self
    }

    /// At most so many answers are kept.
    pub const fn max(mut self, most: u32) -> Self {
        self.most = most;
        self
    }

    /// Errors are kept too, so long.
    pub const fn errors(mut self, errors: Duration) -> Self {
        self.errors = Some(errors);
        self
    }

    /// Calls for the same answer at the same time are one call.
    pub const fn coalesce(mut self) -> Self {
        self.coalesce = true;
        self
    }

    /// A separate answer for each key.
    pub const fn each(mut self, each: Each) -> Self {
        self.each = Some(each);
        self
    }

    /// How long an answer is kept.
    pub const fn keeps(&self) -> Duration {
        self.keep
    }

    /// How much longer it is kept for when there is no new one.
    pub const fn stays(&self) -> Option<Duration> {
        self.stale
    }

    /// How many answers are kept at most.
    pub const fn most(&self) -> u32 {
        self.most
    }

    /// How long errors are kept. `None`: not at all.
    pub const fn keeps_errors(&self) -> Option<Duration> {
        self.errors
    }

    /// Whether calls for the same answer at the same time are one call.
    pub const fn coalesces(&self) -> bool {
        self.coalesce
    }

    /// What there is a separate answer for.
    pub const fn keyed(&self) -> Option<Each> {
        self.each
    }
}

impl Sentence for Cache {
    const KEY: Key = Key::Cache;

    fn parse_as(reach: Reach, text: &str) -> Result<Setting<Self>, Mistakes> {
        read::GRAMMAR.parse_setting(reach, text, &read::HEAD, read::cache)
    }
}

impl fmt::Display for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", DurationText(self.keep))?;
        if let Some(stale) = self.stale {
            write!(f, ", stale {}", DurationText(stale))?;
        }
        write!(f, ", max {}", self.most)?;
        if let Some(errors) = self.errors {
            write!(f, ", errors {}", DurationText(errors))?;
        }
        if self.coalesce {
            f.write_str(", coalesce")?;
        }
        write_each(f, self.each)
    }
}
