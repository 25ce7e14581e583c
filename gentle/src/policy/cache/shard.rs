use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::mem;

/// So many values by their keys, found by the hash of the key and the key itself.
///
/// When there is no room, a hand goes round: what has been asked for since it last came by stays for another round, what
/// has not, or is no longer worth anything, makes room. So what is evicted is nearly what was asked for longest ago.
#[derive(Debug)]
pub(super) struct Shard<K, V> {
    /// The first place for each hash; the others follow from there.
    index: HashMap<u64, usize, BuildHasherDefault<Same>>,
    places: Vec<Option<Place<K, V>>>,
    free: Vec<usize>,
    hand: usize,
    /// Goes round for itself, so that the hand comes by as late as it can.
    broom: usize,
}

#[derive(Debug)]
struct Place<K, V> {
    hash: u64,
    key: K,
    value: V,
    asked: bool,
    next: Option<usize>,
}

/// How many places are swept for each new value, so that what is worth nothing does not stay for long.
const SWEEP: usize = 2;

impl<K, V> Shard<K, V> {
    pub(super) fn new() -> Self {
        Self { index: HashMap::default(), places: Vec::new(), free: Vec::new(), hand: 0, broom: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.places.len() - self.free.len()
    }

    pub(super) fn get(&mut self, hash: u64, is: impl Fn(&K) -> bool) -> Option<&mut V> {
        let at = self.find(hash, is)?;
        let place = self.places[at].as_mut()?;
        place.asked = true;
        Some(&mut place.value)
    }

    /// The value of this key, a new one if there is none yet, within so many values.
    pub(super) fn get_or_insert(
        &mut self,
        (hash, key): (u64, K),
        same: impl Fn(&K, &K) -> bool,
        most: usize,
        is_worthless: impl Fn(&V) -> bool,
        new: impl FnOnce() -> V,
    ) -> Option<&mut V> {
        let at = match self.find(hash, |other| same(other, &key)) {
            Some(at) => at,
            None => {
                self.make_room(most, is_worthless);
                self.insert(Place { hash, key, value: new(), asked: false, next: None })
            }
        };
        self.places[at].as_mut().map(|place| &mut place.value)
    }

    pub(super) fn remove(&mut self, hash: u64, is: impl Fn(&K) -> bool) -> Option<V> {
        let at = self.find(hash, is)?;
        self.take(at)
    }

    pub(super) fn take_all(&mut self) -> Self {
        mem::replace(self, Self::new())
    }

    fn find(&self, hash: u64, is: impl Fn(&K) -> bool) -> Option<usize> {
        let mut at = *self.index.get(&hash)?;
        loop {
            let place = self.places[at].as_ref()?;
            if is(&place.key) {
                return Some(at);
            }
            at = place.next?;
        }
    }

    fn insert(&mut self, mut place: Place<K, V>) -> usize {
        let hash = place.hash;
        place.next = self.index.get(&hash).copied();
        let at = match self.free.pop() {
            Some(at) => {
                self.places[at] = Some(place);
                at
            }
            None => {
                self.places.push(Some(place));
                self.places.len() - 1
            }
        };
        self.index.insert(hash, at);
        at
    }

    fn make_room(&mut self, most: usize, is_worthless: impl Fn(&V) -> bool) {
        for _ in 0..SWEEP.min(self.places.len()) {
            let at = turn(&mut self.broom, self.places.len());
            if self.places[at].as_ref().is_some_and(|place| is_worthless(&place.value)) {
                self.take(at);
            }
        }
        // After one round nothing counts as asked for, so two are enough for each.
        while self.len() >= most.max(1) {
            let at = turn(&mut self.hand, self.places.len());
            let Some(place) = &mut self.places[at] else { continue };
            if place.asked && !is_worthless(&place.value) {
                place.asked = false;
            } else {
                self.take(at);
            }
        }
    }

    fn take(&mut self, at: usize) -> Option<V> {
        let place = self.places[at].take()?;
        self.free.push(at);
        self.unlink(&place, at);
        Some(place.value)
    }

    fn unlink(&mut self, place: &Place<K, V>, at: usize) {
        let Some(&first) = self.index.get(&place.hash) else { return };
        if first == at {
            match place.next {
                Some(next) => self.index.insert(place.hash, next),
                None => self.index.remove(&place.hash),
            };
            return;
        }
        let mut before = first;
        while let Some(other) = &mut self.places[before] {
            match other.next {
                Some(next) if next == at => return other.next = place.next,
                Some(next) => before = next,
                None => return,
            }
        }
    }
}

fn turn(hand: &mut usize, places: usize) -> usize {
    let at = *hand % places;
    *hand = at + 1;
    at
}

/// A hash that is one already.
#[derive(Debug, Default)]
pub(super) struct Same(u64);

impl Hasher for Same {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hashes that often collide.
    fn entry(key: u32) -> (u64, u32) {
        (u64::from(key % 3), key)
    }

    fn put(shard: &mut Shard<u32, u32>, key: u32, most: usize) {
        let place = shard.get_or_insert(entry(key), u32::eq, most, |value| *value == 0, || key);
        *place.unwrap() = key;
    }

    fn get(shard: &mut Shard<u32, u32>, key: u32) -> Option<u32> {
        shard.get(entry(key).0, |other| *other == key).copied()
    }

    fn keys(shard: &Shard<u32, u32>) -> Vec<u32> {
        let mut keys: Vec<_> = shard.places.iter().flatten().map(|place| place.key).collect();
        keys.sort_unstable();
        keys
    }

    #[test]
    fn keys_that_collide_are_told_apart_whatever_comes_and_goes() {
        for seed in 0..50 {
            let mut dice = fastrand::Rng::with_seed(seed);
            let (mut shard, mut model) = (Shard::new(), std::collections::BTreeMap::new());
            for _ in 0..500 {
                let key = dice.u32(1..40);
                match dice.u32(0..3) {
                    0 => {
                        put(&mut shard, key, usize::MAX);
                        model.insert(key, key);
                    }
                    1 => {
                        let removed = shard.remove(entry(key).0, |other| *other == key);
                        assert_eq!(removed, model.remove(&key));
                    }
                    _ => assert_eq!(get(&mut shard, key), model.get(&key).copied()),
                }
                assert_eq!(shard.len(), model.len());
                assert_eq!(
                    shard.index.len(),
                    model.keys().map(|key| key % 3).collect::<std::collections::BTreeSet<_>>().len()
                );
            }
        }
    }

    #[test]
    fn there_are_never_more_than_there_may_be() {
        let mut shard = Shard::new();
        for key in 1..1_000 {
            put(&mut shard, key, 10);
            assert!(shard.len() <= 10);
        }
        put(&mut shard, 1_000, 3);
        assert_eq!(shard.len(), 3, "nor when it may be fewer");
        assert_eq!(get(&mut shard, 1_000), Some(1_000));
        assert!(shard.places.len() <= 11, "room is used again");
    }

    #[test]
    fn what_was_asked_for_stays_and_what_was_not_goes() {
        let mut shard = Shard::new();
        (1..=4).for_each(|key| put(&mut shard, key, 4));
        for key in [1, 3] {
            get(&mut shard, key);
        }
        (5..=6).for_each(|key| put(&mut shard, key, 4));
        assert_eq!(keys(&shard), [1, 3, 5, 6]);
    }

    #[test]
    fn what_is_worth_nothing_goes_however_often_it_was_asked_for() {
        let mut shard = Shard::new();
        (1..=4).for_each(|key| put(&mut shard, key, 4));
        get(&mut shard, 1);
        *shard.get(entry(2).0, |key| *key == 2).unwrap() = 0;
        put(&mut shard, 5, 4);
        assert_eq!(keys(&shard), [1, 3, 4, 5]);

        let mut roomy = Shard::new();
        for key in 1..=100 {
            put(&mut roomy, key, usize::MAX);
            *roomy.get(entry(key).0, |other| *other == key).unwrap() = 0;
        }
        assert!(roomy.len() <= 3, "{}", roomy.len());
    }
}
