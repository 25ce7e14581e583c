use crate::policy::bulkhead::Gate;
use crate::policy::circuit_breaker::Breaker;
use crate::policy::rate_limit::{Limiter, Tap};
use crate::policy::{Caller, Policies};

/// The policies on the way, each with the state that this attempt meets.
#[derive(Clone, Copy)]
pub(super) struct Doors<'a> {
    pub(super) breaker: Option<&'a Breaker>,
    pub(super) tap: Option<Tap<'a>>,
    pub(super) gate: Option<&'a Gate>,
}

impl<'a> Doors<'a> {
    #[inline]
    pub(super) fn of(policies: &'a Policies) -> Self {
        Self {
            breaker: policies.circuit_breaker.as_ref(),
            tap: policies.rate_limit.as_ref().map(Limiter::tap),
            gate: policies.bulkhead.as_ref(),
        }
    }

    #[inline]
    pub(super) fn of_caller(caller: &'a Caller<'a>) -> Self {
        Self { breaker: caller.breaker(), tap: caller.tap(), gate: caller.gate() }
    }

    pub(super) fn before(policies: &'a Policies, caller: Option<&'a Caller<'a>>) -> Self {
        caller.map_or_else(|| Self::of(policies), Self::of_caller)
    }
}

#[inline]
pub(super) fn breaker<'a>(policies: &'a Policies, caller: Option<&'a Caller<'a>>) -> Option<&'a Breaker> {
    match caller {
        None => policies.circuit_breaker.as_ref(),
        Some(caller) => caller.breaker(),
    }
}

/// Whether what this one has counted is what is counted for all calls: one that is kept for a key goes with it.
#[inline]
pub(super) fn counts_for_all(breaker: &Breaker, policies: &Policies, caller: Option<&Caller<'_>>) -> bool {
    caller.is_none() || policies.circuit_breaker.as_ref().is_some_and(|own| std::ptr::eq(own, breaker))
}
