//! How chance changes the delays.

use core::fmt;

use crate::value::Percent;

/// How chance changes the delays, so that callers that failed together do not come back together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Jitter {
    /// Not at all: `jitter off`.
    Off,
    /// Anything from nothing to the delay: `jitter full`, or just `jitter`.
    Full,
    /// Anything from half the delay to the delay: `jitter equal`.
    Equal,
    /// Anything from the first delay to three times the one before: `jitter decorrelated`.
    Decorrelated,
    /// Up to so much more or less than the delay: `jitter 20%`.
    Percent(Percent),
}

impl fmt::Display for Jitter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => f.write_str("off"),
            Self::Full => f.write_str("full"),
            Self::Equal => f.write_str("equal"),
            Self::Decorrelated => f.write_str("decorrelated"),
            Self::Percent(percent) => percent.fmt(f),
        }
    }
}
