use std::time::Duration;

use gentle_dsl::{Backoff, Jitter, Retry, Tries};

/// How long to wait after `attempt` (from 1) has failed, `elapsed` after the first began and `last` having been the
/// delay before; `None` when that was the last attempt.
///
/// A sentence's budget means nothing here: there is no other traffic to share it with.
pub(super) fn delay(retry: &Retry, attempt: u32, elapsed: Duration, last: Duration) -> Option<Duration> {
    if matches!(retry.tries(), Tries::Attempts(most) if attempt >= most) {
        return None;
    }
    let delay = jittered(retry, plain(&retry.backoff(), attempt), last);
    let fits = retry.limit().is_none_or(|limit| elapsed.saturating_add(delay) <= limit);
    fits.then_some(delay)
}

fn plain(backoff: &Backoff, attempt: u32) -> Duration {
    match *backoff {
        Backoff::Now => Duration::ZERO,
        Backoff::Const(delay) => delay,
        Backoff::List(delays) => nth(delays.as_slice(), attempt),
        Backoff::Linear { from, to } => from.saturating_mul(attempt).min(to),
        Backoff::Fib { from, to } => from.saturating_mul(fibonacci(attempt)).min(to),
        Backoff::Exp { from, to, factor } => grown(from, factor.as_f64(), attempt).min(to),
    }
}

fn nth(delays: &[Duration], attempt: u32) -> Duration {
    let at = usize::try_from(attempt.saturating_sub(1)).unwrap_or(usize::MAX);
    delays.get(at).or(delays.last()).copied().unwrap_or_default()
}

fn fibonacci(n: u32) -> u32 {
    let (mut now, mut next) = (0_u32, 1_u32);
    // Past the 47th it no longer fits and stays at the most.
    for _ in 0..n.min(48) {
        (now, next) = (next, now.saturating_add(next));
    }
    now
}

fn grown(from: Duration, factor: f64, attempt: u32) -> Duration {
    let times = i32::try_from(attempt.saturating_sub(1)).unwrap_or(i32::MAX);
    scaled(from, factor.powi(times))
}

fn scaled(delay: Duration, by: f64) -> Duration {
    Duration::try_from_secs_f64(delay.as_secs_f64() * by).unwrap_or(Duration::MAX)
}

fn jittered(retry: &Retry, delay: Duration, last: Duration) -> Duration {
    match retry.jittered() {
        Jitter::Off => delay,
        Jitter::Full => scaled(delay, fastrand::f64()),
        Jitter::Equal => scaled(delay, fastrand::f64().mul_add(0.5, 0.5)),
        Jitter::Decorrelated => decorrelated(&retry.backoff(), last),
        Jitter::Percent(percent) => {
            scaled(delay, percent.as_ratio().mul_add(fastrand::f64().mul_add(2.0, -1.0), 1.0))
        }
    }
}

fn decorrelated(backoff: &Backoff, last: Duration) -> Duration {
    let first = backoff.first();
    let span = last.saturating_mul(3).max(first).saturating_sub(first);
    first.saturating_add(scaled(span, fastrand::f64())).min(backoff.longest())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delays(retry: &Retry, count: u32) -> Vec<Option<u128>> {
        let delay = |attempt| delay(retry, attempt, Duration::ZERO, Duration::ZERO);
        (1..=count).map(|attempt| delay(attempt).map(|delay| delay.as_millis())).collect()
    }

    #[test]
    fn band_22_three_attempts_are_two_delays_and_each_doubles() {
        let ms = Duration::from_millis;
        let retry =
            Retry::new(Backoff::Exp { from: ms(100), to: ms(10_000), factor: gentle_dsl::Factor::DOUBLE })
                .jitter(Jitter::Off);
        assert_eq!(delays(&retry.attempts(3), 3), [Some(100), Some(200), None]);
        assert_eq!(delays(&retry.forever(), 9)[8], Some(10_000));
    }

    #[test]
    fn a_delay_that_would_end_too_late_is_not_slept() {
        let (two, none) = (Duration::from_secs(2), Duration::ZERO);
        let retry = Retry::new(Backoff::Const(two)).within(Duration::from_secs(5));
        assert_eq!(delay(&retry, 1, Duration::from_secs(3), none), Some(two));
        assert_eq!(delay(&retry, 2, Duration::from_secs(4), none), None);
    }

    #[test]
    fn fibonacci_delays_are_sums_of_the_two_before() {
        assert_eq!([1, 2, 3, 4, 5].map(fibonacci), [1, 1, 2, 3, 5]);
        assert_eq!(fibonacci(u32::MAX), u32::MAX);
    }
}
