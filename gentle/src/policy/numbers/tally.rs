use std::sync::atomic::{AtomicU64, Ordering};

use gentle_dsl::Key;

use super::Numbers;
use crate::policy::Ending;

/// The counters off the way of a call that succeeds at its first attempt: those are counted elsewhere.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Successes that nobody else has counted.
    succeeded: AtomicU64,
    failed: AtomicU64,
    ignored: AtomicU64,
    refused: AtomicU64,
    cancelled: AtomicU64,
    /// Calls of the operation beyond one for each success.
    attempts: AtomicU64,
    retries: AtomicU64,
    /// Successes that somebody else has counted and that were none.
    taken_back: AtomicU64,
    refusals: [AtomicU64; Key::ALL.len()],
}

impl Tally {
    /// Notes the end of a call that has called its operation so many times.
    pub(crate) fn ended(&self, ending: Ending, attempts: u32) {
        let (counter, own) = match ending {
            Ending::Ok => (&self.succeeded, 1),
            Ending::Failed => (&self.failed, 0),
            Ending::Ignored => (&self.ignored, 0),
            Ending::Refused => (&self.refused, 0),
            Ending::Cancelled => (&self.cancelled, 0),
        };
        add(counter, 1);
        add(&self.attempts, u64::from(attempts).saturating_sub(own));
    }

    /// Notes that a success, which somebody else has counted, took so many attempts.
    pub(crate) fn repeated(&self, attempts: u32) {
        add(&self.attempts, u64::from(attempts).saturating_sub(1));
    }

    /// Notes that a success, which somebody else has counted, was not the end of its call.
    pub(crate) fn taken_back(&self) {
        add(&self.taken_back, 1);
    }

    /// Notes that the delay before an attempt is over.
    pub(crate) fn retried(&self) {
        add(&self.retries, 1);
    }

    /// Notes that a policy has refused an attempt.
    pub(crate) fn refused(&self, policy: Key) {
        add(&self.refusals[policy as usize], 1);
    }

    /// What was counted, with the successes that others have.
    pub(crate) fn numbers(&self, succeeded_at_once: u64) -> Numbers {
        let counted = succeeded_at_once.saturating_sub(read(&self.taken_back));
        let succeeded = counted + read(&self.succeeded);
        let (failed, ignored) = (read(&self.failed), read(&self.ignored));
        let (refused, cancelled) = (read(&self.refused), read(&self.cancelled));
        let refusals = Key::ALL.into_iter().zip(&self.refusals).map(|(key, count)| (key, read(count)));
        Numbers {
            calls: succeeded + failed + ignored + refused + cancelled,
            succeeded,
            failed,
            ignored,
            refused,
            cancelled,
            attempts: succeeded + read(&self.attempts),
            retries: read(&self.retries),
            refusals: refusals.filter(|(_, count)| *count > 0).collect(),
            latency: None,
        }
    }
}

fn add(counter: &AtomicU64, count: u64) {
    counter.fetch_add(count, Ordering::Relaxed);
}

fn read(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_and_every_attempt_is_counted_once() {
        let tally = Tally::default();
        let at_once = 7;
        tally.ended(Ending::Failed, 3);
        tally.ended(Ending::Refused, 0);
        tally.ended(Ending::Cancelled, 1);
        tally.ended(Ending::Ok, 2);
        tally.refused(Key::Chaos);
        tally.refused(Key::RateLimit);
        tally.refused(Key::RateLimit);
        tally.retried();
        let numbers = tally.numbers(at_once);
        assert_eq!((numbers.calls, numbers.succeeded, numbers.failed), (11, 8, 1));
        assert_eq!((numbers.refused, numbers.cancelled), (1, 1));
        assert_eq!((numbers.attempts, numbers.retries), (7 + 3 + 1 + 2, 1));
        assert_eq!(numbers.refusals, [(Key::RateLimit, 2), (Key::Chaos, 1)]);
    }
}
