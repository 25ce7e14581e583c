use crate::policy::sync::{AtomicU64, Ordering};

/// How many are inside and how many wait, in one word: who leaves sees in the same step whether somebody waits, and who
/// comes sees in one whether there is room and nobody else waits for it.
#[derive(Debug)]
pub(super) struct People(AtomicU64);

/// The upper half of the word counts those who wait.
const WAITING: u64 = 1 << 32;
const INSIDE: u64 = WAITING - 1;

impl People {
    pub(super) const fn none() -> Self {
        Self(AtomicU64::new(0))
    }

    pub(super) fn inside(&self) -> u32 {
        inside(self.0.load(Ordering::Relaxed))
    }

    pub(super) fn waiting(&self) -> u32 {
        waiting(self.0.load(Ordering::Relaxed))
    }

    /// One more inside, where there is room and nobody waits for it.
    #[inline]
    pub(super) fn enter(&self, limit: u32) -> bool {
        self.change(|now| has_room(now, limit).then_some(now + 1))
    }

    /// One more inside, or else one more who waits. Returns whether it is inside.
    pub(super) fn enter_or_wait(&self, limit: u32) -> bool {
        let mut enters = false;
        self.change(|now| {
            enters = has_room(now, limit);
            Some(if enters { now + 1 } else { now + WAITING })
        });
        enters
    }

    /// One of those who wait goes inside, where there is room.
    pub(super) fn let_in(&self, limit: u32) -> bool {
        self.change(|now| (waiting(now) > 0 && inside(now) < limit).then(|| now - WAITING + 1))
    }

    /// One of those who wait gives up.
    pub(super) fn give_up(&self) {
        self.0.fetch_sub(WAITING, Ordering::AcqRel);
    }

    /// One less inside. Returns whether somebody waits.
    #[inline]
    pub(super) fn leave(&self) -> bool {
        self.0.fetch_sub(1, Ordering::AcqRel) >= WAITING
    }

    #[inline]
    fn change(&self, next: impl FnMut(u64) -> Option<u64>) -> bool {
        self.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, next).is_ok()
    }
}

// With anybody waiting the word is above every limit.
#[inline]
fn has_room(word: u64, limit: u32) -> bool {
    word < u64::from(limit)
}

#[inline]
const fn inside(word: u64) -> u32 {
    (word & INSIDE) as u32
}

#[inline]
const fn waiting(word: u64) -> u32 {
    (word / WAITING) as u32
}
