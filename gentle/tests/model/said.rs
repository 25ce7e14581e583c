//! What is seen of calls from outside, in the library and in the model alike.

use std::time::Duration;

use gentle::policy::{Key, Refusal, Rejected};

use crate::time::{FAR, TICK, Time, nanos};

/// What one attempt of a call does: works for so many ticks, or for ever, and then goes well or fails.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Op {
    pub(crate) ticks: Option<u32>,
    pub(crate) well: bool,
}

impl Op {
    pub(crate) fn ends(self, at: Time) -> Time {
        self.ticks.map_or(FAR, |ticks| at + nanos(TICK) * u64::from(ticks))
    }
}

/// Something that has been seen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Said {
    pub(crate) at: Time,
    pub(crate) call: usize,
    pub(crate) what: What,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum What {
    /// An operation begins.
    Begun,
    Ended,
    /// It is dropped before its end.
    Cut,
    /// The call is over.
    Over(Answer),
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Answer {
    Well,
    Failed,
    Refused(Key, Refusal, After),
}

/// When a refused call may come again.
#[derive(Clone, Copy, Debug)]
pub(crate) enum After {
    Never,
    Exactly(u64),
    /// Give or take what chance decides.
    About(u64),
}

impl Answer {
    pub(crate) const fn refused(policy: Key, kind: Refusal, after: After) -> Self {
        Self::Refused(policy, kind, after)
    }

    pub(crate) fn of(rejected: Rejected) -> Self {
        let after = rejected.retry_after.map_or(After::Never, |after| After::Exactly(nanos(after)));
        Self::Refused(rejected.policy, rejected.kind, after)
    }
}

impl After {
    pub(crate) fn about(left: Option<u64>) -> Self {
        left.map_or(Self::Never, Self::About)
    }

    pub(crate) const fn hint(self) -> Option<u64> {
        match self {
            Self::Never => None,
            Self::Exactly(after) | Self::About(after) => Some(after),
        }
    }

    fn agrees(self, other: Self) -> bool {
        match (self, other) {
            (Self::Never, Self::Never) => true,
            (Self::Exactly(one), Self::Exactly(other)) => one == other,
            (Self::About(one), Self::Exactly(other)) => about(one, other),
            _ => false,
        }
    }
}

/// Whether chance can have made one of the other.
pub(crate) fn about(one: u64, other: u64) -> bool {
    Duration::from_nanos(one.abs_diff(other)) < TICK
}

impl Said {
    /// Whether this is what the model `expected`.
    pub(crate) fn agrees(&self, expected: &Self) -> bool {
        let same = match (expected.what, self.what) {
            (What::Begun, What::Begun) | (What::Ended, What::Ended) | (What::Cut, What::Cut) => true,
            (What::Over(expected), What::Over(answer)) => match (expected, answer) {
                (Answer::Well, Answer::Well) | (Answer::Failed, Answer::Failed) => true,
                (Answer::Refused(policy, kind, after), Answer::Refused(other, why, when)) => {
                    (policy, kind) == (other, why) && after.agrees(when)
                }
                _ => false,
            },
            _ => false,
        };
        same && (self.at, self.call) == (expected.at, expected.call)
    }
}
