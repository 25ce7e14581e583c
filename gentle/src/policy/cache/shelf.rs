use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::mem;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Terms;
use super::flight::{Flight, Left, Seat};
use super::kept::{Answer, Kept};
use super::shard::{Same, Shard};
use crate::policy::timeout;
use crate::time::Instant;

/// The answers of one operation by their keys, and the calls for them that are under way.
#[derive(Debug)]
pub(super) struct Shelf<K, V> {
    /// Several, so that calls for different keys seldom meet at a lock.
    parts: Box<[Mutex<Part<K, V>>]>,
    /// Whether two keys are the same.
    same: fn(&K, &K) -> bool,
}

#[derive(Debug)]
struct Part<K, V> {
    kept: Shard<K, Kept<V>>,
    flights: HashMap<u64, Vec<Under<K, V>>, BuildHasherDefault<Same>>,
    /// Counts how often something was forgotten: what was asked before that is not kept any more.
    epoch: u64,
}

/// A call under way, with the key that it is for.
#[derive(Debug)]
struct Under<K, V> {
    key: K,
    flight: Arc<Flight<V>>,
}

/// What one finds who asks.
pub(super) enum Found<'a, K, V> {
    Kept(Answer<V>),
    /// Nothing: the call is to be made, by this one.
    Nothing(Errand<'a, K, V>),
    /// Nothing yet: somebody makes the call.
    Waiting(Follower<'a, K, V>),
}

const PARTS: usize = 8;
/// Below so many answers one part does.
const FEW: usize = 256;

impl<K, V> Shelf<K, V> {
    pub(super) fn new(most: usize, same: fn(&K, &K) -> bool) -> Self {
        let parts = if most < FEW { 1 } else { PARTS };
        let part = |_| Mutex::new(Part { kept: Shard::new(), flights: HashMap::default(), epoch: 0 });
        Self { parts: (0..parts).map(part).collect(), same }
    }

    /// Looks for an answer, and for somebody who is getting one.
    pub(super) fn ask(
        &self,
        hash: u64,
        is: impl Fn(&K) -> bool,
        own: impl FnOnce() -> K,
        terms: &Terms,
        at: Instant,
    ) -> Found<'_, K, V> {
        let mut part = self.part(hash);
        if let Some(answer) = part.kept.get(hash, &is).and_then(|kept| kept.fresh(terms, at)) {
            return Found::Kept(answer);
        }
        if !terms.coalesce {
            let duty = Duty::Alone { key: own(), epoch: part.epoch };
            return Found::Nothing(Errand { shelf: self, hash, duty });
        }
        let under = part.flights.entry(hash).or_default();
        if let Some(under) = under.iter().find(|under| is(&under.key)) {
            let (flight, seat) = (under.flight.clone(), under.flight.join());
            return Found::Waiting(Follower { shelf: self, hash, flight, seat: Some(seat) });
        }
        let flight = Arc::new(Flight::new());
        under.push(Under { key: own(), flight: flight.clone() });
        Found::Nothing(Errand { shelf: self, hash, duty: Duty::Lead(flight) })
    }

    /// How many answers there are, whether they are still good or not.
    pub(super) fn len(&self) -> usize {
        self.parts.iter().map(|part| lock(part).kept.len()).sum()
    }

    /// Forgets one answer: also one that is on its way.
    pub(super) fn forget(&self, hash: u64, is: impl Fn(&K) -> bool) {
        let mut part = self.part(hash);
        part.epoch += 1;
        part.kept.remove(hash, &is);
        part.detach(hash, |under| is(&under.key));
    }

    pub(super) fn clear(&self) {
        for part in &self.parts {
            let mut part = lock(part);
            part.epoch += 1;
            let gone = (part.kept.take_all(), mem::take(&mut part.flights));
            // There may be many, and others wait.
            drop(part);
            drop(gone);
        }
    }

    /// Whether no call is under way.
    #[cfg(test)]
    pub(super) fn is_idle(&self) -> bool {
        self.parts.iter().all(|part| lock(part).flights.is_empty())
    }

    fn keep(
        &self,
        hash: u64,
        duty: &mut Duty<K, V>,
        (given, kept): (&Answer<V>, Option<Answer<V>>),
        terms: &Terms,
        at: Instant,
    ) {
        let mut part = self.part(hash);
        let key = match mem::replace(duty, Duty::Done) {
            Duty::Alone { key, epoch } => (epoch == part.epoch).then_some(key),
            Duty::Lead(flight) => {
                let key = part.detach(hash, |under| Arc::ptr_eq(&under.flight, &flight));
                flight.land(given.clone());
                key
            }
            Duty::Done => None,
        };
        let (Some(key), Some(answer), true) = (key, kept, terms.is_on()) else { return };
        let most = self.share_of(hash, terms.most);
        let worthless = |kept: &Kept<V>| kept.is_worthless(terms, at);
        if let Some(kept) = part.kept.get_or_insert((hash, key), self.same, most, worthless, || Kept::NOTHING)
        {
            kept.put(answer, at);
        }
    }

    fn hand_over(&self, hash: u64, flight: &Arc<Flight<V>>) {
        let mut part = self.part(hash);
        if !flight.hand_over() {
            part.detach(hash, |under| Arc::ptr_eq(&under.flight, flight));
        }
    }

    /// The last good answer, which may be too old.
    pub(super) fn stale_of(
        &self,
        hash: u64,
        is: impl Fn(&K) -> bool,
        terms: &Terms,
        at: Instant,
    ) -> Option<Answer<V>> {
        self.part(hash).kept.get(hash, is)?.stale(terms, at)
    }

    fn stale_for(&self, hash: u64, flight: &Arc<Flight<V>>, terms: &Terms, at: Instant) -> Option<Answer<V>> {
        let Part { kept, flights, .. } = &mut *self.part(hash);
        let under = flights.get(&hash)?.iter().find(|under| Arc::ptr_eq(&under.flight, flight))?;
        kept.get(hash, |other| (self.same)(other, &under.key))?.stale(terms, at)
    }

    fn part(&self, hash: u64) -> MutexGuard<'_, Part<K, V>> {
        lock(&self.parts[self.place(hash)])
    }

    fn place(&self, hash: u64) -> usize {
        // The index of a part goes by the lowest and the highest bits.
        usize::try_from(hash >> 32).unwrap_or_default() % self.parts.len()
    }

    /// How many of so many answers belong into the part of this hash.
    fn share_of(&self, hash: u64, most: usize) -> usize {
        let parts = self.parts.len();
        most / parts + usize::from(self.place(hash) < most % parts)
    }
}

fn lock<K, V>(part: &Mutex<Part<K, V>>) -> MutexGuard<'_, Part<K, V>> {
    part.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<K, V> Part<K, V> {
    fn detach(&mut self, hash: u64, is: impl Fn(&Under<K, V>) -> bool) -> Option<K> {
        let under = self.flights.get_mut(&hash)?;
        let found = under.iter().position(is).map(|place| under.swap_remove(place).key);
        if under.is_empty() {
            self.flights.remove(&hash);
        }
        found
    }
}

/// The duty to make a call whose answer there is not. Given up, it goes to the next who waits for the answer.
#[derive(Debug)]
pub(super) struct Errand<'a, K, V> {
    shelf: &'a Shelf<K, V>,
    hash: u64,
    duty: Duty<K, V>,
}

#[derive(Debug)]
enum Duty<K, V> {
    Alone { key: K, epoch: u64 },
    Lead(Arc<Flight<V>>),
    Done,
}

impl<K, V> Errand<'_, K, V> {
    /// Gives one answer to those who wait, and keeps this one or another.
    pub(super) fn keep(mut self, given: &Answer<V>, kept: Option<Answer<V>>, terms: &Terms, at: Instant) {
        self.shelf.keep(self.hash, &mut self.duty, (given, kept), terms, at);
    }

    /// The last good answer, which may be too old.
    pub(super) fn stale(&self, terms: &Terms, at: Instant) -> Option<Answer<V>> {
        match &self.duty {
            Duty::Alone { key, .. } => {
                self.shelf.stale_of(self.hash, |other| (self.shelf.same)(other, key), terms, at)
            }
            Duty::Lead(flight) => self.shelf.stale_for(self.hash, flight, terms, at),
            Duty::Done => None,
        }
    }
}

impl<K, V> Drop for Errand<'_, K, V> {
    fn drop(&mut self) {
        if let Duty::Lead(flight) = &self.duty {
            self.shelf.hand_over(self.hash, flight);
        }
    }
}

/// One who waits for the answer of another's call. Given up, it leaves its place; if it had just been called to make the
/// call itself, the next one is.
#[derive(Debug)]
pub(super) struct Follower<'a, K, V> {
    shelf: &'a Shelf<K, V>,
    hash: u64,
    flight: Arc<Flight<V>>,
    seat: Option<Seat>,
}

/// What waiting has brought.
pub(super) enum Waited<'a, K, V> {
    Answer(Answer<V>),
    /// Who made the call has no answer for others: the next is to make it.
    Called(Errand<'a, K, V>),
    /// The time was up. With it, the last good answer there was.
    Late(Option<Answer<V>>),
}

impl<'a, K, V> Follower<'a, K, V> {
    pub(super) async fn wait(mut self, deadline: Instant, terms: &Terms) -> Waited<'a, K, V> {
        let called = match &self.seat {
            Some(seat) => timeout::until(deadline, pin!(seat.called())).await,
            None => None,
        };
        if called.is_none() {
            return Waited::Late(self.shelf.stale_for(self.hash, &self.flight, terms, deadline));
        }
        self.seat = None;
        match self.flight.landed() {
            Some(answer) => Waited::Answer(answer),
            None => {
                let duty = Duty::Lead(self.flight.clone());
                Waited::Called(Errand { shelf: self.shelf, hash: self.hash, duty })
            }
        }
    }
}

impl<K, V> Drop for Follower<'_, K, V> {
    fn drop(&mut self) {
        let Some(seat) = self.seat.take() else { return };
        if matches!(self.flight.leave(&seat), Left::Called) {
            self.shelf.hand_over(self.hash, &self.flight);
        }
    }
}
