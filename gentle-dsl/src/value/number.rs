//! Decimal numbers as whole multiples of a small part, so that nothing is lost to floating point.

use core::fmt;

/// What is wrong with a decimal number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NumberFault {
    /// Not digits with at most one point between them.
    Malformed,
    /// More digits after the point than are kept.
    TooFine,
    /// It does not fit.
    TooLarge,
}

/// Reads `12.5` as 1250 when two `places` are kept.
pub(crate) fn scaled(text: &str, places: usize) -> Result<u32, NumberFault> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.chars().all(|c| c.is_ascii_digit() || c == '_');
    if !whole.starts_with(|c: char| c.is_ascii_digit())
        || !digits(whole)
        || !digits(fraction)
        || text.ends_with('.')
    {
        return Err(NumberFault::Malformed);
    }
    let fraction = fraction.replace('_', "");
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > places {
        return Err(NumberFault::TooFine);
    }
    format!("{}{fraction:0<places$}", whole.replace('_', "")).parse().map_err(|_| NumberFault::TooLarge)
}

/// Writes 1250 as `12.5` when two `places` are kept.
pub(crate) fn write_scaled(f: &mut fmt::Formatter<'_>, value: u32, places: u32) -> fmt::Result {
    let one = 10_u32.saturating_pow(places);
    let (whole, fraction) = (value / one, value % one);
    if fraction == 0 {
        return write!(f, "{whole}");
    }
    let digits = format!("{fraction:0width$}", width = places as usize);
    write!(f, "{whole}.{}", digits.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact() {
        assert_eq!(scaled("12.5", 2), Ok(1250));
        assert_eq!(scaled("12", 2), Ok(1200));
        assert_eq!(scaled("0.01", 2), Ok(1));
        assert_eq!(scaled("1_000.50", 1), Ok(10_005));
    }

    #[test]
    fn each_fault_has_its_name() {
        assert_eq!(scaled("0.001", 2), Err(NumberFault::TooFine));
        assert_eq!(scaled("99999999999", 2), Err(NumberFault::TooLarge));
        for text in ["", ".", "1.", ".5", "1.2.3", "1s", "٣"] {
            assert_eq!(scaled(text, 2), Err(NumberFault::Malformed), "{text}");
        }
    }
}
