use std::time::Duration;

use gentle_dsl::{Backoff, Jitter, Retry, Tries};

/// The delays between the attempts of one call, one after the other.
///
/// It reads no clock and owns no timer: the time since the first attempt began is an argument, so the same
/// schedule serves calls, event handlers and the start of services.
///
/// # Examples
///
/// ```
/// use gentle::policy::retry::{Retry, Schedule};
/// use gentle::policy::Sentence;
/// use std::time::Duration;
///
/// let retry = Retry::parse("exp(100ms..1s), 5 attempts, jitter off")?.on().expect("is on");
/// let mut schedule = Schedule::new(&retry);
/// let delays: Vec<_> = std::iter::from_fn(|| schedule.next(Duration::ZERO)).map(|d| d.as_millis()).collect();
/// assert_eq!(delays, [100, 200, 400, 800]);
/// # Ok::<(), gentle::policy::Mistakes>(())
/// ```
#[derive(Clone, Debug)]
pub struct Schedule {
    backoff: Backoff,
    jitter: Jitter,
    within: Option<Duration>,
    attempts: Option<u32>,
    made: u32,
    last: Duration,
}

impl Schedule {
    /// The schedule of a call whose first attempt is made.
    pub const fn new(retry: &Retry) -> Self {
        let attempts = match retry.tries() {
            Tries::Attempts(attempts) => Some(attempts),
            Tries::Forever => None,
        };
        Self {
            backoff: retry.backoff(),
            jitter: retry.jittered(),
            within: retry.limit(),
            attempts,
            made: 1,
            last: Duration::ZERO,
        }
    }

    /// The schedule of a call that has made `attempts` already, perhaps in another process.
    pub const fn resumed(retry: &Retry, attempts: u32) -> Self {
        let mut schedule = Self::new(retry);
        schedule.made = attempts;
        schedule
    }

    /// How long to wait before the next attempt, `elapsed` after the first one began; `None` when no attempt is
    /// left. A delay that would end after `within` is not given.
    pub fn next(&mut self, elapsed: Duration) -> Option<Duration> {
        self.next_with(elapsed, fastrand::f64)
    }

    /// [`next`](Self::next) after a refusal that said when to come back: not before `hint`. `None` also when that is
    /// beyond the ceiling of the back-off: who says `exp(100ms..10s)` does not want to wait an hour.
    pub fn next_after(&mut self, elapsed: Duration, hint: Duration) -> Option<Duration> {
        self.draw(elapsed, hint, fastrand::f64)
    }

    /// [`next`](Self::next) with a source of chance, from 0 to below 1, of the caller's choice.
    pub fn next_with(&mut self, elapsed: Duration, chance: impl Fn() -> f64) -> Option<Duration> {
        self.draw(elapsed, Duration::ZERO, chance)
    }

    fn draw(&mut self, elapsed: Duration, hint: Duration, chance: impl Fn() -> f64) -> Option<Duration> {
        if self.attempts.is_some_and(|attempts| self.made >= attempts) || hint > self.cap() {
            return None;
        }
        let jittered = self.jittered(chance());
        let delay = jittered.max(hint);
        if self.within.is_some_and(|within| elapsed.saturating_add(delay) > within) {
            return None;
        }
        self.made = self.made.saturating_add(1);
        self.last = jittered;
        Some(delay)
    }

    /// How many attempts have been made or are about to be.
    pub const fn attempts(&self) -> u32 {
        self.made
    }

    fn jittered(&self, chance: f64) -> Duration {
        let delay = self.plain();
        match self.jitter {
            Jitter::Off => delay,
            Jitter::Full => scale(delay, chance),
            Jitter::Equal => (delay / 2).saturating_add(scale(delay / 2, chance)),
            Jitter::Decorrelated => self.decorrelated(chance),
            Jitter::Percent(percent) => {
                let factor = 1.0 + percent.as_ratio() * (2.0 * chance - 1.0);
                scale(delay, factor).min(self.cap())
            }
        }
    }

    // "Decorrelated jitter" of Brooker, Exponential Backoff and Jitter, 2015: between the first delay and three
    // times the last one. Without a ceiling that would grow for ever, so there it is three times the plain delay.
    fn decorrelated(&self, chance: f64) -> Duration {
        let first = self.first();
        let widest = self.last.max(first).saturating_mul(3);
        let cap =
            self.cap().min(if self.backoff.grows() { Duration::MAX } else { self.plain().saturating_mul(3) });
        first.saturating_add(scale(widest.saturating_sub(first), chance)).min(cap)
    }

    fn plain(&self) -> Duration {
        let before = self.made.saturating_sub(1);
        match self.backoff {
            Backoff::Now => Duration::ZERO,
            Backoff::Const(delay) => delay,
            Backoff::List(delays) => {
                let delays = delays.as_slice();
                delays.get(before as usize).or(delays.last()).copied().unwrap_or_default()
            }
            Backoff::Linear { from, to } => from.saturating_mul(self.made).min(to),
            Backoff::Fib { from, to } => from.saturating_mul(fibonacci(self.made)).min(to),
            Backoff::Exp { from, to, factor } => {
                let exponent = i32::try_from(before).unwrap_or(i32::MAX);
                scale(from, factor.as_f64().powi(exponent)).min(to)
            }
        }
    }

    fn first(&self) -> Duration {
        Self { made: 1, ..self.clone() }.plain()
    }

    // What has no ceiling of its own may be jittered above itself.
    fn cap(&self) -> Duration {
        match self.backoff {
            Backoff::Linear { to, .. } | Backoff::Fib { to, .. } | Backoff::Exp { to, .. } => to,
            Backoff::Now | Backoff::Const(_) | Backoff::List(_) => Duration::MAX,
        }
    }
}

fn scale(duration: Duration, factor: f64) -> Duration {
    Duration::try_from_secs_f64(duration.as_secs_f64() * factor).unwrap_or(Duration::MAX)
}

// 1, 1, 2, 3, 5, …
fn fibonacci(nth: u32) -> u32 {
    let (mut this, mut next) = (1_u32, 1_u32);
    for _ in 1..nth.min(48) {
        (this, next) = (next, this.saturating_add(next));
    }
    this
}

#[cfg(test)]
mod tests {
    use super::*;
    use gentle_dsl::Sentence;

    fn delays(text: &str, chance: f64) -> Vec<u128> {
        let retry = Retry::parse(text).unwrap().on().unwrap();
        let mut schedule = Schedule::new(&retry);
        std::iter::from_fn(|| schedule.next_with(Duration::ZERO, || chance))
            .take(10)
            .map(|delay| delay.as_millis())
            .collect()
    }

    #[test]
    fn linear_grows_by_its_first_delay() {
        assert_eq!(delays("linear(100ms..250ms), 5 attempts, jitter off", 0.0), [100, 200, 250, 250]);
    }

    #[test]
    fn fib_grows_like_fibonacci() {
        assert_eq!(delays("fib(10ms..1s), 8 attempts, jitter off", 0.0), [10, 10, 20, 30, 50, 80, 130]);
    }

    #[test]
    fn list_gives_each_delay_once() {
        assert_eq!(delays("list(10ms, 100ms, 1s)", 0.0), [10, 100, 1000]);
    }

    #[test]
    fn now_does_not_wait() {
        assert_eq!(delays("now", 0.9), [0, 0]);
    }

    #[test]
    fn full_jitter_reaches_from_nothing_to_the_whole_delay() {
        assert_eq!(delays("exp(100ms..1s), 3 attempts", 0.0), [0, 0]);
        assert_eq!(delays("exp(100ms..1s), 3 attempts", 0.5), [50, 100]);
    }

    #[test]
    fn equal_jitter_keeps_half_of_the_delay() {
        assert_eq!(delays("exp(100ms..1s), 3 attempts, jitter equal", 0.5), [75, 150]);
    }

    #[test]
    fn decorrelated_jitter_stays_between_the_first_delay_and_the_cap() {
        assert_eq!(delays("exp(100ms..400ms), 5 attempts, jitter decorrelated", 0.0), [100, 100, 100, 100]);
        let high = delays("exp(100ms..400ms), 4 attempts, jitter decorrelated", 0.999_999);
        assert_eq!(high, [299, 400, 400]);
    }

    #[test]
    fn decorrelated_jitter_of_a_constant_delay_does_not_grow_for_ever() {
        assert_eq!(delays("const(100ms), 6 attempts, jitter decorrelated", 0.999_999_999), [300; 5]);
    }

    #[test]
    fn a_refusal_that_says_when_is_heeded_up_to_the_ceiling_and_within_the_time() {
        let next = |text: &str, hint| {
            let retry = Retry::parse(text).unwrap().on().unwrap();
            Schedule::new(&retry).next_after(Duration::ZERO, Duration::from_millis(hint))
        };
        assert_eq!(next("const(100ms)", 40), Some(Duration::from_millis(100)));
        assert_eq!(next("const(100ms)", 4_000), Some(Duration::from_secs(4)));
        assert_eq!(next("const(100ms), within 3s", 4_000), None);
        assert_eq!(next("exp(100ms..4s)", 4_000), Some(Duration::from_secs(4)));
        assert_eq!(next("exp(100ms..4s)", 4_001), None);
    }

    #[test]
    fn the_longest_delay_is_jittered_without_overflow() {
        for jitter in
            [Jitter::Full, Jitter::Equal, Jitter::Decorrelated, Jitter::Percent(gentle_dsl::Percent::WHOLE)]
        {
            let retry = Retry::new(Backoff::Const(Duration::MAX)).forever().jitter(jitter);
            for chance in [0.0, 0.5, 1.0] {
                assert!(Schedule::new(&retry).next_with(Duration::ZERO, || chance).is_some());
            }
        }
    }

    #[test]
    fn a_schedule_resumes_where_another_process_left_it() {
        let retry = Retry::parse("exp(100ms..1s), 4 attempts, jitter off").unwrap().on().unwrap();
        let mut schedule = Schedule::resumed(&retry, 3);
        assert_eq!(schedule.next(Duration::ZERO), Some(Duration::from_millis(400)));
        assert_eq!(schedule.next(Duration::ZERO), None);
    }

    #[test]
    fn an_endless_back_off_never_overflows() {
        let retry = Retry::parse("exp(1h..365d, x100), forever, jitter off").unwrap().on().unwrap();
        let mut schedule = Schedule::resumed(&retry, u32::MAX - 1);
        assert!(schedule.next(Duration::ZERO).is_some());
        assert!(schedule.next(Duration::ZERO).is_some());
    }
}
