use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{Error, Kind};
use crate::time::{Instant, Wall, now, wall};

/// Which event: 128 bits, unique over processes, and in the order of dispatch within one.
///
/// The first 48 bits are milliseconds since 1970, the next 16 count within the millisecond, the last 64 are
/// random. It prints as 32 hexadecimal digits, which sort as the ids do.
///
/// # Examples
///
/// ```
/// use gentle::event::Id;
///
/// let first = Id::new();
/// let second = Id::new();
/// assert!(first < second);
/// assert_eq!(first.to_string().parse::<Id>()?, first);
/// # Ok::<(), gentle::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(u128);

const COUNTER_BITS: u32 = 16;

impl Id {
    /// An id that did not exist before.
    #[allow(clippy::new_without_default, reason = "a default that differs each time would surprise")]
    pub fn new() -> Self {
        Self::at(now())
    }

    /// The id as a number.
    pub const fn as_u128(self) -> u128 {
        self.0
    }

    /// The id with this number: how a back end reads back what it wrote.
    pub const fn from_u128(number: u128) -> Self {
        Self(number)
    }

    /// When the event was dispatched, to the millisecond.
    pub const fn dispatched(self) -> Wall {
        #[allow(clippy::cast_possible_truncation, reason = "48 bits are left")]
        Wall::from_unix_millis((self.0 >> (64 + COUNTER_BITS)) as u64)
    }

    pub(super) fn at(moment: Instant) -> Self {
        let ordered = after_last(millis(moment) << COUNTER_BITS);
        Self(u128::from(ordered) << 64 | u128::from(fastrand::u64(..)))
    }
}

// The calendar is read once: an id costs one look at the monotonic clock, which the dispatch needs anyway.
fn millis(moment: Instant) -> u64 {
    static ANCHOR: OnceLock<(Wall, Instant)> = OnceLock::new();
    let (calendar, anchor) = *ANCHOR.get_or_init(|| (wall(), moment));
    (calendar + moment.since(anchor)).unix_millis()
}

fn after_last(wanted: u64) -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    let next = |last: u64| Some(wanted.max(last.saturating_add(1)));
    let last = LAST.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next);
    last.ok().and_then(next).unwrap_or(wanted)
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Id {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong = || Error::new(Kind::Undecodable, format!("`{text}` is not an event id: 32 hex digits"));
        if text.len() != 32 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(wrong());
        }
        u128::from_str_radix(text, 16).map(Self).map_err(|_| wrong())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_in_the_order_they_were_made() {
        let ids: Vec<Id> = (0..70_000).map(|_| Id::new()).collect();
        assert!(ids.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn an_id_tells_when_it_was_made() {
        let apart = wall().unix_millis().abs_diff(Id::new().dispatched().unix_millis());
        assert!(apart < 60_000, "{apart} ms apart");
    }

    #[test]
    fn what_is_not_32_hex_digits_is_refused() {
        for text in ["", "1", "+0000000000000000000000000000001", &"g".repeat(32), &"0".repeat(33)] {
            assert!(text.parse::<Id>().is_err(), "{text}");
        }
    }
}
