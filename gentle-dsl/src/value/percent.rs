//! Shares, written in percent.

use core::fmt;

use crate::value::write_scaled;

/// A share in percent, exact to a hundredth of a percent.
///
/// Written `20%` or `12.5%`; in a sentence it is above 0 and at most 100.
///
/// # Examples
///
/// ```
/// use gentle_dsl::Percent;
///
/// const FIFTH: Percent = Percent::hundredths(2_000);
/// assert_eq!(FIFTH.to_string(), "20%");
/// assert!((FIFTH.as_ratio() - 0.2).abs() < 1e-9);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percent(u32);

impl Percent {
    /// All of it.
    pub const WHOLE: Self = Self(10_000);

    /// So many hundredths of a percent: 1250 is 12.5 %.
    pub const fn hundredths(hundredths: u32) -> Self {
        Self(hundredths)
    }

    /// The share in hundredths of a percent.
    pub const fn as_hundredths(self) -> u32 {
        self.0
    }

    /// The share as a part of one: 0.125 for 12.5 %.
    pub fn as_ratio(self) -> f64 {
        f64::from(self.0) / 10_000.0
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_scaled(f, self.0, 2)?;
        f.write_str("%")
    }
}
