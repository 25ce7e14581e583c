//! `throttle`: sheds calls as failures rise.

mod read;

use core::{fmt, time::Duration};

use crate::{
    key::Key,
    mistake::Mistakes,
    ready::Reach,
    sentence::Sentence,
    setting::Setting,
    value::{DurationText, Percent},
};

/// Sheds calls as failures rise, instead of all of them at once: `10% of 20 in 1m, up to 90%`.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use gentle_dsl::{Percent, Sentence, Throttle};
///
/// const TENTH: Throttle = Throttle::new(Percent::hundredths(1_000), 20, Duration::from_secs(60));
///
/// assert_eq!(Throttle::parse("10% of 20 in 1m")?.on(), Some(TENTH));
/// assert_eq!(TENTH.to_string(), "10% of 20 in 1m, up to 90%");
/// # Ok::<(), gentle_dsl::Mistakes>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Throttle {
    share: Percent,
    of: u32,
    window: Duration,
    most: Percent,
}

impl Throttle {
    /// What `on` means: `10% of 20 in 1m, up to 90%`.
    pub const DEFAULT: Self = Self::new(Percent::hundredths(1_000), 20, Duration::from_secs(60));

    /// The share that is shed at most where nothing is written: 90 %.
    pub const MOST: Percent = Percent::hundredths(9_000);

    /// Sheds calls when more than this share of at least `of` calls in `window` fails.
    pub const fn new(share: Percent, of: u32, window: Duration) -> Self {
        Self { share, of, window, most: Self::MOST }
    }

    /// Sheds at most this share of the calls.
    pub const fn up_to(mut self, most: Percent) -> Self {
        self.most = most;
        self
    }

    /// The share of failures at which it begins.
    pub const fn share(&self) -> Percent {
        self.share
    }

    /// The smallest number of calls that is judged.
    pub const fn of(&self) -> u32 {
        self.of
    }

    /// The time whose calls are judged.
    pub const fn window(&self) -> Duration {
        self.window
    }

    /// The share of calls that is shed at most.
    pub const fn most(&self) -> Percent {
        self.most
    }
}

impl Sentence for Throttle {
    const KEY: Key = Key::Throttle;

    fn parse_as(reach: Reach, text: &str) -> Result<Setting<Self>, Mistakes> {
        read::GRAMMAR.parse_setting(reach, text, &read::HEAD, read::throttle)
    }
}

impl fmt::Display for Throttle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} in {}, up to {}", self.share, self.of, DurationText(self.window), self.most)
    }
}
