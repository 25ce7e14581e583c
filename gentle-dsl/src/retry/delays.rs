//! A short list of delays.

use core::{fmt, time::Duration};

use crate::{
    mistake::{Mistake, Mistakes},
    value::DurationText,
};

/// The delays of `list(10ms, 100ms, 1s)`: at most 16, held in place so that a parsed retry stays `Copy` and `const`.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use gentle_dsl::Delays;
///
/// const DELAYS: Delays = Delays::new(&[Duration::from_millis(10), Duration::from_millis(100)]);
/// assert_eq!(DELAYS.as_slice().len(), 2);
/// assert_eq!(DELAYS.to_string(), "10ms, 100ms");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Delays {
    held: [Duration; Self::CAPACITY],
    given: usize,
}

impl Delays {
    /// How many delays fit.
    pub const CAPACITY: usize = 16;

    /// These delays. Only the first 16 are kept; [`check`](crate::Sentence::check) reports that there were more.
    pub const fn new(delays: &[Duration]) -> Self {
        let mut held = [Duration::ZERO; Self::CAPACITY];
        let mut index = 0;
        while index < delays.len() && index < Self::CAPACITY {
            held[index] = delays[index];
            index += 1;
        }
        Self { held, given: delays.len() }
    }

    /// The delays in order.
    pub fn as_slice(&self) -> &[Duration] {
        self.held.get(..self.given).unwrap_or(&self.held)
    }

    /// One attempt before each delay, and one after the last.
    #[allow(clippy::cast_possible_truncation, reason = "at most 17")]
    pub(crate) const fn attempts(&self) -> u32 {
        let kept = if self.given < Self::CAPACITY { self.given } else { Self::CAPACITY };
        kept as u32 + 1
    }

    pub(crate) fn check(&self) -> Result<(), Mistakes> {
        if self.given <= Self::CAPACITY {
            return Ok(());
        }
        let mistake = Mistake::new("G308", "retry", "a list holds at most 16 delays")
            .with_label(format!("{} were given", self.given))
            .with_help("use `exp` or `linear`, which reach any length");
        Err(mistake.into())
    }
}

impl fmt::Display for Delays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, delay) in self.as_slice().iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{}", DurationText(*delay))?;
        }
        Ok(())
    }
}
