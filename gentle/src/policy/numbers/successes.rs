use std::cell::Cell;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

/// A count to which every thread adds in a place of its own: neither does one wait for another, nor does a step cost
/// what an atomic one does.
#[derive(Debug, Default)]
pub(crate) struct Successes {
    /// By the number of the thread; made when the first one counts.
    own: OnceLock<Box<[Place]>>,
    /// Of threads that have no place, and of each thread its very first.
    others: AtomicU64,
}

/// A cache line of its own.
#[derive(Debug, Default)]
#[repr(align(64))]
struct Place(AtomicU64);

impl Successes {
    /// Counts one more.
    #[inline]
    pub(crate) fn add(&self) {
        match self.own.get().and_then(|own| own.get(NUMBER.get())) {
            // Nobody else writes it, so that nothing can come between reading and writing.
            Some(Place(count)) => count.store(count.load(Ordering::Relaxed) + 1, Ordering::Relaxed),
            None => self.add_beside(),
        }
    }

    #[cold]
    fn add_beside(&self) {
        number_this_thread();
        self.own.get_or_init(|| (0..places()).map(|_| Place::default()).collect());
        self.others.fetch_add(1, Ordering::Relaxed);
    }

    /// How many there are.
    pub(crate) fn count(&self) -> u64 {
        let own = self.own.get().into_iter().flat_map(|own| own.iter());
        let own: u64 = own.map(|Place(count)| count.load(Ordering::Relaxed)).sum();
        own + self.others.load(Ordering::Relaxed)
    }
}

/// Enough for the threads of a runtime, and for as many beside it.
fn places() -> usize {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    (2 * threads).min(64)
}

/// The numbers that are taken: one bit for each.
static TAKEN: AtomicU64 = AtomicU64::new(0);

/// The thread has asked for no number yet, or has given it back.
const NONE: usize = usize::MAX;
/// There was no number left when it asked.
const TOO_MANY: usize = usize::MAX - 1;

thread_local! {
    /// The number of this thread, which no other has at the same time.
    static NUMBER: Cell<usize> = const { Cell::new(NONE) };
    static GIVEN_BACK: GivenBack = const { GivenBack };
}

/// Gives the number back when the thread ends. What it has written is seen by whoever gets the number next.
struct GivenBack;

impl Drop for GivenBack {
    fn drop(&mut self) {
        let number = NUMBER.replace(TOO_MANY);
        if let Some(bit) = u32::try_from(number).ok().and_then(|number| 1_u64.checked_shl(number)) {
            TAKEN.fetch_and(!bit, Ordering::Release);
        }
    }
}

fn number_this_thread() {
    if NUMBER.get() != NONE || GIVEN_BACK.try_with(|_| ()).is_err() {
        return;
    }
    let lowest = |taken: u64| (taken != u64::MAX).then(|| taken | (taken + 1));
    let number = match TAKEN.fetch_update(Ordering::Acquire, Ordering::Relaxed, lowest) {
        Ok(taken) => taken.trailing_ones() as usize,
        Err(_) => TOO_MANY,
    };
    NUMBER.set(number);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_thread_loses_another_ones_count() {
        let successes = Successes::default();
        for _ in 0..4 {
            thread::scope(|scope| {
                for _ in 0..100 {
                    scope.spawn(|| (0..1_000).for_each(|_| successes.add()));
                }
            });
        }
        assert_eq!(successes.count(), 400_000);
    }

    #[test]
    fn a_number_belongs_to_one_thread_at_a_time() {
        let number = || {
            number_this_thread();
            NUMBER.get()
        };
        let (mine, other) = (number(), thread::spawn(number).join().unwrap());
        assert_eq!(number(), mine, "it stays");
        assert_ne!(mine, other);
    }
}
