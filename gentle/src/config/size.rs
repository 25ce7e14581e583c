const UNITS: [(&str, u64); 7] = [
    ("B", 1),
    ("KB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
];

/// Bytes from `64KiB`; the error is the word on the mistake.
pub(crate) fn parse(text: &str) -> Result<u64, &'static str> {
    let digits = text.find(|letter: char| !letter.is_ascii_digit() && letter != '_').unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: u64 =
        number.replace('_', "").parse().map_err(|_| "a number of bytes, for example `64KiB`")?;
    let factor = if unit.is_empty() { Some(1) } else { factor(unit) };
    let factor = factor.ok_or("known units: B, KB, MB, GB, KiB, MiB, GiB")?;
    number.checked_mul(factor).ok_or("more than a computer can hold")
}

fn factor(unit: &str) -> Option<u64> {
    UNITS.iter().find(|(name, _)| *name == unit).map(|(_, factor)| *factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_their_units() {
        assert_eq!(parse("512"), Ok(512));
        assert_eq!(parse("1_000B"), Ok(1_000));
        assert_eq!(parse("64KiB"), Ok(65_536));
        assert_eq!(parse("2GB"), Ok(2_000_000_000));
    }

    #[test]
    fn wrong_sizes_say_what_is_known() {
        assert_eq!(parse("64k"), Err("known units: B, KB, MB, GB, KiB, MiB, GiB"));
        assert_eq!(parse("64 KiB"), Err("known units: B, KB, MB, GB, KiB, MiB, GiB"));
        assert_eq!(parse("many"), Err("a number of bytes, for example `64KiB`"));
        assert_eq!(parse("99999999999GiB"), Err("more than a computer can hold"));
    }
}
