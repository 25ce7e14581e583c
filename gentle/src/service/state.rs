use std::fmt;

use crate::Error;

/// Where a service is in its life.
///
/// The state is kept, not announced: who asks late sees it all the same, failures too.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum State {
    /// Boot has not begun.
    Pending,
    /// It waits for what it depends on.
    Waiting,
    /// It is being started.
    Starting {
        /// Which attempt this is, from 1.
        attempt: u32,
    },
    /// It has started.
    Ready,
    /// It has started, without something it wants.
    Degraded,
    /// It is being stopped.
    Stopping,
    /// It has stopped, or never had to start.
    Stopped,
    /// It did not start, did not stop, or its `run` failed.
    Failed(Error),
}

impl State {
    /// Whether its dependants may use it.
    pub fn is_ready(&self) -> bool {
        matches!(self, Self::Ready | Self::Degraded)
    }

    /// Why it failed, when it did.
    pub fn error(&self) -> Option<&Error> {
        match self {
            Self::Failed(error) => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pending => f.write_str("pending"),
            Self::Waiting => f.write_str("waiting"),
            Self::Starting { attempt } => write!(f, "starting (attempt {attempt})"),
            Self::Ready => f.write_str("ready"),
            Self::Degraded => f.write_str("degraded"),
            Self::Stopping => f.write_str("stopping"),
            Self::Stopped => f.write_str("stopped"),
            Self::Failed(_) => f.write_str("failed"),
        }
    }
}
