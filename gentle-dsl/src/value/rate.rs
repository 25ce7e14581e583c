//! So many in a period.

use core::{fmt, time::Duration};

use crate::{
    mistake::Mistakes,
    reader::{Grammar, Reader},
    value::DurationText,
};

/// So many in a period: `5/500ms`, `10/s`.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use gentle_dsl::{Rate, parse_rate};
///
/// assert_eq!(parse_rate("10/s")?, Rate { count: 10, per: Duration::from_secs(1) });
/// # Ok::<(), gentle_dsl::Mistakes>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rate {
    /// How many.
    pub count: u32,
    /// In which time.
    pub per: Duration,
}

impl Rate {
    /// The time from one to the next, to the nanosecond below and never zero.
    ///
    /// A rate of zero, which no sentence can say, is taken for one.
    pub const fn interval(self) -> Duration {
        match self.per.checked_div(self.count) {
            None => self.per,
            Some(interval) if interval.is_zero() => Duration::from_nanos(1),
            Some(interval) => interval,
        }
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let period = DurationText(self.per).to_string();
        let one_unit = period.strip_prefix('1').filter(|unit| unit.chars().all(char::is_alphabetic));
        write!(f, "{}/{}", self.count, one_unit.unwrap_or(&period))
    }
}

const GRAMMAR: Grammar = Grammar::amount("rate", "5/500ms");

/// Parses a rate: `5/500ms`, `10/s`, `5_000/h`.
///
/// Mistakes speak of a `rate`; [`Mistakes::about`] gives them the name of the key.
///
/// # Errors
///
/// When the text is not one rate above zero and at most one per nanosecond.
pub fn parse_rate(text: &str) -> Result<Rate, Mistakes> {
    GRAMMAR.parse(text, |reader: &mut Reader<'_>| {
        let rate = reader.rate();
        reader.refuse_rest();
        rate.map(|rate| rate.value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_of_one_unit_is_written_as_the_unit() {
        let rate = |nanos| Rate { count: 5, per: Duration::from_nanos(nanos) }.to_string();
        assert_eq!(rate(1_000_000_000), "5/s");
        assert_eq!(rate(10_000_000_000), "5/10s");
        assert_eq!(rate(1_500_000_000), "5/1s500ms");
        assert_eq!(rate(1_000), "5/us");
        assert_eq!(rate(100_000_000_000), "5/1m40s");
    }

    #[test]
    fn an_interval_is_never_zero() {
        assert_eq!(Rate { count: 3, per: Duration::from_nanos(2) }.interval(), Duration::from_nanos(1));
        assert_eq!(Rate { count: 0, per: Duration::from_secs(2) }.interval(), Duration::from_secs(2));
        assert_eq!(Rate { count: 5, per: Duration::from_millis(500) }.interval(), Duration::from_millis(100));
    }
}
