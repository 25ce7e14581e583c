//! How many tests there were: the lines `test result: ok. 12 passed; 0 failed; 1 ignored; …`, added up.

use std::ops::AddAssign;

/// Tests, by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    pub(crate) ignored: usize,
}

impl Count {
    /// What one line of output adds.
    pub(crate) fn of(line: &str) -> Option<Self> {
        let result = line.trim().strip_prefix("test result: ")?;
        let mut count = Self::default();
        for part in result.split([';', '.']) {
            match part.trim().split_once(' ') {
                Some((number, "passed")) => count.passed = number.parse().ok()?,
                Some((number, "failed")) => count.failed = number.parse().ok()?,
                Some((number, "ignored")) => count.ignored = number.parse().ok()?,
                _ => {}
            }
        }
        Some(count)
    }
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.ignored += other.ignored;
    }
}

#[cfg(test)]
mod tests {
    use super::Count;

    #[test]
    fn a_result_line_is_counted() {
        let line = "test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.1s";
        assert_eq!(Count::of(line), Some(Count { passed: 12, failed: 3, ignored: 1 }));
    }

    #[test]
    fn any_other_line_is_not() {
        assert_eq!(Count::of("test band_12_a_circle_is_told ... ok"), None);
    }
}
