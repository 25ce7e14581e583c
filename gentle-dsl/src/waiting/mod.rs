//! What happens to a call that has to wait: shared by rate limit and bulkhead.

mod order;
mod read;

use core::{fmt, time::Duration};

pub use self::order::Order;
pub(crate) use self::read::Clauses;

use crate::value::DurationText;

/// What happens to a call for which there is no place now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Waiting {
    /// It is refused at once: `reject`.
    Reject,
    /// It waits its turn: `wait`, `queue`.
    Turn(Turn),
}

/// How long a call waits its turn, and beside how many others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Turn {
    /// The longest wait. What would wait longer is refused at once. `None`: as long as the call's timeout or deadline allows.
    pub within: Option<Duration>,
    /// How many may wait at a time. `None`: without bound.
    pub queue: Option<u32>,
}

impl Turn {
    /// As long as the call's timeout or deadline allows, beside any number of others.
    pub const UNBOUNDED: Self = Self { within: None, queue: None };
}

impl fmt::Display for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reject => f.write_str("reject"),
            Self::Turn(turn) => turn.fmt(f),
        }
    }
}

impl fmt::Display for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("wait")?;
        if let Some(within) = self.within {
            write!(f, " {}", DurationText(within))?;
        }
        if let Some(queue) = self.queue {
            write!(f, ", queue {queue}")?;
        }
        Ok(())
    }
}

/// Behind the waiting, unless it is what is assumed anyway. Who is refused at once has no turn.
pub(crate) fn write_order(f: &mut fmt::Formatter<'_>, waiting: Waiting, order: Order) -> fmt::Result {
    match (waiting, order) {
        (Waiting::Turn(_), Order::Lifo) => f.write_str(", lifo"),
        _ => Ok(()),
    }
}
