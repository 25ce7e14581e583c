use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use super::{Each, Fresh, Held, PolicyKey, hash};

/// Three tokens, one more every ten ticks: the moment at which all are there.
type Bucket = AtomicU64;

const PACE: u64 = 10;

fn take(bucket: &Bucket, now: u64) -> bool {
    let taken = |full_at: u64| (full_at <= now + 2 * PACE).then(|| full_at.max(now) + PACE);
    bucket.fetch_update(Ordering::Relaxed, Ordering::Relaxed, taken).is_ok()
}

/// The present tick.
struct Tick(u64);

impl Fresh<Bucket> for Tick {
    fn make(&self) -> Bucket {
        Bucket::new(0)
    }

    fn is_fresh(&self, bucket: &mut Bucket) -> bool {
        *bucket.get_mut() <= self.0
    }
}

fn get<S: Send + Sync + 'static>(
    each: &Each<S>,
    key: impl PolicyKey,
    fresh: impl Fresh<S>,
) -> Option<Held<S>> {
    each.get(key, hash(key), || fresh)
}

/// Whether the bucket of this key gives a token; `None` when there is no room for the key.
fn ask(each: &Each<Bucket>, key: impl PolicyKey, tick: u64) -> Option<bool> {
    get(each, key, Tick(tick)).map(|held| take(&held.state, tick))
}

#[test]
fn nobody_can_tell_it_from_a_map_that_never_lets_go_of_a_key() {
    for seed in 0..20 {
        let mut chance = fastrand::Rng::with_seed(seed);
        let each = Each::new(100_000);
        let mut model: HashMap<u64, Bucket> = HashMap::new();
        let mut now = 1_000;
        for _ in 0..20_000 {
            now += chance.u64(0..4);
            let key = chance.u64(0..40) * chance.u64(0..40);
            let expected = take(model.entry(key).or_default(), now);
            assert_eq!(ask(&each, &key, now), Some(expected), "seed {seed}, key {key} at {now}");
            let busy = model.values().filter(|bucket| bucket.load(Ordering::Relaxed) > now).count();
            assert!(each.len() as usize >= busy, "{} of {busy}", each.len());
        }
        assert!((each.len() as usize) < model.len() / 2, "{} of {}", each.len(), model.len());
    }
}

#[test]
fn a_key_goes_exactly_when_its_state_equals_a_fresh_one() {
    let each = Each::new(1);
    assert_eq!(ask(&each, "a", 100), Some(true));
    for now in [100, 105, 109] {
        assert_eq!(ask(&each, "b", now), None, "the token of `a` comes back at 110");
    }
    assert_eq!(ask(&each, "b", 110), Some(true));
    assert_eq!(ask(&each, "a", 110), None);
}

#[test]
fn a_key_whose_state_is_held_stays() {
    let each = Each::new(1);
    let held = get(&each, "a", Tick(0)).unwrap();
    assert_eq!(ask(&each, "b", 0), None, "`a` is fresh, but somebody has it");
    assert!(take(&held.state, 0));
    drop(held);
    assert_eq!(ask(&each, "b", 0), None, "and now it is not fresh");
    assert_eq!(ask(&each, "b", PACE), Some(true));
}

#[test]
fn there_are_never_more_keys_than_the_bound_and_the_first_keep_theirs() {
    let each = Each::new(100);
    let found = (0..1_000_u64).filter(|key| ask(&each, key, 0).is_some()).count();
    assert_eq!((found, each.len()), (100, 100));
    assert!((0..100_u64).all(|key| ask(&each, &key, 0) == Some(true)));
    each.set_most(101);
    assert_eq!(ask(&each, &5_000_u64, 0), Some(true));
    each.set_most(1);
    assert_eq!(ask(&each, &5_000_u64, 0), Some(true), "who is there stays");
    assert_eq!(ask(&each, &5_001_u64, 0), None);
}

#[test]
fn pitfall_19_keys_that_never_come_back_are_forgotten() {
    let each = Each::new(u32::MAX);
    let mut most = 0;
    for key in 0..200_000_u64 {
        // Each of them is fresh again a hundred keys later.
        assert_eq!(ask(&each, &key, key / 10), Some(true));
        most = most.max(each.len());
    }
    assert!(most < 1_000, "{most}");
}

#[test]
fn a_rush_of_keys_gives_its_room_back() {
    let each = Each::new(u32::MAX);
    assert!((0..10_000_u64).all(|key| ask(&each, &key, 0).is_some()));
    assert_eq!(each.len(), 10_000);
    assert!((0..10_000_u64).all(|key| ask(&each, &(10_000 + key), PACE * (1 + key)).is_some()));
    assert!(each.len() < 100, "{}", each.len());
    assert!(each.room() < 10_000, "{}", each.room());
}

#[derive(Clone, PartialEq, Eq)]
struct Colliding(u32);

impl Hash for Colliding {
    fn hash<H: Hasher>(&self, state: &mut H) {
        0_u8.hash(state);
    }
}

#[test]
fn keys_whose_hashes_collide_stay_apart() {
    let each = Each::new(1_000);
    for round in 0..3 {
        assert!((0..100).all(|key| ask(&each, &Colliding(key), 0) == Some(true)), "round {round}");
    }
    assert!((0..100).all(|key| ask(&each, &Colliding(key), 0) == Some(false)), "three tokens each");
    assert_eq!(each.len(), 100);
}

#[test]
fn keys_of_different_types_stay_apart_and_borrowed_forms_of_one_type_do_not() {
    let each = Each::new(1_000);
    ask(&each, "7", 0);
    ask(&each, &String::from("7"), 0);
    assert_eq!(each.len(), 1, "a `str` is kept as a `String`");
    ask(&each, &7_u32, 0);
    ask(&each, &7_i32, 0);
    assert_eq!(each.len(), 3);
    ask(&each, (&7, "7"), 0);
    ask(&each, ("7", &7), 0);
    ask(&each, (&7, "7", &[7_u8][..]), 0);
    ask(&each, (&7, "7", &(), &'7'), 0);
    assert_eq!(each.len(), 7);
    ask(&each, (&7, "7"), 0);
    assert_eq!(each.len(), 7);
}

/// A key that says how often it was copied.
#[derive(PartialEq, Eq, Hash)]
struct Counted(u32);

static COPIES: AtomicU32 = AtomicU32::new(0);

impl Clone for Counted {
    fn clone(&self) -> Self {
        COPIES.fetch_add(1, Ordering::Relaxed);
        Self(self.0)
    }
}

#[test]
fn a_key_is_copied_when_it_is_new_and_never_again() {
    let each = Each::new(1);
    assert!((0..100).all(|_| ask(&each, &Counted(1), 0).is_some()));
    assert_eq!(COPIES.load(Ordering::Relaxed), 1);
    assert_eq!(ask(&each, &Counted(2), 0), None);
    assert_eq!(COPIES.load(Ordering::Relaxed), 1, "one that finds no room is not kept");
}

/// A key that cannot be copied.
#[derive(PartialEq, Eq, Hash)]
struct Broken;

impl Clone for Broken {
    fn clone(&self) -> Self {
        panic!("a key of the test's");
    }
}

#[test]
fn a_key_that_panics_leaves_nothing_behind() {
    let each = Each::new(1);
    for _ in 0..3 {
        let asked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| ask(&each, &Broken, 0)));
        assert!(asked.is_err());
    }
    assert_eq!(each.len(), 0);
    assert_eq!(ask(&each, "a", 0), Some(true));
}

#[test]
fn threads_never_find_two_states_of_one_key() {
    const KEYS: usize = 64;
    let (each, admitted) = (Each::new(80), [const { AtomicU32::new(0) }; KEYS]);
    let ask = |seed| {
        let mut chance = fastrand::Rng::with_seed(seed);
        for _ in 0..50_000 {
            let key = chance.usize(0..admitted.len());
            // Half of them only look, so there is always somebody who can go, and the clock stands still.
            let Some(held) = get(&each, &key, Tick(0)) else { continue };
            if chance.bool() && take(&held.state, 0) {
                admitted[key].fetch_add(1, Ordering::Relaxed);
            }
            drop(get(&each, &(KEYS + chance.usize(0..1_000)), Tick(0)));
        }
    };
    std::thread::scope(|threads| (0..4).for_each(|seed| drop(threads.spawn(move || ask(seed)))));
    let admitted = admitted.map(AtomicU32::into_inner);
    assert!(admitted.iter().all(|admitted| *admitted <= 3), "{admitted:?}");
    assert!(admitted.iter().sum::<u32>() > 100, "{admitted:?}");
    assert!(each.len() <= 80);
}

#[test]
fn every_state_is_shown() {
    let each = Each::new(1_000);
    assert!((0..500_u64).all(|key| ask(&each, &key, 0).is_some()));
    let mut shown = 0;
    each.for_each(|bucket| {
        bucket.store(0, Ordering::Relaxed);
        shown += 1;
    });
    assert_eq!(shown, 500);
    assert!((0..500_u64).all(|key| (0..3).all(|_| ask(&each, &key, 0) == Some(true))));
}
