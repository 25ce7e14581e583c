use std::time::Duration;

use crate::policy::retry::Schedule;
use crate::policy::{Backoff, Factor, Retry, Tries};

/// What a handler does unless it says otherwise: `exp(100ms..30s), 10 attempts`.
pub(super) const DEFAULT: Retry = Retry::new(Backoff::Exp {
    from: Duration::from_millis(100),
    to: Duration::from_secs(30),
    factor: Factor::DOUBLE,
})
.attempts(10);

/// How long to wait after `attempt` (from 1) has failed, `age` after the first one began; `None` when it was the
/// last.
pub(super) fn delay(retry: Option<&Retry>, attempt: u32, age: Duration) -> Option<Duration> {
    Schedule::resumed(retry?, attempt).next(age)
}

/// Whether there may be an attempt of this number at all.
pub(super) fn allows(retry: Option<&Retry>, attempt: u32) -> bool {
    match retry.map_or(Tries::Attempts(1), Retry::tries) {
        Tries::Attempts(most) => attempt <= most,
        Tries::Forever => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_attempt_has_no_delay_after_it() {
        let retry = Retry::new(Backoff::Now).attempts(3);
        assert_eq!(delay(Some(&retry), 2, Duration::ZERO), Some(Duration::ZERO));
        assert_eq!(delay(Some(&retry), 3, Duration::ZERO), None);
        assert!(allows(Some(&retry), 3) && !allows(Some(&retry), 4));
    }

    #[test]
    fn without_a_retry_there_is_one_attempt() {
        assert_eq!(delay(None, 1, Duration::ZERO), None);
        assert!(allows(None, 1) && !allows(None, 2));
    }
}
