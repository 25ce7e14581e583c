use crate::policy::Policies;
use crate::policy::deadline::inherited;
use crate::policy::policies::{MEASURED, TIMED, TRACED, WATCHED};
use crate::time::{Instant, now};

/// Somebody looks at the call, who has to be told: these are flags of policies.
pub(super) const SEEN: u32 = WATCHED | MEASURED | TRACED;

/// How a call began.
#[derive(Clone, Copy)]
pub(super) struct Begun {
    pub(super) at: Instant,
    /// When it must have ended.
    pub(super) deadline: Instant,
    pub(super) flags: u32,
}

impl Begun {
    /// A call that begins now.
    #[inline]
    pub(super) fn now(policies: &Policies) -> Self {
        let flags = policies.flags();
        let (at, deadline) = begin(policies, flags);
        Self { at, deadline, flags }
    }
}

/// When a call begins and when it must have ended.
#[inline]
fn begin(policies: &Policies, flags: u32) -> (Instant, Instant) {
    let inherited = inherited();
    if inherited != Instant::FAR {
        return begin_within(policies, inherited);
    }
    // A retry that only counts never needs the time of a call that goes well.
    let begun = if flags & (TIMED | SEEN) != 0 { now() } else { Instant::UNKNOWN };
    (begun, policies.ends(begun))
}

/// The same for a call that is made in another one.
#[cold]
fn begin_within(policies: &Policies, inherited: Instant) -> (Instant, Instant) {
    let begun = now();
    let left = policies.timeout.as_ref().map_or(inherited, |limits| limits.left_of(inherited));
    (begun, policies.ends(begun).min(left))
}
