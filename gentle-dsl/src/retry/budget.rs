//! The share of calls that may be retries.

use core::{fmt, time::Duration};

use crate::value::{Percent, Rate};

/// The share of calls that may be retries, so that retrying does not multiply the load on what already fails.
///
/// Written `budget 20% floor 10/s`; without `floor` it is 10 a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Budget {
    /// Retries as a share of calls.
    pub share: Percent,
    /// So many retries are allowed in any case, so that a service with few calls can retry at all.
    pub floor: Rate,
}

impl Budget {
    /// `budget 20% floor 10/s`, as in `on`.
    pub const DEFAULT: Self = Self::share(Percent::hundredths(2_000));

    /// This share, and a floor of 10 retries a second.
    pub const fn share(share: Percent) -> Self {
        Self { share, floor: Rate { count: 10, per: Duration::from_secs(1) } }
    }
}

impl fmt::Display for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} floor {}", self.share, self.floor)
    }
}
