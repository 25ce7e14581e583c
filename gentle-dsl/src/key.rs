//! The words that name a policy.

use core::fmt;

use crate::ready::is_ready;

/// Which policy a sentence belongs to.
///
/// The order of the variants is the order in which policies nest, outermost first. (A timeout over the whole call stands outside of `Throttle`; the variant
/// marks the place of the timeout of each attempt.)
///
/// # Examples
///
/// ```
/// use gentle_dsl::Key;
///
/// assert_eq!(Key::from_name("rate_limit"), Some(Key::RateLimit));
/// assert_eq!(Key::RateLimit.to_string(), "rate_limit");
/// assert!(Key::Retry < Key::RateLimit, "a retry takes a new token for each attempt");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// `fallback`: what to answer when everything else failed.
    Fallback,
    /// `cache`: answers that are kept for a while.
    Cache,
    /// `throttle`: sheds calls as failures rise.
    Throttle,
    /// `retry`: calls again after a failure.
    Retry,
    /// `hedge`: a second call beside a slow first one.
    Hedge,
    /// `circuit_breaker`: stops calling what keeps failing.
    CircuitBreaker,
    /// `rate_limit`: so many calls in a period.
    RateLimit,
    /// `bulkhead`: so many calls at a time.
    Bulkhead,
    /// `timeout`: how long a call or an attempt may take.
    Timeout,
    /// `chaos`: failures made on purpose.
    Chaos,
}

impl Key {
    /// All keys, in the order in which policies nest, outermost first.
    pub const ALL: [Self; 10] = [
        Self::Fallback,
        Self::Cache,
        Self::Throttle,
        Self::Retry,
        Self::Hedge,
        Self::CircuitBreaker,
        Self::RateLimit,
        Self::Bulkhead,
        Self::Timeout,
        Self::Chaos,
    ];

    /// The word as it is written in attributes, configuration and messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fallback => "fallback",
            Self::Cache => "cache",
            Self::Throttle => "throttle",
            Self::Retry => "retry",
            Self::Hedge => "hedge",
            Self::CircuitBreaker => "circuit_breaker",
            Self::RateLimit => "rate_limit",
            Self::Bulkhead => "bulkhead",
            Self::Timeout => "timeout",
            Self::Chaos => "chaos",
        }
    }

    /// The key that is written as `name`, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.as_str() == name)
    }

    /// Whether gentle does anything for this key yet; the other words are reserved.
    pub const fn is_ready(self) -> bool {
        is_ready(self)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_found_by_its_name() {
        for key in Key::ALL {
            assert_eq!(Key::from_name(key.as_str()), Some(key));
        }
        assert_eq!(Key::from_name("ratelimit"), None);
    }

    #[test]
    fn all_lists_the_keys_in_order_of_nesting() {
        assert!(Key::ALL.is_sorted());
    }
}
