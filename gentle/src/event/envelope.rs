use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::Id;
use crate::time::{Instant, Wall, now, wall};

/// One dispatched event on its way through a back end.
#[derive(Clone, Debug)]
pub struct Envelope {
    /// Which event.
    pub id: Id,
    /// What it is about.
    pub topic: &'static str,
    /// Not before when.
    pub due: Due,
    /// The event itself.
    pub payload: Payload,
}

/// The event itself, in the [`Form`](super::backend::Form) the back end keeps.
#[derive(Clone)]
pub enum Payload {
    /// The value, for a back end that never leaves the process.
    Shared(Arc<dyn Any + Send + Sync>),
    /// JSON, for all others.
    Bytes(Arc<[u8]>),
}

/// From when on an event may be handled.
///
/// A back end that lives in the process waits on the monotonic clock, one that outlives it on the calendar:
/// each asks for what it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// At once.
    Now,
    /// From this moment on.
    From(Instant),
    /// From this moment of the calendar on.
    Calendar(Wall),
}

impl Due {
    pub(super) fn after(delay: Duration) -> Self {
        if delay.is_zero() { Self::Now } else { Self::From(now() + delay) }
    }

    pub(super) fn at(time: SystemTime) -> Self {
        Self::Calendar(Wall::from(time))
    }

    /// The moment on the monotonic clock; `present` where it is due at once.
    pub fn instant(self, present: Instant) -> Instant {
        match self {
            Self::Now => present,
            Self::From(moment) => moment,
            Self::Calendar(moment) => moment.instant(),
        }
    }

    /// The moment on the calendar. It is rounded up, so that no event comes before its time.
    pub fn wall(self) -> Wall {
        match self {
            Self::Now => wall(),
            Self::From(moment) => wall() + moment.since(now()) + Duration::from_millis(1),
            Self::Calendar(moment) => moment,
        }
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shared(_) => f.write_str("Shared(..)"),
            Self::Bytes(bytes) => write!(f, "Bytes({})", String::from_utf8_lossy(bytes)),
        }
    }
}
