use std::sync::OnceLock;

use gentle_dsl::{Bulkhead, Width};

use super::End;
use super::adaptive::{Answer, Controller, Terms};
use crate::policy::sync::{AtomicBool, Mutex, MutexGuard, Ordering, PoisonError, TryLockError};
use crate::time::Instant;

/// What a bulkhead knows about its limit, where that adapts.
#[derive(Debug)]
pub(super) struct Adapting {
    on: AtomicBool,
    /// As the code wrote it.
    written: Option<Terms>,
    /// Made when it is first used: most bulkheads never do. Empty while the limit is fixed.
    controller: OnceLock<Box<Mutex<Option<Controller>>>>,
}

impl Adapting {
    pub(super) const fn new(bulkhead: Option<&Bulkhead>) -> Self {
        let written = terms(bulkhead);
        Self { on: AtomicBool::new(written.is_some()), written, controller: OnceLock::new() }
    }

    /// One that has learned nothing, with the words now in force.
    pub(super) fn like(&self) -> Self {
        let terms = if self.is_on() { self.lock().as_ref().map(Controller::terms) } else { None };
        Self { on: AtomicBool::new(terms.is_some()), written: terms, controller: OnceLock::new() }
    }

    /// The first limit, where it adapts.
    pub(super) fn start(&self) -> Option<u32> {
        self.written.map(|terms| terms.start)
    }

    /// Whether the limit has come away from where it began.
    pub(super) fn has_learned(&self) -> bool {
        let away = |controller: &Controller| controller.in_force() != controller.terms().start;
        self.is_on() && self.lock().as_ref().is_some_and(away)
    }

    #[inline]
    pub(super) fn is_on(&self) -> bool {
        self.on.load(Ordering::Relaxed)
    }

    /// Takes over other words, and hands the limit that was learned to `put`, or none where it does not adapt.
    pub(super) fn set(&self, bulkhead: Option<&Bulkhead>, put: impl FnOnce(Option<u32>)) {
        let terms = terms(bulkhead);
        if terms.is_none() && !self.is_on() {
            return put(None);
        }
        let mut controller = self.lock();
        let limit = match (terms, &mut *controller) {
            (None, slot) => {
                *slot = None;
                None
            }
            (Some(terms), Some(controller)) => Some(controller.set(terms)),
            (Some(terms), slot) => Some(slot.insert(Controller::new(terms)).in_force()),
        };
        put(limit);
        self.on.store(terms.is_some(), Ordering::Relaxed);
    }

    /// Learns from an answer, and hands the limit to `put`. A success that comes while others are busy here is one of many.
    pub(super) fn learn(
        &self,
        begun: Instant,
        at: Instant,
        inside: u32,
        end: End,
        put: impl FnOnce(u32) -> bool,
    ) -> bool {
        let controller = if end == End::Well { self.try_lock() } else { Some(self.lock()) };
        let Some(mut controller) = controller else { return false };
        let Some(controller) = &mut *controller else { return false };
        put(controller.answered(&Answer { begun, at, inside, end }))
    }

    fn lock(&self) -> MutexGuard<'_, Option<Controller>> {
        self.controller().lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn try_lock(&self) -> Option<MutexGuard<'_, Option<Controller>>> {
        match self.controller().try_lock() {
            Ok(controller) => Some(controller),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    fn controller(&self) -> &Mutex<Option<Controller>> {
        self.controller.get_or_init(|| Box::new(Mutex::new(self.written.map(Controller::new))))
    }
}

const fn terms(bulkhead: Option<&Bulkhead>) -> Option<Terms> {
    match bulkhead {
        Some(bulkhead) => match bulkhead.width() {
            Width::Auto { from, to, start, by } => Some(Terms { from, to, start, by }),
            Width::Fixed(_) => None,
        },
        None => None,
    }
}
