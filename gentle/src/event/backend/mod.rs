//! Where events wait: one trait, one folder per store.
//!
//! A back end only keeps events and hands them out. Retrying, back-off, decoding, time limits, dead-letter
//! decisions and draining are done once, above it, by the consume loop.

#[cfg(test)]
pub(crate) mod contract;
pub(crate) mod local;
#[cfg(feature = "sqlite")]
pub(crate) mod sqlite;
mod url;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

pub use url::{Opening, Registration, StoreUrl, check, open};

use super::{DeadLetter, Envelope, Id, Payload, Reason};
use crate::error::Error;

/// A place where events wait, reduced to what differs between stores.
///
/// Of every event it accepts, it keeps one *delivery* per group of the event's topic. A delivery is waiting
/// (perhaps not yet due), or leased to one owner, until it is finished.
///
/// # Cancel safety
///
/// Every method may be dropped at any point. What a dropped [`claim`](Backend::claim) had been granted is given
/// back with no attempt spent; a dropped [`publish`](Backend::publish) has either happened or not.
#[async_trait]
pub trait Backend: Send + Sync + 'static {
    /// In which form it keeps events.
    fn form(&self) -> Form;

    /// Makes groups known. Each event published from now on has a delivery for each group of its topic.
    ///
    /// # Errors
    ///
    /// [`Kind::Store`](crate::error::Kind::Store).
    async fn subscribe(&self, groups: &[Group]) -> Result<(), Error>;

    /// Takes events in, all or none. When it is full it waits or refuses, as `room` says.
    ///
    /// # Errors
    ///
    /// `Full`, `NoHandler`, `Stopped` or `Store`.
    async fn publish(&self, batch: Vec<Envelope>, room: Room) -> Result<(), Error>;

    /// Leases up to `max` deliveries that are due, the earliest first; waits until there is at least one.
    /// Each counts as an attempt.
    ///
    /// # Errors
    ///
    /// `Stopped` or `Store`.
    async fn claim(&self, group: &Group, max: usize, lease: Duration) -> Result<Vec<Claim>, Error>;

    /// Ends leases, each as its verdict says, and returns the tickets whose lease was no longer theirs: for
    /// those nothing was changed.
    ///
    /// # Errors
    ///
    /// `Store`.
    async fn finish(&self, batch: Vec<(Ticket, Verdict)>) -> Result<Vec<Ticket>, Error>;

    /// Makes leases last for `lease` from now, and returns the tickets whose lease was no longer theirs.
    ///
    /// # Errors
    ///
    /// `Store`.
    async fn renew(&self, tickets: Vec<Ticket>, lease: Duration) -> Result<Vec<Ticket>, Error>;

    /// Nobody in this process takes anything more for the group. A store that dies with the process refuses from
    /// here on, as `Stopped`, what none of its groups is left to take; another one goes on taking it in.
    async fn leave(&self, _group: &Group) {}

    /// The most events it holds, where that is limited.
    fn bound(&self) -> Option<usize> {
        None
    }

    /// The groups that it knows from earlier or from other processes, with those of this one.
    ///
    /// # Errors
    ///
    /// `Store`.
    async fn stored_groups(&self) -> Result<Vec<StoredGroup>, Error> {
        Ok(Vec::new())
    }

    /// How many deliveries of the topic there are in each state.
    ///
    /// # Errors
    ///
    /// `Store`.
    async fn depth(&self, topic: &str) -> Result<Depth, Error>;

    /// The dead letters of the topic, the latest first, at most `limit`.
    ///
    /// # Errors
    ///
    /// `Store`.
    async fn dead_letters(&self, topic: &str, limit: usize) -> Result<Vec<DeadLetter>, Error>;

    /// Takes nothing more, wakes whoever waits with `Stopped`, and lets go of files and connections. A second
    /// close does nothing.
    async fn close(&self);
}

/// In which form a back end keeps events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As the value itself: nothing is serialised, and what is left at the end dies with the process.
    Shared,
    /// As JSON of at most so many bytes, which outlives the process.
    Bytes {
        /// The largest event it takes.
        limit: usize,
    },
}

/// What to do when there is no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// Wait for it.
    Wait,
    /// Say so at once.
    Refuse,
}

/// Who handles a topic: one durable subscription, shared by all processes that carry its handler.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Group {
    /// Its name, by default the path of the handler function.
    pub name: Arc<str>,
    /// The topic it handles.
    pub topic: &'static str,
}

/// A group as a durable store remembers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredGroup {
    /// Its name.
    pub name: String,
    /// The topic it handles.
    pub topic: String,
    /// How many deliveries it has.
    pub waiting: usize,
    /// What to do with the store to make it forget the group and all that waits for it.
    pub forget: String,
}

/// A delivery leased to whoever holds its ticket.
#[derive(Clone, Debug)]
pub struct Claim {
    /// What proves the lease.
    pub ticket: Ticket,
    /// Which event.
    pub id: Id,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    /// How long ago the first attempt began.
    pub age: Duration,
    /// The event itself.
    pub payload: Payload,
}

/// What proves a lease: which delivery, and whose turn it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Ticket {
    /// The group's name.
    pub group: Arc<str>,
    /// Which delivery of the group, in the back end's own count.
    pub delivery: u128,
    /// Differs for each lease of one delivery, so that a stale owner cannot finish for the present one.
    pub fence: u64,
}

/// How a lease ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Handled, or dropped on purpose: nothing is kept.
    Done,
    /// Not begun, or cut off by a shutdown: due again at once, and the attempt is not counted.
    Release,
    /// Failed: due again later.
    Retry {
        /// How much later.
        after: Duration,
        /// What failed.
        error: String,
    },
    /// Given up.
    Dead {
        /// Why.
        reason: Reason,
        /// How many attempts began.
        attempts: u32,
        /// What the last attempt said.
        error: String,
    },
}

/// How many deliveries of a topic there are in each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Depth {
    /// Due, and not yet handed out.
    pub ready: usize,
    /// Not yet due, first attempts and retries.
    pub delayed: usize,
    /// Being handled.
    pub running: usize,
    /// Given up, as far as they are kept.
    pub dead: usize,
}

impl Depth {
    /// All that still want handling.
    pub const fn pending(&self) -> usize {
        self.ready + self.delayed + self.running
    }
}

impl fmt::Display for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.group, self.delivery)
    }
}
