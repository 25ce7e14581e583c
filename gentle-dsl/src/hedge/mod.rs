//! `hedge`: a second call beside a slow first one.

mod read;

use core::{fmt, time::Duration};

use crate::{
    key::Key,
    mistake::Mistakes,
    ready::Reach,
    retry::Budget,
    sentence::Sentence,
    setting::Setting,
    value::{DurationText, Percent},
};

/// A second call beside a slow first one; the first answer counts: `after p95 at least 10ms, max 1, budget 10%`.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use gentle_dsl::{Hedge, HedgeDelay, Sentence};
///
/// const SLOW: HedgeDelay = HedgeDelay::Percentile { percentile: 95, at_least: Some(Duration::from_millis(20)) };
/// const HEDGE: Hedge = Hedge::new(SLOW).max(2);
///
/// assert_eq!(Hedge::parse("after p95 at least 20ms, max 2")?.on(), Some(HEDGE));
/// assert_eq!(HEDGE.to_string(), "after p95 at least 20ms, max 2");
/// # Ok::<(), gentle_dsl::Mistakes>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Hedge {
    after: HedgeDelay,
    most: u32,
    budget: Option<Budget>,
    free: bool,
}

/// After which time a call is slow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HedgeDelay {
    /// Always the same time: `after 50ms`.
    Fixed(Duration),
    /// The time in which so many of a hundred calls were done: `after p95 at least 10ms`.
    Percentile {
        /// From 1 to 99.
        percentile: u8,
        /// However fast the calls are, not before this.
        at_least: Option<Duration>,
    },
}

impl HedgeDelay {
    /// The earliest time that it can be.
    pub(crate) const fn earliest(self) -> Option<Duration> {
        match self {
            Self::Fixed(delay) => Some(delay),
            Self::Percentile { at_least, .. } => at_least,
        }
    }
}

impl fmt::Display for HedgeDelay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Fixed(delay) => write!(f, "after {}", DurationText(delay)),
            Self::Percentile { percentile, at_least: None } => write!(f, "after p{percentile}"),
            Self::Percentile { percentile, at_least: Some(least) } => {
                write!(f, "after p{percentile} at least {}", DurationText(least))
            }
        }
    }
}

impl Hedge {
    /// What `on` means: `after p95 at least 10ms, max 1, budget 10%`.
    pub const DEFAULT: Self =
        Self::new(HedgeDelay::Percentile { percentile: 95, at_least: Some(Duration::from_millis(10)) })
            .budget(Budget::share(Percent::hundredths(1_000)));

    /// One more call after this time.
    pub const fn new(after: HedgeDelay) -> Self {
        Self { after, most: 1, budget: None, free: false }
    }

    /// At most so many more calls.
    pub const fn max(mut self, most: u32) -> Self {
        self.most = most;
        self
    }

    /// The share of calls that may be such extra ones.
    pub const fn budget(mut self, budget: Budget) -> Self {
        self.budget = Some(budget);
        self
    }

    /// An extra call costs nothing, not even what the budget of a retry would allow: `budget off`.
    pub const fn free(mut self) -> Self {
        self.free = true;
        self
    }

    /// After which time a call is slow.
    pub const fn delay(&self) -> HedgeDelay {
        self.after
    }

    /// How many more calls there are at most.
    pub const fn most(&self) -> u32 {
        self.most
    }

    /// The budget that each extra call withdraws from. `None`: that of the retry, if there is one, unless it is
    /// [free](Self::is_free).
    pub const fn withdraws(&self) -> Option<Budget> {
        if self.free { None } else { self.budget }
    }

    /// Whether extra calls cost nothing.
    pub const fn is_free(&self) -> bool {
        self.free
    }

    /// The clause about the budget, where there is one.
    pub(crate) fn budget_text(&self) -> String {
        match self.withdraws() {
            _ if self.free => ", budget off".into(),
            Some(budget) => format!(", budget {budget}"),
            None => String::new(),
        }
    }
}

impl Sentence for Hedge {
    const KEY: Key = Key::Hedge;

    fn parse_as(reach: Reach, text: &str) -> Result<Setting<Self>, Mistakes> {
        read::GRAMMAR.parse_setting(reach, text, &read::HEAD, read::hedge)
    }
}

impl fmt::Display for Hedge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, max {}{}", self.after, self.most, self.budget_text())
    }
}
