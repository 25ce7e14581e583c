use std::time::Duration;

use crate::policy::judge::Verdict;
use crate::policy::{Ending, Rejected};

/// What became of the last attempt, as far as the return value cannot tell.
#[derive(Clone, Copy, Debug)]
pub(super) enum Last {
    /// No attempt has been made since the last one was settled.
    None,
    /// The operation answered: a failure may be repeated.
    Answered(Verdict),
    /// The time of the attempt was up before the operation answered, or it failed on purpose: that may be repeated too.
    CutOff,
    /// The time was up before an attempt could be made.
    Late,
    /// A policy refused: to be repeated only if it said when, and was not the call's own time.
    Refused(Option<Duration>),
}

impl Last {
    pub(super) fn refused(rejected: &Rejected) -> Self {
        Self::Refused(rejected.retry_after.filter(|_| !rejected.is_timeout()))
    }

    /// It is over, and nobody has to try again.
    pub(super) const fn is_good(self) -> bool {
        matches!(self, Self::Answered(Verdict::Success | Verdict::Ignored))
    }

    /// It has failed, and one beside it may do better. What is refused is refused for all.
    pub(super) const fn may_be_outdone(self) -> bool {
        matches!(self, Self::Answered(Verdict::Failure) | Self::CutOff)
    }

    /// How a call ends that ends with this.
    pub(super) fn ending(self) -> Ending {
        match self {
            Self::None if std::thread::panicking() => Ending::Failed,
            Self::None => Ending::Cancelled,
            Self::Answered(Verdict::Success) => Ending::Ok,
            Self::Answered(Verdict::Failure) | Self::CutOff => Ending::Failed,
            Self::Answered(Verdict::Ignored) => Ending::Ignored,
            Self::Late | Self::Refused(_) => Ending::Refused,
        }
    }
}
