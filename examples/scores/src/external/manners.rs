//! What the service answers: a pure function of the calls so far and the time.

use std::time::Duration;

use super::token_bucket::TokenBucket;

/// Calls taken at once.
const BURST: u32 = 6;
/// Calls taken a second, in the long run.
const PER_SECOND: u32 = 12;
/// One accepted call in so many fails.
const FAILS_EVERY: u64 = 5;
/// One accepted call in so many is left hanging: the `HANGS_AT`th of each round.
const HANGS_EVERY: u64 = 25;
/// Early, so that a short run meets it too; not a multiple of [`FAILS_EVERY`].
const HANGS_AT: u64 = 13;

/// What becomes of one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// 500, for no reason.
    Failed,
    /// Silence.
    Hung,
    /// 200, and the score.
    Ok,
    /// 429: too many calls.
    Throttled,
}

/// The bad manners. They are even rather than random, so that every run meets all of them.
#[derive(Debug)]
pub(super) struct Manners {
    bucket: TokenBucket,
    accepted: u64,
}

impl Manners {
    /// The manners towards somebody who has already made `accepted` calls, long ago.
    pub(super) fn after(accepted: u64) -> Self {
        Self { bucket: TokenBucket::new(BURST, Duration::from_secs(1) / PER_SECOND), accepted }
    }

    /// Decides about a call that arrives at `now`; the limit comes first, so a throttled call is not counted.
    pub(super) fn decide(&mut self, now: Duration) -> Answer {
        if !self.bucket.take(now) {
            return Answer::Throttled;
        }
        self.accepted += 1;
        match self.accepted {
            n if n % FAILS_EVERY == 0 => Answer::Failed,
            n if n % HANGS_EVERY == HANGS_AT => Answer::Hung,
            _ => Answer::Ok,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The answers to `calls` calls, one every `gap`.
    fn answers(calls: u32, gap: Duration) -> Vec<Answer> {
        let mut manners = Manners::after(0);
        (0..calls).map(|call| manners.decide(gap * call)).collect()
    }

    fn count(answers: &[Answer], wanted: Answer) -> usize {
        answers.iter().filter(|answer| **answer == wanted).count()
    }

    #[test]
    fn a_polite_caller_is_never_throttled() {
        assert_eq!(count(&answers(1000, Duration::from_millis(100)), Answer::Throttled), 0);
    }

    #[test]
    fn beyond_the_burst_calls_are_throttled() {
        let answers = answers(10, Duration::ZERO);

        assert_eq!(count(&answers, Answer::Throttled), 4);
        assert!(answers[6..].iter().all(|answer| *answer == Answer::Throttled));
    }

    #[test]
    fn a_hasty_caller_gets_twelve_a_second() {
        let answers = answers(10_000, Duration::from_millis(1));

        let accepted = answers.len() - count(&answers, Answer::Throttled);
        assert!((125..=126).contains(&accepted), "6 at once and 12 in each of 10 seconds, not {accepted}");
    }

    #[test]
    fn one_accepted_call_in_five_fails() {
        let answers = answers(100, Duration::from_millis(100));

        assert_eq!(count(&answers, Answer::Failed), 20);
        assert!(answers.chunks(5).all(|five| count(five, Answer::Failed) == 1));
    }

    #[test]
    fn one_accepted_call_in_twenty_five_hangs() {
        let answers = answers(100, Duration::from_millis(100));

        assert!(answers.chunks(25).all(|round| count(round, Answer::Hung) == 1));
    }
}
