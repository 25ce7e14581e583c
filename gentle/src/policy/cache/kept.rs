use std::sync::Arc;
use std::time::Duration;

use super::Terms;
use crate::time::Instant;

/// An answer, and what is to be thought of it.
#[derive(Debug)]
pub(super) struct Answer<V> {
    pub(super) value: Arc<V>,
    pub(super) sort: Sort,
    /// Of one that is too old.
    pub(super) age: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Sort {
    Good,
    /// A failure.
    Bad,
    /// It was good once, and there is nothing better.
    Stale,
}

impl<V> Answer<V> {
    pub(super) fn new(value: V, sort: Sort) -> Self {
        Self { value: Arc::new(value), sort, age: Duration::ZERO }
    }
}

impl<V> Clone for Answer<V> {
    fn clone(&self) -> Self {
        Self { value: self.value.clone(), sort: self.sort, age: self.age }
    }
}

/// What is kept under one key: the last good answer, and a failure that came after it.
#[derive(Debug)]
pub(super) struct Kept<V> {
    good: Option<Aged<V>>,
    bad: Option<Aged<V>>,
}

#[derive(Debug)]
struct Aged<V> {
    value: Arc<V>,
    since: Instant,
}

impl<V> Aged<V> {
    fn within(&self, nanos: u64, at: Instant) -> Option<&Arc<V>> {
        (nanos > 0 && at < self.since.plus(nanos)).then_some(&self.value)
    }
}

impl<V> Kept<V> {
    pub(super) const NOTHING: Self = Self { good: None, bad: None };

    pub(super) fn put(&mut self, answer: Answer<V>, at: Instant) {
        let aged = Some(Aged { value: answer.value, since: at });
        match answer.sort {
            Sort::Good => *self = Self { good: aged, bad: None },
            Sort::Bad => self.bad = aged,
            Sort::Stale => {}
        }
    }

    /// An answer that nobody has to ask for again.
    pub(super) fn fresh(&self, terms: &Terms, at: Instant) -> Option<Answer<V>> {
        let good = self.good.as_ref().and_then(|good| good.within(terms.keep, at));
        let bad = || self.bad.as_ref().and_then(|bad| bad.within(terms.errors, at));
        let answer = |value: &Arc<V>, sort| Answer { value: value.clone(), sort, age: Duration::ZERO };
        good.map(|value| answer(value, Sort::Good)).or_else(|| bad().map(|value| answer(value, Sort::Bad)))
    }

    /// A good answer that may be too old.
    pub(super) fn stale(&self, terms: &Terms, at: Instant) -> Option<Answer<V>> {
        let good = self.good.as_ref()?;
        let value = good.within(terms.keep.saturating_add(terms.stale), at)?.clone();
        Some(Answer { value, sort: Sort::Stale, age: at - good.since })
    }

    pub(super) fn is_worthless(&self, terms: &Terms, at: Instant) -> bool {
        self.stale(terms, at).is_none() && self.fresh(terms, at).is_none()
    }
}
