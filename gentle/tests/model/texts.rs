//! The sentences that the model is held against: one row for each policy.
//!
//! Their times are multiples of a tick, or lie so between two that chance cannot move them over one: `open 45ms` is
//! from 40.5 to 49.5 ms. Nothing else in them is a matter of chance.

use gentle::policy::Key;

/// One policy and what it may be set to.
pub(crate) struct Row {
    pub(crate) key: Key,
    pub(crate) texts: &'static [&'static str],
}

pub(crate) const ROWS: [Row; 5] = [
    Row {
        key: Key::RateLimit,
        texts: &[
            "1/100ms",
            "2/100ms",
            "1/20ms burst 3",
            "3/100ms reject",
            "5/100ms wait 30ms",
            "1/50ms queue 2",
            "2/50ms wait 100ms queue 3",
            "1/s reject",
            "1/30ms and 4/200ms",
            "2/20ms and 5/300ms reject",
            "1/10ms burst 2 and 3/100ms wait 150ms",
            "2/100ms strict",
            "3/200ms strict reject",
            "1/50ms strict wait 120ms",
            "2/50ms and 5/300ms strict reject",
            "3/40ms and 4/400ms strict reject",
            "off",
        ],
    },
    Row {
        key: Key::Bulkhead,
        texts: &[
            "1",
            "2",
            "3",
            "1 queue 2",
            "2 queue 3 wait 50ms",
            "1 wait 30ms",
            "3 wait 100ms queue 1",
            "2 queue 9",
            "1 queue 5 lifo",
            "2 queue 4 wait 80ms lifo",
            "off",
        ],
    },
    Row {
        key: Key::Retry,
        texts: &[
            "const(20ms), 3 attempts",
            "now, 2 attempts",
            "list(10ms, 30ms)",
            "exp(10ms..40ms), 4 attempts, jitter off",
            "linear(10ms..30ms), 5 attempts, jitter off",
            "fib(10ms..50ms), 5 attempts, jitter off",
            "const(30ms), within 100ms",
            "exp(10ms..80ms), within 200ms, jitter off",
            "const(10ms), 4 attempts, budget 20% floor 1/s",
            "now, 3 attempts, budget 50% floor 1/500ms",
            "const(50ms), forever",
            "off",
        ],
    },
    Row {
        key: Key::CircuitBreaker,
        texts: &[
            "2 in a row, open 45ms within 30ms",
            "50% of 4 in 100ms, open 6500us..26ms within 20ms",
            "3 of 5, open 13ms, probe 2 of 3 within 20ms",
            "2 of 4 in 80ms or 3 in a row, open 45ms, probe 2 within 50ms",
            "50% over 20ms of 3, open 45ms within 40ms",
            "3 in 50ms, open 6500us..26ms, probe 1 of 2 within 30ms",
            "60% of 5 or 2 in a row, open 6500us..26ms, probe 3 of 4 within 100ms",
            "off",
        ],
    },
    Row {
        key: Key::Timeout,
        texts: &["100ms", "30ms each attempt", "200ms, 50ms each attempt", "50ms", "400ms", "off"],
    },
];

/// What no policy can be set to.
pub(crate) const BAD: [&str; 12] = [
    "",
    "0",
    "0/s",
    "-5/s",
    "NaN",
    "5/500",
    "1000000000000/s",
    "1e9",
    "brust 5",
    "1/s,, reject",
    "99999999999999999999d",
    "0% of 0 in 0s",
];
