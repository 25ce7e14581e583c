//! By how much an exponential back-off grows.

use core::fmt;

use crate::value::write_scaled;

/// By how much an exponential back-off grows each time, exact to a thousandth: `x2`, `x2.5`.
///
/// In a sentence it is above 1.
///
/// # Examples
///
/// ```
/// use gentle_dsl::Factor;
///
/// assert_eq!(Factor::thousandths(2_500).to_string(), "x2.5");
/// assert!((Factor::DOUBLE.as_f64() - 2.0).abs() < 1e-9);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Factor(u32);

impl Factor {
    /// `x2`, which is assumed where none is written.
    pub const DOUBLE: Self = Self(2_000);

    /// So many thousandths: 2500 is `x2.5`.
    pub const fn thousandths(thousandths: u32) -> Self {
        Self(thousandths)
    }

    /// The factor in thousandths.
    pub const fn as_thousandths(self) -> u32 {
        self.0
    }

    /// The factor as a number to multiply with.
    pub fn as_f64(self) -> f64 {
        f64::from(self.0) / 1_000.0
    }
}

impl fmt::Display for Factor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("x")?;
        write_scaled(f, self.0, 3)
    }
}
