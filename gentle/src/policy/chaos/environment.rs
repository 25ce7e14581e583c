use std::ffi::OsStr;
use std::sync::OnceLock;

const VARIABLE: &str = "GENTLE_CHAOS";

/// The number with which things happen in this process, if they do: what the variable said when somebody first looked.
pub(super) fn seed() -> Option<u64> {
    static SEED: OnceLock<Option<u64>> = OnceLock::new();
    *SEED.get_or_init(|| {
        let seed = std::env::var_os(VARIABLE).and_then(|value| read(&value));
        if let Some(seed) = seed {
            tracing::warn!(seed, "chaos is on: calls fail on purpose, {VARIABLE}={seed} does the same again");
        }
        seed
    })
}

fn read(value: &OsStr) -> Option<u64> {
    let value = value.to_string_lossy().trim().to_lowercase();
    match value.as_str() {
        "" | "0" | "off" | "false" => None,
        value => Some(value.parse().unwrap_or_else(|_| fastrand::u64(1..))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_seed_a_word_is_any_and_some_words_mean_no() {
        assert_eq!(read(OsStr::new(" 42 ")), Some(42));
        assert!(read(OsStr::new("on")).is_some());
        for no in ["", " ", "0", "off", "OFF", "false"] {
            assert_eq!(read(OsStr::new(no)), None, "{no}");
        }
    }
}
