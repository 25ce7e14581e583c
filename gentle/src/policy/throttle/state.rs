use std::fmt;

use crate::telemetry::inspect::Facts;

/// How far a throttle is, as [`Policies::throttle`](super::super::Policies::throttle) found it.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct State {
    /// The share of calls that is shed now: 0 for none, 1 for all.
    pub share: f64,
    /// How many calls of its time came to an end, well or not.
    pub calls: u64,
    /// How many of them failed.
    pub failed: u64,
    /// How many beside them were shed in that time.
    pub shed: u64,
    /// How many it has shed since the program began.
    pub refused: u64,
}

impl State {
    /// The same by names that a page can show.
    pub(crate) fn facts(self) -> Facts {
        let Self { share, calls, failed, shed, refused } = self;
        let facts = Facts::new().with("share", share).with("calls", calls).with("failed", failed);
        facts.with("shed", shed).with("refused", refused)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { share, calls, failed, .. } = self;
        write!(f, "sheds {:.0}%; {failed} of {calls} failed", share * 100.0)
    }
}
