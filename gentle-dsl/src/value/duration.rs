//! Durations as one word: `500ms`, `1m30s`.

use core::{fmt, ops::Range, time::Duration};

use crate::{
    mistake::Mistakes,
    reader::{Grammar, Reader},
};

/// The units, smallest first, and their lengths in nanoseconds.
const LENGTHS: [(&str, u64); 7] = [
    ("ns", 1),
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
    ("d", 86_400_000_000_000),
];

/// The units as messages list them.
pub(crate) const UNITS: &str = "ns, us, ms, s, m, h, d";

/// A hundred years: nothing waits longer, and it fits into 64 bits of nanoseconds.
const LONGEST: u128 = 36_500 * 86_400_000_000_000;

/// What is wrong with a duration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DurationFault {
    /// A number with no unit behind it.
    NoUnit,
    /// A unit that is none; the place within the text.
    UnknownUnit(Range<usize>),
    /// Two points, or a point in a wrong place.
    Malformed,
    /// Longer than a hundred years.
    TooLarge,
}

/// The length of a unit in nanoseconds.
pub(crate) fn unit_nanos(unit: &str) -> Option<u64> {
    LENGTHS.iter().find(|(name, _)| *name == unit).map(|(_, nanos)| *nanos)
}

/// The unit that a long or foreign name means.
pub(crate) fn unit_meant(word: &str) -> Option<&'static str> {
    Some(match word.to_lowercase().as_str() {
        "ns" | "nano" | "nanos" | "nsec" | "nsecs" | "nanosecond" | "nanoseconds" => "ns",
        "us" | "µs" | "μs" | "micro" | "micros" | "usec" | "usecs" | "microsecond" | "microseconds" => "us",
        "ms" | "milli" | "millis" | "msec" | "msecs" | "millisecond" | "milliseconds" => "ms",
        "s" | "sec" | "secs" | "second" | "seconds" => "s",
        "m" | "min" | "mins" | "minute" | "minutes" => "m",
        "h" | "hr" | "hrs" | "hour" | "hours" => "h",
        "d" | "day" | "days" => "d",
        _ => return None,
    })
}

/// Reads numbers with units, one after the other, and adds them up.
pub(crate) fn duration(text: &str) -> Result<Duration, DurationFault> {
    let mut rest = text;
    let mut total: u128 = 0;
    while !rest.is_empty() {
        let (number, after) = split(rest, |c| c.is_ascii_digit() || c == '_' || c == '.');
        let (unit, after) = split(after, |c| !c.is_ascii_digit());
        if unit.is_empty() {
            return Err(DurationFault::NoUnit);
        }
        let nanos = unit_nanos(unit).ok_or_else(|| {
            let start = text.len() - after.len() - unit.len();
            DurationFault::UnknownUnit(start..start + unit.len())
        })?;
        total = total.saturating_add(part(number, nanos)?);
        rest = after;
    }
    if total > LONGEST {
        return Err(DurationFault::TooLarge);
    }
    u64::try_from(total).map(Duration::from_nanos).map_err(|_| DurationFault::TooLarge)
}

fn split(text: &str, belongs: impl Fn(char) -> bool) -> (&str, &str) {
    let end = text.find(|c| !belongs(c)).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// One number in its unit, as nanoseconds; what is finer than a nanosecond is cut off.
fn part(number: &str, nanos: u64) -> Result<u128, DurationFault> {
    let number = number.replace('_', "");
    let (whole, fraction) = number.split_once('.').unwrap_or((&number, "0"));
    if whole.is_empty() || fraction.is_empty() || fraction.contains('.') {
        return Err(DurationFault::Malformed);
    }
    let whole: u64 = whole.parse().map_err(|_| DurationFault::TooLarge)?;
    let fraction: String = fraction.chars().take(18).collect();
    let scale = 10_u128.pow(u32::try_from(fraction.len()).unwrap_or(0));
    let below: u128 = fraction.parse().map_err(|_| DurationFault::Malformed)?;
    let nanos = u128::from(nanos);
    Ok(u128::from(whole).saturating_mul(nanos).saturating_add(below * nanos / scale))
}

/// Prints a duration the way the grammar writes it, down to the nanosecond.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use gentle_dsl::DurationText;
///
/// assert_eq!(DurationText(Duration::from_millis(500)).to_string(), "500ms");
/// assert_eq!(DurationText(Duration::from_secs(90)).to_string(), "1m30s");
/// assert_eq!(DurationText(Duration::ZERO).to_string(), "0s");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DurationText(
    /// The duration to print.
    pub Duration,
);

impl fmt::Display for DurationText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0.as_nanos();
        if rest == 0 {
            return f.write_str("0s");
        }
        for (unit, nanos) in LENGTHS.iter().rev() {
            let nanos = u128::from(*nanos);
            if rest >= nanos {
                write!(f, "{}{unit}", rest / nanos)?;
                rest %= nanos;
            }
        }
        Ok(())
    }
}

/// Writes `5s..1m`, or one duration when both are the same.
pub(crate) fn write_range(f: &mut fmt::Formatter<'_>, from: Duration, to: Duration) -> fmt::Result {
    write!(f, "{}", DurationText(from))?;
    if from == to { Ok(()) } else { write!(f, "..{}", DurationText(to)) }
}

const GRAMMAR: Grammar = Grammar::amount("duration", "500ms");

/// Parses a duration: `500ms`, `1m30s`, `1.5h`.
///
/// For attributes and configuration keys beside the policies, so that durations are written alike everywhere. Zero is a duration here; who cannot use it
/// says so. Mistakes speak of a `duration`; [`Mistakes::about`] gives them the name of the key.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use gentle_dsl::parse_duration;
///
/// assert_eq!(parse_duration("1m30s")?, Duration::from_secs(90));
///
/// let mistakes = parse_duration("90").unwrap_err().about("stop_timeout");
/// assert!(mistakes.to_string().starts_with("stop_timeout: `90` has no unit [G101]"));
/// # Ok::<(), gentle_dsl::Mistakes>(())
/// ```
///
/// # Errors
///
/// When the text is not one duration of at most a hundred years.
pub fn parse_duration(text: &str) -> Result<Duration, Mistakes> {
    GRAMMAR.parse(text, |reader: &mut Reader<'_>| {
        let duration = reader.duration("a duration");
        reader.refuse_rest();
        duration.map(|duration| duration.value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_add_up() {
        assert_eq!(duration("1m30s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("1.5s"), Ok(Duration::from_millis(1500)));
        assert_eq!(duration("0.000000001s"), Ok(Duration::from_nanos(1)));
        assert_eq!(duration("1_000us"), Ok(Duration::from_millis(1)));
    }

    #[test]
    fn a_fraction_is_exact() {
        assert_eq!(duration("0.123456789s"), Ok(Duration::from_nanos(123_456_789)));
        assert_eq!(duration("0.33h"), Ok(Duration::from_secs(1188)));
    }

    #[test]
    fn each_fault_has_its_name() {
        assert_eq!(duration("500"), Err(DurationFault::NoUnit));
        assert_eq!(duration("1m30"), Err(DurationFault::NoUnit));
        assert_eq!(duration("5mins"), Err(DurationFault::UnknownUnit(1..5)));
        assert_eq!(duration("1m3q"), Err(DurationFault::UnknownUnit(3..4)));
        assert_eq!(duration("1.2.3s"), Err(DurationFault::Malformed));
        assert_eq!(duration("99999999999999h"), Err(DurationFault::TooLarge));
        assert_eq!(duration("36501d"), Err(DurationFault::TooLarge));
    }

    #[test]
    fn a_hundred_years_are_the_longest() {
        assert_eq!(duration("36500d"), Ok(Duration::from_secs(36_500 * 86_400)));
    }
}
