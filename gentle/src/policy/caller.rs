use std::future::Future;
use std::ops::ControlFlow;
use std::pin::pin;

use super::bulkhead::{self, Gate};
use super::circuit_breaker::{Breaker, Circuit};
use super::each::{Held, PolicyKey, hash};
use super::fallback::Failed;
use super::keys::{Breakers, Buckets, Gates, Keys};
use super::rate_limit::{Bucket, Tap};
use super::{ByOutcome, Call, Fallible, FromRejected, Judge, Outcome, Policies};
use crate::time::now;

/// Policies as one caller meets them: with the states of its own key, and with what its calls cost.
///
/// Made by [`Policies::each`] and [`Policies::cost`], and good for any number of calls. While somebody has it, the states
/// of its key stay.
///
/// # Examples
///
/// ```
/// use gentle::policy::Policies;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let letters = Policies::parse(r#"rate_limit = "10/h reject each user", bulkhead = "64""#)?;
/// let send = || async { Ok::<_, gentle::Rejected>(()) };
///
/// let ada = letters.each("ada");
/// ada.call(send).await?;
/// ada.clone().cost(9).call(send).await?;
/// assert!(ada.call(send).await.is_err());
/// letters.each("grace").call(send).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Caller<'a> {
    policies: &'a Policies,
    circuit_breaker: Option<Held<Breaker>>,
    rate_limit: Option<Held<Bucket>>,
    bulkhead: Option<Held<Gate>>,
    cost: u32,
}

impl<'a> Caller<'a> {
    #[inline]
    pub(super) const fn new(policies: &'a Policies) -> Self {
        Self { policies, circuit_breaker: None, rate_limit: None, bulkhead: None, cost: 1 }
    }

    #[inline]
    pub(super) fn of(policies: &'a Policies, key: impl PolicyKey) -> Self {
        let (keys, hash) = (policies.keys(), hash(key));
        Self {
            policies,
            circuit_breaker: breaker_of(policies, keys, key, hash),
            rate_limit: bucket_of(keys, key, hash),
            bulkhead: gate_of(policies, keys, key, hash),
            cost: 1,
        }
    }

    /// With the states of this key, in every policy whose text says `each`: see [`Policies::each`].
    #[inline]
    pub fn each(self, key: impl PolicyKey) -> Self {
        Self { cost: self.cost, ..Self::of(self.policies, key) }
    }

    /// With a key for the circuit breaker alone.
    #[doc(hidden)]
    #[inline]
    pub fn circuit_breaker_each(self, key: impl PolicyKey) -> Self {
        let circuit_breaker = breaker_of(self.policies, self.policies.keys(), key, hash(key));
        Self { circuit_breaker, ..self }
    }

    /// With a key for the rate limit alone.
    #[doc(hidden)]
    #[inline]
    pub fn rate_limit_each(self, key: impl PolicyKey) -> Self {
        let rate_limit = bucket_of(self.policies.keys(), key, hash(key));
        Self { rate_limit, ..self }
    }

    /// With a key for the bulkhead alone.
    #[doc(hidden)]
    #[inline]
    pub fn bulkhead_each(self, key: impl PolicyKey) -> Self {
        let bulkhead = gate_of(self.policies, self.policies.keys(), key, hash(key));
        Self { bulkhead, ..self }
    }

    /// Each attempt takes so many tokens of the rate limit: see [`Policies::cost`].
    #[inline]
    pub const fn cost(mut self, tokens: u32) -> Self {
        self.cost = tokens;
        self
    }

    /// The circuit breaker of this key, to look at it and to hold it open or closed.
    pub fn circuit_breaker(&self) -> Option<Circuit<'_>> {
        self.breaker().map(|breaker| Circuit::of(breaker, self.policies))
    }

    /// How full the bulkhead of this key is.
    pub fn bulkhead(&self) -> Option<bulkhead::State> {
        self.gate().map(Gate::state)
    }

    /// Runs `operation` as [`Policies::call`] does.
    ///
    /// # Errors
    ///
    /// The operation's own error, unchanged, or what it makes of a [`Rejected`](super::Rejected). A call that costs more
    /// than the rate limit ever has at once is refused as [`Refusal::TooLarge`](super::Refusal::TooLarge), without a time
    /// to come back.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future drops the operation, its permit, its place in a queue and its timers. Tokens that an
    /// attempt has used stay used.
    pub async fn call<F, Fut>(&self, mut operation: F) -> Fut::Output
    where
        F: FnMut() -> Fut,
        Fut: Future,
        Fut::Output: Outcome + FromRejected,
    {
        let mut call = self.begin();
        loop {
            let outcome = {
                let first = pin!(operation());
                if self.policies.hedges() {
                    call.race(first, &mut operation, ByOutcome).await
                } else {
                    call.attempt(first).await
                }
            };
            match call.settle(outcome) {
                ControlFlow::Break(outcome) => return outcome,
                ControlFlow::Continue(pause) => pause.await,
            }
        }
    }

    /// Runs `operation` as [`Policies::call_as`] does: `judge` says what its outcomes are.
    ///
    /// # Errors
    ///
    /// Those of [`call`](Self::call).
    ///
    /// # Cancel safety
    ///
    /// That of [`call`](Self::call).
    pub async fn call_as<J, F, Fut>(&self, judge: J, mut operation: F) -> Fut::Output
    where
        J: Judge<Fut::Output>,
        F: FnMut() -> Fut,
        Fut: Future,
        Fut::Output: FromRejected,
    {
        let mut call = self.begin();
        loop {
            let outcome = {
                let first = pin!(operation());
                if self.policies.hedges() {
                    call.race(first, &mut operation, &judge).await
                } else {
                    call.attempt_as(first, &judge).await
                }
            };
            match call.settle_as(outcome, &judge) {
                ControlFlow::Break(outcome) => return outcome,
                ControlFlow::Continue(pause) => pause.await,
            }
        }
    }

    /// What [`Policies::fall_back`] does: one fallback is for all keys.
    pub fn fall_back<R: Fallible>(&self, outcome: R) -> ControlFlow<R, Failed<R::Value, R::Error>> {
        self.policies.fall_back(outcome)
    }

    /// Begins a call: the state machine that the macros and [`call`](Self::call) drive.
    #[inline]
    pub fn begin(&self) -> Call<'_> {
        Call::of_caller(self)
    }

    #[inline]
    pub(super) const fn policies(&self) -> &'a Policies {
        self.policies
    }

    #[inline]
    pub(super) fn breaker(&self) -> Option<&Breaker> {
        let own = self.circuit_breaker.as_ref().map(|held| &held.state);
        own.or(self.policies.circuit_breaker.as_ref())
    }

    #[inline]
    pub(super) fn tap(&self) -> Option<Tap<'_>> {
        let own = self.rate_limit.as_ref().map(|held| &held.state);
        self.policies.rate_limit.as_ref().map(|limiter| limiter.tap_of(own, self.cost))
    }

    #[inline]
    pub(super) fn gate(&self) -> Option<&Gate> {
        let own = self.bulkhead.as_ref().map(|held| &held.state);
        own.or(self.policies.bulkhead.as_ref())
    }
}

#[inline]
fn breaker_of(policies: &Policies, keys: &Keys, key: impl PolicyKey, hash: u64) -> Option<Held<Breaker>> {
    let (each, breaker) = (keys.circuit_breaker.as_ref()?, policies.circuit_breaker.as_ref()?);
    each.get(key, hash, || Breakers(breaker, now()))
}

#[inline]
fn bucket_of(keys: &Keys, key: impl PolicyKey, hash: u64) -> Option<Held<Bucket>> {
    keys.rate_limit.as_ref()?.get(key, hash, || Buckets(now()))
}

#[inline]
fn gate_of(policies: &Policies, keys: &Keys, key: impl PolicyKey, hash: u64) -> Option<Held<Gate>> {
    let (each, gate) = (keys.bulkhead.as_ref()?, policies.bulkhead.as_ref()?);
    each.get(key, hash, || Gates(gate))
}
