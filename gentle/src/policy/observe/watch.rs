use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Event;

/// Who is told what happens. Shared between threads; told by whichever has something to tell.
pub(crate) type Observer = dyn Fn(&Event<'_>) + Send + Sync;

/// Those who watch, in the order in which they came.
///
/// The list is replaced and never changed: who tells takes it as it is and holds no lock meanwhile, so that an
/// observer may itself begin or stop to watch.
#[derive(Default)]
pub(crate) struct Watch {
    observers: Mutex<Option<Arc<[Entry]>>>,
}

#[derive(Clone)]
struct Entry {
    number: u64,
    observer: Arc<Observer>,
}

impl Watch {
    pub(crate) const fn new() -> Self {
        Self { observers: Mutex::new(None) }
    }

    /// Adds one more, and returns the number by which it is found again. `watched` runs while the list is held.
    pub(crate) fn add(
        &self,
        observer: impl Fn(&Event<'_>) + Send + Sync + 'static,
        watched: impl FnOnce(),
    ) -> u64 {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let mut observers = self.lock();
        let entry = Entry { number, observer: Arc::new(observer) };
        let all = observers.iter().flat_map(|all| all.iter().cloned()).chain([entry]);
        *observers = Some(all.collect());
        watched();
        number
    }

    /// Forgets one of them. `alone` runs, while the list is held, when nobody is left.
    pub(crate) fn remove(&self, number: u64, alone: impl FnOnce()) {
        let mut observers = self.lock();
        let left = observers.iter().flat_map(|all| all.iter()).filter(|entry| entry.number != number);
        let left: Arc<[Entry]> = left.cloned().collect();
        if left.is_empty() {
            alone();
        }
        let before = std::mem::replace(&mut *observers, (!left.is_empty()).then_some(left));
        drop(observers);
        // What an observer holds is dropped here at the earliest, outside of the lock.
        drop(before);
    }

    pub(crate) fn tell(&self, event: &Event<'_>) {
        let observers = self.lock().clone();
        for entry in observers.iter().flat_map(|all| all.iter()) {
            tell(&*entry.observer, event);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Arc<[Entry]>>> {
        self.observers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells one observer. Its panic is its own affair: a call must not fail for whoever watches it, and what the call
/// holds must come back.
pub(crate) fn tell(observer: &Observer, event: &Event<'_>) {
    if catch_unwind(AssertUnwindSafe(|| observer(event))).is_err() {
        tracing::error!(policy = event.name(), %event, "an observer panicked; the call goes on");
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.lock().as_ref().map_or(0, |all| all.len());
        write!(f, "Watch({count} observers)")
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::sync::atomic::AtomicU32;

    use super::*;

    const HIT: Event<'_> = Event::CacheHit { name: "pay" };

    fn counter() -> (Arc<AtomicU32>, impl Fn(&Event<'_>) + Send + Sync + 'static) {
        let count = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&count);
        let observer = move |_: &Event<'_>| {
            counted.fetch_add(1, Ordering::Relaxed);
        };
        (count, observer)
    }

    #[test]
    fn everybody_who_watches_is_told_until_they_stop() {
        let watch = Watch::new();
        let ((first, one), (second, other)) = (counter(), counter());
        let flag = Cell::new(false);
        let one = watch.add(one, || flag.set(true));
        let other = watch.add(other, || {});
        watch.tell(&HIT);
        watch.remove(one, || flag.set(false));
        assert!(flag.get(), "somebody is left");
        watch.tell(&HIT);
        watch.remove(other, || flag.set(false));
        watch.tell(&HIT);
        assert_eq!((first.load(Ordering::Relaxed), second.load(Ordering::Relaxed)), (1, 2));
        assert!(!flag.get(), "nobody is left");
    }

    #[test]
    fn what_an_observer_holds_goes_with_it() {
        let watch = Watch::new();
        let (count, observer) = counter();
        let number = watch.add(observer, || {});
        assert_eq!(Arc::strong_count(&count), 2);
        watch.remove(number, || {});
        assert_eq!(Arc::strong_count(&count), 1);
    }

    #[test]
    fn a_panic_in_one_observer_is_not_the_others_affair() {
        let watch = Watch::new();
        let (count, observer) = counter();
        watch.add(|_| panic!("on purpose"), || {});
        watch.add(observer, || {});
        watch.tell(&HIT);
        watch.tell(&HIT);
        assert_eq!(count.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn an_observer_may_stop_to_watch_while_it_is_told() {
        let watch = Arc::new(Watch::new());
        let (count, observer) = counter();
        let number = watch.add(observer, || {});
        let weak = Arc::downgrade(&watch);
        watch.add(move |_| weak.upgrade().into_iter().for_each(|watch| watch.remove(number, || {})), || {});
        watch.tell(&HIT);
        watch.tell(&HIT);
        assert_eq!(count.load(Ordering::Relaxed), 1);
    }
}
