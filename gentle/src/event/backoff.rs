use std::time::Duration;

use gentle_dsl::{Backoff, Factor, Jitter, Retry, Tries};

/// What a handler does unless it says otherwise: `exp(100ms..30s), 10 attempts`.
pub(super) const DEFAULT: Retry = Retry::new(Backoff::Exp {
    from: Duration::from_millis(100),
    to: Duration::from_secs(30),
    factor: Factor::DOUBLE,
})
.attempts(10);

/// How long to wait after `attempt` (from 1) has failed, `age` after the first one began; `None` when it was the
/// last.
pub(super) fn delay(retry: &Retry, attempt: u32, age: Duration) -> Option<Duration> {
    if !allows(retry, attempt.saturating_add(1)) {
        return None;
    }
    let delay = jittered(retry, attempt);
    let fits = retry.limit().is_none_or(|limit| age.saturating_add(delay) <= limit);
    fits.then_some(delay)
}

/// Whether there may be an attempt of this number at all.
pub(super) fn allows(retry: &Retry, attempt: u32) -> bool {
    match retry.tries() {
        Tries::Attempts(most) => attempt <= most,
        Tries::Forever => true,
    }
}

fn plain(backoff: &Backoff, attempt: u32) -> Duration {
    let nth = attempt.saturating_sub(1);
    match backoff {
        Backoff::Now => Duration::ZERO,
        Backoff::Const(delay) => *delay,
        Backoff::List(delays) => listed(delays.as_slice(), nth),
        Backoff::Linear { from, to } => from.saturating_mul(attempt).min(*to),
        Backoff::Fib { from, to } => fibonacci(*from, *to, nth),
        Backoff::Exp { from, to, factor } => grown(*from, *to, factor.as_f64(), nth),
    }
}

fn listed(delays: &[Duration], nth: u32) -> Duration {
    let nth = usize::try_from(nth).unwrap_or(usize::MAX);
    delays.get(nth).or(delays.last()).copied().unwrap_or_default()
}

fn fibonacci(from: Duration, to: Duration, nth: u32) -> Duration {
    let (mut delay, mut next) = (from, from);
    for _ in 0..nth {
        if delay >= to {
            break;
        }
        (delay, next) = (next, delay.saturating_add(next));
    }
    delay.min(to)
}

fn grown(from: Duration, to: Duration, factor: f64, nth: u32) -> Duration {
    let times = factor.powi(i32::try_from(nth).unwrap_or(i32::MAX));
    Duration::try_from_secs_f64(from.as_secs_f64() * times).map_or(to, |delay| delay.min(to))
}

fn jittered(retry: &Retry, attempt: u32) -> Duration {
    let delay = plain(&retry.backoff(), attempt);
    match retry.jittered() {
        Jitter::Off => delay,
        Jitter::Full => between(Duration::ZERO, delay),
        Jitter::Equal => between(delay / 2, delay),
        Jitter::Decorrelated => {
            let before = plain(&retry.backoff(), attempt.saturating_sub(1).max(1));
            between(retry.backoff().first(), before.saturating_mul(3)).min(retry.backoff().longest())
        }
        Jitter::Percent(share) => {
            let most = delay.mul_f64(share.as_ratio());
            between(delay.saturating_sub(most), delay.saturating_add(most))
        }
    }
}

fn between(low: Duration, high: Duration) -> Duration {
    low + high.saturating_sub(low).mul_f64(fastrand::f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn delays(backoff: Backoff) -> Vec<u128> {
        (1..=5).map(|attempt| plain(&backoff, attempt).as_millis()).collect()
    }

    #[test]
    fn each_back_off_grows_by_its_rule() {
        let (from, to) = (millis(10), millis(70));
        assert_eq!(delays(Backoff::Exp { from, to, factor: Factor::DOUBLE }), [10, 20, 40, 70, 70]);
        assert_eq!(delays(Backoff::Linear { from, to }), [10, 20, 30, 40, 50]);
        assert_eq!(delays(Backoff::Fib { from, to }), [10, 10, 20, 30, 50]);
        assert_eq!(delays(Backoff::Const(from)), [10; 5]);
        assert_eq!(delays(Backoff::Now), [0; 5]);
    }

    #[test]
    fn the_last_attempt_has_no_delay_after_it() {
        let retry = Retry::new(Backoff::Now).attempts(3);
        assert_eq!(delay(&retry, 2, Duration::ZERO), Some(Duration::ZERO));
        assert_eq!(delay(&retry, 3, Duration::ZERO), None);
    }

    #[test]
    fn a_delay_that_would_end_after_within_is_not_waited() {
        let retry = Retry::new(Backoff::Const(millis(500))).within(millis(900));
        assert_eq!(delay(&retry, 1, millis(400)), Some(millis(500)));
        assert_eq!(delay(&retry, 1, millis(401)), None);
    }

    #[test]
    fn jitter_stays_inside_its_bounds() {
        let retry = |jitter| Retry::new(Backoff::Const(millis(100))).forever().jitter(jitter);
        for _ in 0..200 {
            assert!(jittered(&retry(Jitter::Full), 1) <= millis(100));
            assert!((millis(50)..=millis(100)).contains(&jittered(&retry(Jitter::Equal), 1)));
        }
    }
}
