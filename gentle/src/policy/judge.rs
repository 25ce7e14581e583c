use std::time::Duration;

use super::Outcome;

/// Whose fault it was, if anybody's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It went well.
    Success,
    /// What was called failed: a circuit breaker counts it, a retry repeats it.
    Failure,
    /// It is an error, and not one of what was called: nobody counts it.
    Ignored,
}

/// Tells policies what to make of the outcome of an attempt.
///
/// [`ByOutcome`] does where nobody says otherwise. What a policy itself refuses never comes before a judge.
pub trait Judge<R> {
    /// Whether it is [`ByOutcome`]: the verdict says all there is to say, and what is made of a refusal is a failure.
    #[doc(hidden)]
    const PLAIN: bool = false;

    /// Whose fault it was: what a circuit breaker counts.
    fn verdict(&self, outcome: &R) -> Verdict;

    /// Whether a retry repeats it.
    fn retries(&self, outcome: &R) -> bool {
        self.verdict(outcome) == Verdict::Failure
    }

    /// Whether a retry repeats an attempt that was cut off when its time was up, which is a failure in any case.
    fn retries_cut_off(&self, outcome: &R) -> bool {
        self.retries(outcome)
    }

    /// How long the other side asks to be left alone: a retry heeds it, and it closes the rate limit for so long.
    fn retry_after(&self, outcome: &R) -> Option<Duration> {
        let _ = outcome;
        None
    }
}

impl<R, J: Judge<R>> Judge<R> for &J {
    const PLAIN: bool = J::PLAIN;

    #[inline]
    fn verdict(&self, outcome: &R) -> Verdict {
        J::verdict(self, outcome)
    }

    #[inline]
    fn retries(&self, outcome: &R) -> bool {
        J::retries(self, outcome)
    }

    #[inline]
    fn retries_cut_off(&self, outcome: &R) -> bool {
        J::retries_cut_off(self, outcome)
    }

    #[inline]
    fn retry_after(&self, outcome: &R) -> Option<Duration> {
        J::retry_after(self, outcome)
    }
}

/// Goes by what the return type says: an error is a failure.
#[derive(Clone, Copy, Debug, Default)]
pub struct ByOutcome;

impl<R: Outcome> Judge<R> for ByOutcome {
    const PLAIN: bool = true;

    #[inline]
    fn verdict(&self, outcome: &R) -> Verdict {
        if outcome.is_failure() { Verdict::Failure } else { Verdict::Success }
    }
}
