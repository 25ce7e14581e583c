//! Stand-in.
use std::time::Duration;

/// What becomes of an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It went well.
    Success,
    /// It failed.
    Failure,
    /// It does not count.
    Ignored,
}

/// Who judges.
pub trait Judge<R> {
    /// The verdict.
    fn verdict(&self, outcome: &R) -> Verdict;
    /// Whether it is repeated.
    fn retries(&self, outcome: &R) -> bool;
    /// When to come back.
    fn retry_after(&self, outcome: &R) -> Option<Duration>;
}
