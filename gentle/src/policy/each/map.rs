use std::any::Any;
use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use hashbrown::HashTable;

use super::PolicyKey;

/// How many parts a map has, so that threads with different keys seldom meet. A power of two.
const SHARDS: usize = 32;
/// How many keys a new one looks at, whether they can go: with four, there are never more than a third too many.
const FEW: u32 = 4;
/// How many keys it looks at when there is no room left.
const MANY: u32 = 128;

/// A separate state for each key, and at most so many of them.
///
/// A key goes when nobody holds its state and it equals a fresh one: whoever comes later with the same key finds a fresh one,
/// so nobody can tell. Nothing runs in the background: each new key looks at a few others.
pub(crate) struct Each<S> {
    most: AtomicU32,
    held: AtomicU32,
    /// The shard that is looked at next when there is no room.
    next: AtomicU32,
    shards: OnceLock<Box<[Shard<S>]>>,
}

/// The state of one key, with the key. A call that holds it keeps it from going.
pub(crate) struct Slot<S, K: ?Sized = dyn Any + Send + Sync> {
    hash: u64,
    pub(crate) state: S,
    key: K,
}

/// A counted reference to the state of one key.
pub(crate) type Held<S> = Arc<Slot<S>>;

/// What there is to know about the states of a map.
pub(crate) trait Fresh<S> {
    /// A state that nothing has happened to.
    fn make(&self) -> S;

    /// Whether a state that nobody holds equals one that nothing has happened to.
    fn is_fresh(&self, state: &mut S) -> bool;
}

// Each on cache lines of its own.
#[repr(align(128))]
struct Shard<S>(RwLock<Slots<S>>);

struct Slots<S> {
    table: HashTable<Held<S>>,
    /// Where the next look begins.
    hand: usize,
}

impl<S> Each<S> {
    pub(crate) const fn new(most: u32) -> Self {
        Self {
            most: AtomicU32::new(most),
            held: AtomicU32::new(0),
            next: AtomicU32::new(0),
            shards: OnceLock::new(),
        }
    }

    /// Another bound. Keys beyond a smaller one stay until they go by themselves.
    pub(crate) fn set_most(&self, most: u32) {
        self.most.store(most, Ordering::Relaxed);
    }

    /// How many keys there are.
    pub(crate) fn len(&self) -> u32 {
        self.held.load(Ordering::Relaxed)
    }

    /// For how many keys there is memory.
    #[cfg(test)]
    pub(super) fn room(&self) -> usize {
        self.shards.get().into_iter().flatten().map(|shard| shard.read().table.capacity()).sum()
    }

    /// The state of this key, made when it is new; `None` when there is no room for it.
    #[inline]
    pub(crate) fn get<F: Fresh<S>>(
        &self,
        key: impl PolicyKey,
        hash: u64,
        fresh: impl FnOnce() -> F,
    ) -> Option<Held<S>>
    where
        S: Send + Sync + 'static,
    {
        let shard = self.shard(hash);
        let found = shard.read().find(key, hash);
        if found.is_some() { found } else { self.insert(shard, key, hash, &fresh()) }
    }

    /// Shows every state. One that is made meanwhile is among them, or is made by what everybody sees by then.
    pub(crate) fn for_each(&self, mut show: impl FnMut(&S)) {
        for shard in self.shards.get().into_iter().flatten() {
            shard.read().table.iter().for_each(|slot| show(&slot.state));
        }
    }

    #[cold]
    fn insert<K: PolicyKey>(
        &self,
        shard: &Shard<S>,
        key: K,
        hash: u64,
        fresh: &impl Fresh<S>,
    ) -> Option<Held<S>>
    where
        S: Send + Sync + 'static,
    {
        loop {
            let mut slots = shard.write();
            if let Some(slot) = slots.find(key, hash) {
                return Some(slot);
            }
            self.gone(slots.sweep(FEW, fresh).1);
            // The key is copied before its place is counted: a copy that panics leaves nothing behind.
            let slot = self.has_room().then(|| Arc::new(Slot { hash, state: fresh.make(), key: key.keep() }));
            if let Some(slot) = slot.filter(|_| self.take_room()) {
                let slot: Held<S> = slot;
                slots.table.insert_unique(hash, slot.clone(), |slot| slot.hash);
                return Some(slot);
            }
            drop(slots);
            if !self.make_room(fresh) {
                return None;
            }
        }
    }

    // One lock at a time, so nobody can wait for another who waits for him.
    fn make_room(&self, fresh: &impl Fresh<S>) -> bool {
        let mut left = MANY;
        for _ in 0..SHARDS {
            let next = self.next.fetch_add(1, Ordering::Relaxed);
            let shard = self.shard(u64::from(next) << SHIFT);
            let (seen, gone) = shard.write().sweep(left, fresh);
            self.gone(gone);
            left = left.saturating_sub(seen);
            if gone > 0 || left == 0 {
                return gone > 0;
            }
        }
        false
    }

    fn has_room(&self) -> bool {
        self.len() < self.most.load(Ordering::Relaxed)
    }

    fn take_room(&self) -> bool {
        let most = self.most.load(Ordering::Relaxed);
        let one_more = |held| (held < most).then(|| held + 1);
        self.held.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more).is_ok()
    }

    fn gone(&self, gone: u32) {
        self.held.fetch_sub(gone, Ordering::Relaxed);
    }

    #[inline]
    fn shard(&self, hash: u64) -> &Shard<S> {
        let shards = self.shards.get_or_init(|| (0..SHARDS).map(|_| Shard::new()).collect());
        // The table itself goes by the lowest and the highest bits. Below the number of shards.
        &shards[usize::try_from(hash >> SHIFT).unwrap_or_default() % SHARDS]
    }
}

const SHIFT: u32 = 32;

impl<S> Shard<S> {
    fn new() -> Self {
        Self(RwLock::new(Slots { table: HashTable::new(), hand: 0 }))
    }

    #[inline]
    fn read(&self) -> RwLockReadGuard<'_, Slots<S>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Slots<S>> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S> Slots<S> {
    #[inline]
    fn find<K: PolicyKey>(&self, key: K, hash: u64) -> Option<Held<S>> {
        let same = |slot: &Held<S>| {
            slot.hash == hash && slot.key.downcast_ref::<K::Owned>().is_some_and(|kept| key.is(kept))
        };
        self.table.find(hash, same).cloned()
    }

    /// Looks at so many keys, going on where the last look ended, and lets go of those that can. How many it has seen, and
    /// how many are gone.
    fn sweep(&mut self, many: u32, fresh: &impl Fresh<S>) -> (u32, u32) {
        let (mut seen, mut gone) = (0, 0);
        let buckets = self.table.num_buckets();
        // Empty buckets are cheaper to look at, but not free.
        let mut looks = buckets.min((many as usize).saturating_mul(8));
        while looks > 0 && seen < many {
            looks -= 1;
            self.hand = if self.hand + 1 < buckets { self.hand + 1 } else { 0 };
            let Ok(mut entry) = self.table.get_bucket_entry(self.hand) else { continue };
            seen += 1;
            // Only the table holds it, and while it is locked nobody else can come to hold it.
            if Arc::get_mut(entry.get_mut()).is_some_and(|slot| fresh.is_fresh(&mut slot.state)) {
                entry.remove();
                gone += 1;
            }
        }
        if gone > 0 {
            self.shrink();
        }
        (seen, gone)
    }

    // What a rush of keys has taken is given back after it.
    fn shrink(&mut self) {
        let (held, room) = (self.table.len(), self.table.capacity());
        if room > 64 && held < room / 8 {
            self.table.shrink_to(held * 2, |slot| slot.hash);
        }
    }
}

impl<S> fmt::Debug for Each<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Each").field("most", &self.most).field("held", &self.held).finish_non_exhaustive()
    }
}

impl<S: fmt::Debug, K: ?Sized> fmt::Debug for Slot<S, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.state.fmt(f)
    }
}
