use super::begun::{Begun, SEEN};
use super::lane::Lane;
use super::trace::is_heard;
use crate::policy::bulkhead::Permit;
use crate::policy::circuit_breaker::Pass;
use crate::policy::deadline::inherited;
use crate::policy::policies::{MEASURED, THROTTLED, TIMED, WATCHED};
use crate::policy::{Ending, Policies};
use crate::time::Instant;

/// The first attempt of a call, admitted at once.
pub(super) struct First<'a> {
    policies: &'a Policies,
    begun: Begun,
    pass: Pass,
    permit: Option<Permit<'a>>,
    unless: Unless<'a>,
}

impl<'a> First<'a> {
    /// Admission where nothing stands in the way, as nearly always. Otherwise nothing has happened, and the lane begins
    /// at the beginning.
    #[expect(
        clippy::inline_always,
        reason = "it has one caller in each function, whose every call goes through it"
    )]
    #[inline(always)]
    pub(super) fn try_enter(policies: &'a Policies) -> Result<Self, Begun> {
        let begun = Begun::now(policies);
        if begun.at >= begun.deadline || begun.flags & WATCHED != 0 || is_heard() {
            return Err(begun);
        }
        let sheds = || policies.valve().is_some_and(|valve| !valve.is_calm());
        if policies.chaos.is_some() || (begun.flags & THROTTLED != 0 && sheds()) {
            return Err(begun);
        }
        let pass = match &policies.circuit_breaker {
            Some(breaker) => breaker.try_pass().ok_or(begun)?,
            None => Pass::NONE,
        };
        if let Some(limiter) = &policies.rate_limit {
            if !limiter.tap().try_take(begun.at) {
                return Err(begun);
            }
        }
        let mut permit = None;
        if let Some(gate) = &policies.bulkhead {
            permit = gate.try_enter_silently();
            if permit.is_none() {
                if let Some(limiter) = &policies.rate_limit {
                    limiter.tap().give_back(begun.at);
                }
                return Err(begun);
            }
        }
        Ok(Self { policies, begun, pass, permit, unless: Unless::it_panics(policies) })
    }

    #[inline]
    pub(super) const fn deadline(&self) -> Instant {
        self.begun.deadline
    }

    /// Counts an attempt that went well, if that is all there is to do about it.
    #[inline]
    pub(super) fn count(&self) -> bool {
        // Where there is a circuit breaker, its count of what went well is the only one.
        match &self.policies.circuit_breaker {
            Some(breaker) => breaker.count(self.pass),
            None => {
                self.policies.succeeded();
                true
            }
        }
    }

    /// Ends an attempt that went well and is counted.
    #[inline]
    pub(super) fn end(self) {
        if self.begun.flags & MEASURED != 0 {
            self.policies.took_since(self.begun.at);
        }
        if self.begun.flags & THROTTLED != 0 {
            self.tell_throttle();
        }
        self.unless.it_did_not();
    }

    #[cold]
    fn tell_throttle(&self) {
        if let Some(valve) = self.policies.valve() {
            valve.ended(self.begun.at, false, self.policies.name());
        }
    }

    /// The lane of a call that is not over yet.
    pub(super) fn proceed(self) -> Lane<'a> {
        self.unless.it_did_not();
        Lane::new(self.policies, self.begun).with(self.pass, self.permit)
    }
}

/// Whether a call needs more than its outcome, even when its first attempt is made alone and goes well.
#[inline]
pub(super) fn needs_lane(policies: &Policies) -> bool {
    policies.flags() & (TIMED | SEEN) != 0 || is_heard() || inherited() != Instant::FAR
}

/// Counts a call whose operation panicked when it was asked for the first time: otherwise somebody takes it away.
pub(super) struct Unless<'a>(&'a Policies);

impl<'a> Unless<'a> {
    #[inline]
    pub(super) const fn it_panics(policies: &'a Policies) -> Self {
        Self(policies)
    }

    #[inline]
    pub(super) fn it_did_not(self) {
        std::mem::forget(self);
    }
}

impl Drop for Unless<'_> {
    #[cold]
    fn drop(&mut self) {
        self.0.tally().ended(Ending::Failed, 1);
    }
}
