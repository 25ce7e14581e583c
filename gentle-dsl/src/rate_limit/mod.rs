//! `rate_limit`: so many calls in a period.

mod read;

use core::{fmt, time::Duration};

use crate::{
    each::{Each, write_each},
    key::Key,
    mistake::Mistakes,
    ready::Reach,
    sentence::Sentence,
    setting::Setting,
    value::{Few, Rate},
    waiting::{Order, Turn, Waiting, write_order},
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
    windows: Few<Rate, { Self::WINDOWS }>,
    burst: u32,
    strict: bool,
    waiting: Waiting,
    order: Order,
    each: Option<Each>,
}

impl RateLimit {
    /// How many rates there can be at once.
    pub const WINDOWS: usize = 4;

    /// `count` calls per `per`, in bursts of `count`; what comes too early waits its turn without bound.
    pub const fn new(count: u32, per: Duration) -> Self {
        let rate = Rate { count, per };
        Self {
            windows: Few::none(rate).and(rate),
            burst: count,
            strict: false,
            waiting: Waiting::Turn(Turn::UNBOUNDED),
            order: Order::Fifo,
            each: None,
        }
    }

    /// And at most `count` calls per `per`: a call is admitted by all rates or by none. There is room for 4;
    /// [`check`](Sentence::check) reports more.
    pub const fn and(mut self, count: u32, per: Duration) -> Self {
        self.windows = self.windows.and(Rate { count, per });
        self
    }

    /// Exact: in no period of this length there are more calls, wherever it begins.
    pub const fn strict(mut self) -> Self {
        self.strict = true;
        self
    }

    /// The newest of those that wait is served first.
    pub const fn lifo(mut self) -> Self {
        self.order = Order::Lifo;
        self
    }

    /// A separate limit for each key.
    pub const fn each(mut self, each: Each) -> Self {
        self.each = Some(each);
        self
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

    /// What would wait longer than this is refused at once; the queue holds what the first rate serves in that time, or as many as [`queue`](Self::queue)
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

    /// How many calls in the period of the first rate.
    pub const fn count(&self) -> u32 {
        self.rate().count
    }

    /// The period of the first rate.
    pub const fn per(&self) -> Duration {
        self.rate().per
    }

    /// The first rate.
    pub const fn rate(&self) -> Rate {
        *self.windows.first()
    }

    /// All rates, at least one.
    pub const fn windows(&self) -> &[Rate] {
        self.windows.as_slice()
    }

    /// Whether the rates are exact.
    pub const fn is_strict(&self) -> bool {
        self.strict
    }

    /// Who of those that wait is served first.
    pub const fn order(&self) -> Order {
        self.order
    }

    /// What there is a separate limit for.
    pub const fn keyed(&self) -> Option<Each> {
        self.each
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
        self.rate().interval()
    }

    /// How many calls the rate serves in `within`, at least one.
    #[allow(clippy::cast_possible_truncation, reason = "compared with the largest one before")]
    const fn fits_in(&self, within: Duration) -> u32 {
        let period = self.rate().per.as_nanos();
        let served = within.as_nanos().saturating_mul(self.rate().count as u128);
        match served.checked_div(period) {
            Some(calls @ 1..=0xffff_ffff) => calls as u32,
            Some(0) => 1,
            _ => u32::MAX,
        }
    }
}

impl Sentence for RateLimit {
    const KEY: Key = Key::RateLimit;

    fn parse_as(reach: Reach, text: &str) -> Result<Setting<Self>, Mistakes> {
        read::GRAMMAR.parse_setting(reach, text, &read::HEAD, read::rate_limit)
    }
}

impl fmt::Display for RateLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, rate) in self.windows.shown().enumerate() {
            let and = if index == 0 { "" } else { " and " };
            write!(f, "{and}{rate}")?;
        }
        let strict = if self.strict { ", strict" } else { "" };
        write!(f, ", burst {}{strict}, {}", self.burst, self.waiting)?;
        write_order(f, self.waiting, self.order)?;
        write_each(f, self.each)
    }
}
