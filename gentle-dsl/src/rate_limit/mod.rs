//! `rate_limit`: so many calls in a period.

mod read;

use core::{fmt, time::Duration};

use crate::{
    key::Key,
    mistake::Mistakes,
    sentence::Sentence,
    setting::Setting,
    value::Rate,
    waiting::{Turn, Waiting},
};

/// So many calls in a period: `5/500ms`, `100/s burst 10 wait 2s`.
///
/// Unless it says otherwise, the burst is the count of the rate, and callers wait their turn as long as their timeout or deadline allows.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use gentle_dsl::{RateLimit, Sentence};
///
/// const LIMIT: RateLimit = RateLimit::new(5, Duration::from_millis(500)).burst(10).wait(Duration::from_secs(2));
///
/// assert_eq!(RateLimit::parse("5/500ms burst 10 wait 2s")?.on(), Some(LIMIT));
/// assert_eq!(LIMIT.to_string(), "5/500ms, burst 10, wait 2s, queue 20");
/// # Ok::<(), gentle_dsl::Mistakes>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RateLimit {
    rate: Rate,
    burst: u32,
    waiting: Waiting,
}

impl RateLimit {
    /// `count` calls per `per`, in bursts of `count`; what comes too early waits its turn without bound.
    pub const fn new(count: u32, per: Duration) -> Self {
        Self { rate: Rate { count, per }, burst: count, waiting: Waiting::Turn(Turn::UNBOUNDED) }
    }

    /// So many calls may come at once after a quiet time.
    pub const fn burst(mut self, burst: u32) -> Self {
        self.burst = burst;
        self
    }

    /// What happens to a call that comes too early.
    ///
    /// A bounded wait without a queue gets the queue that fits in it, as in a sentence.
    pub const fn waiting(mut self, waiting: Waiting) -> Self {
        self.waiting = match waiting {
            Waiting::Turn(Turn { within: Some(within), queue: None }) => {
                Waiting::Turn(Turn { within: Some(within), queue: Some(self.fits_in(within)) })
            }
            other => other,
        };
        self
    }

    /// What comes too early is refused at once.
    pub const fn reject(self) -> Self {
        self.waiting(Waiting::Reject)
    }

    /// What would wait longer than this is refused at once; the queue holds what the rate serves in that time, or as many as [`queue`](Self::queue)
    /// said before.
    pub const fn wait(self, within: Duration) -> Self {
        let queue = match self.waiting {
            Waiting::Turn(Turn { within: None, queue }) => queue,
            _ => None,
        };
        self.waiting(Waiting::Turn(Turn { within: Some(within), queue }))
    }

    /// So many calls may wait at a time, as long as each one's timeout or deadline allows, or as long as [`wait`](Self::wait) said before.
    pub const fn queue(self, queue: u32) -> Self {
        let within = match self.waiting {
            Waiting::Reject => None,
            Waiting::Turn(turn) => turn.within,
        };
        self.waiting(Waiting::Turn(Turn { within, queue: Some(queue) }))
    }

    /// How many calls in the period.
    pub const fn count(&self) -> u32 {
        self.rate.count
    }

    /// The period.
    pub const fn per(&self) -> Duration {
        self.rate.per
    }

    /// The rate itself.
    pub const fn rate(&self) -> Rate {
        self.rate
    }

    /// How many calls may come at once after a quiet time.
    pub const fn capacity(&self) -> u32 {
        self.burst
    }

    /// What happens to a call that comes too early.
    pub const fn waits(&self) -> Waiting {
        self.waiting
    }

    /// The time from one call to the next, to the nanosecond below and never zero.
    pub const fn interval(&self) -> Duration {
        self.rate.interval()
    }

    /// How many calls the rate serves in `within`, at least one.
    #[allow(clippy::cast_possible_truncation, reason = "compared with the largest one before")]
    const fn fits_in(&self, within: Duration) -> u32 {
        let period = self.rate.per.as_nanos();
        let served = within.as_nanos().saturating_mul(self.rate.count as u128);
        match served.checked_div(period) {
            Some(calls @ 1..=0xffff_ffff) => calls as u32,
            Some(0) => 1,
            _ => u32::MAX,
        }
    }
}

impl Sentence for RateLimit {
    const KEY: Key = Key::RateLimit;

    fn parse(text: &str) -> Result<Setting<Self>, Mistakes> {
        read::GRAMMAR.parse_setting(text, &read::HEAD, read::rate_limit)
    }
}

impl fmt::Display for RateLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, burst {}, {}", self.rate, self.burst, self.waiting)
    }
}
