//! What the grammar understands and gentle cannot do yet. To switch a key or a word on, delete its line.

use crate::mistake::Mistake;
use crate::{key::Key, policies::PolicySet, sentence::Sentence, setting::Setting};

/// A key, or words of a key, that nothing is built for yet.
struct Later {
    key: Key,
    /// The words, and what for; none when it is the key as a whole.
    words: &'static [(&'static str, &'static str)],
}

const LATER: &[Later] = &[];

#[allow(dead_code, reason = "all keys are there at the moment")]
const fn key(key: Key) -> Later {
    Later { key, words: &[] }
}

#[allow(dead_code, reason = "there are no such words at the moment")]
const fn words(key: Key, words: &'static [(&'static str, &'static str)]) -> Later {
    Later { key, words }
}

/// How much of the grammar a text may use.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// What gentle can do.
    Ready,
    /// All of it.
    Ahead,
}

impl Reach {
    /// What a word of a key is reserved for, where it is.
    pub(crate) fn reserved(self, key: Key, word: &str) -> Option<&'static str> {
        if self == Self::Ahead {
            return None;
        }
        let words = LATER.iter().filter(|later| later.key == key).flat_map(|later| later.words);
        words.into_iter().find(|(name, _)| *name == word).map(|(_, what)| *what)
    }
}

/// Whether a key as a whole is there.
pub(crate) const fn is_ready(key: Key) -> bool {
    let mut at = 0;
    while at < LATER.len() {
        if LATER[at].words.is_empty() && LATER[at].key as u8 == key as u8 {
            return false;
        }
        at += 1;
    }
    true
}

/// What in a set of policies the grammar understands and gentle cannot do yet.
///
/// Parsing a text reports the same; this is for sets that were built by hand or parsed ahead.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use gentle_dsl::{PolicySet, RateLimit, Setting, not_ready};
///
/// let limit = RateLimit::new(5, Duration::from_secs(1));
/// assert!(not_ready(&PolicySet::new().rate_limit(Setting::On(limit))).is_empty());
/// ```
pub fn not_ready(set: &PolicySet) -> Vec<Mistake> {
    let mut found = Vec::new();
    find(set.fallback, &mut found);
    find(set.cache, &mut found);
    find(set.throttle, &mut found);
    find(set.retry, &mut found);
    find(set.hedge, &mut found);
    find(set.circuit_breaker, &mut found);
    find(set.rate_limit, &mut found);
    find(set.bulkhead, &mut found);
    find(set.timeout, &mut found);
    find(set.chaos, &mut found);
    found
}

fn find<T: Sentence>(setting: Option<Setting<T>>, found: &mut Vec<Mistake>) {
    let Some(setting) = setting else { return };
    if let Err(mistakes) = T::parse(&setting.to_string()) {
        found.extend(mistakes.into_iter().filter(|mistake| mistake.code() == "G009"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_ready_once_its_line_is_gone() {
        for key in Key::ALL {
            let listed = LATER.iter().any(|later| later.key == key && later.words.is_empty());
            assert_eq!(key.is_ready(), !listed);
        }
    }

    #[test]
    fn a_word_is_reserved_in_one_line_and_only_until_then() {
        for later in LATER {
            for (word, what) in later.words {
                assert_eq!(Reach::Ready.reserved(later.key, word), Some(*what));
                assert_eq!(Reach::Ahead.reserved(later.key, word), None);
            }
        }
        assert_eq!(Reach::Ready.reserved(Key::RateLimit, "burst"), None);
    }
}
