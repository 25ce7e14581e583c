//! The policies that are kept separately for each key.

use gentle_dsl::{Bulkhead, Cache, CircuitBreaker, Each as Key, PolicySet, RateLimit, Sentence, Setting};

use super::bulkhead::Gate;
use super::circuit_breaker::Breaker;
use super::each::{Each, Fresh};
use super::rate_limit::Bucket;
use crate::error::{Error, Kind};
use crate::time::Instant;

/// A map of states for each policy that has a key.
#[derive(Debug)]
pub(super) struct Keys {
    pub(super) circuit_breaker: Option<Each<Breaker>>,
    pub(super) rate_limit: Option<Each<Bucket>>,
    pub(super) bulkhead: Option<Each<Gate>>,
}

impl Keys {
    /// Empty ones for the keys that the code has `written`, with the bounds in force `now`.
    pub(super) fn new(written: &PolicySet, now: &PolicySet) -> Self {
        Self {
            circuit_breaker: map(written.circuit_breaker.as_ref(), now.circuit_breaker.as_ref()),
            rate_limit: map(written.rate_limit.as_ref(), now.rate_limit.as_ref()),
            bulkhead: map(written.bulkhead.as_ref(), now.bulkhead.as_ref()),
        }
    }
}

fn map<T: Keyed, S>(written: Option<&Setting<T>>, now: Option<&Setting<T>>) -> Option<Each<S>> {
    key(written).map(|written| Each::new(key(now).unwrap_or(written).most))
}

/// Whether a policy of this set is kept for each key.
pub(super) fn is_keyed(set: &PolicySet) -> bool {
    let keys = [key(set.circuit_breaker.as_ref()), key(set.rate_limit.as_ref()), key(set.bulkhead.as_ref())];
    keys.iter().any(Option::is_some)
}

/// A sentence that may have a key.
pub(super) trait Keyed: Sentence {
    /// Its key.
    fn key(&self) -> Option<Key>;

    /// With this key.
    fn with(self, key: Key) -> Self;
}

macro_rules! keyed {
    ($($sentence:ty),+) => {$(
        impl Keyed for $sentence {
            fn key(&self) -> Option<Key> {
                self.keyed()
            }

            fn with(self, key: Key) -> Self {
                self.each(key)
            }
        }
    )+};
}

keyed!(Bulkhead, Cache, CircuitBreaker, RateLimit);

pub(super) fn key<T: Keyed>(setting: Option<&Setting<T>>) -> Option<Key> {
    match setting {
        Some(Setting::On(sentence)) => sentence.key(),
        Some(Setting::Off) | None => None,
    }
}

/// A sentence from outside with the key of the code: it may leave it out, or repeat it with another bound.
pub(super) fn with_key_of<T: Keyed>(
    written: Option<&Setting<T>>,
    setting: Setting<T>,
) -> Result<Setting<T>, Error> {
    let Setting::On(sentence) = setting else { return Ok(setting) };
    match (key(written), sentence.key()) {
        (None, None) => Ok(setting),
        (Some(own), None) => Ok(Setting::On(sentence.with(own))),
        (Some(own), Some(given)) if own.key == given.key => Ok(setting),
        (own, Some(given)) => Err(another(T::KEY, own, given)),
    }
}

fn another(policy: gentle_dsl::Key, own: Option<Key>, given: Key) -> Error {
    let help = match own {
        Some(own) => format!("write `each {}`, or nothing, which means the same", own.key),
        None => "leave it out: the code has one for all calls".to_owned(),
    };
    let message = format!(
        "{policy}: `each {}` is not the key in the code, and a key is code [G073]\n\nhelp: {help}",
        given.key
    );
    Error::new(Kind::Config, message)
}

/// Full buckets.
pub(super) struct Buckets(pub(super) Instant);

impl Fresh<Bucket> for Buckets {
    fn make(&self) -> Bucket {
        Bucket::new()
    }

    fn is_fresh(&self, bucket: &mut Bucket) -> bool {
        bucket.is_full(self.0)
    }
}

/// Empty bulkheads like another one.
pub(super) struct Gates<'a>(pub(super) &'a Gate);

impl Fresh<Gate> for Gates<'_> {
    fn make(&self) -> Gate {
        self.0.like()
    }

    fn is_fresh(&self, gate: &mut Gate) -> bool {
        gate.is_empty()
    }
}

/// Closed circuit breakers like another one.
pub(super) struct Breakers<'a>(pub(super) &'a Breaker, pub(super) Instant);

impl Fresh<Breaker> for Breakers<'_> {
    fn make(&self) -> Breaker {
        self.0.like()
    }

    fn is_fresh(&self, breaker: &mut Breaker) -> bool {
        breaker.is_fresh(self.1)
    }
}
