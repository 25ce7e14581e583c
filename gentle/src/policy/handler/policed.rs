use std::fmt;
use std::hash::Hash;
use std::ops::ControlFlow;
use std::pin::pin;

use super::super::{Builder, FromRejected, Key, Mistake, Mistakes, Outcome, Policies, SharedPolicies};
use super::Handler;

/// A handler under a policy that lets it run once or not at all: see [`Handler::rate_limit`],
/// [`Handler::bulkhead`] and [`Handler::timeout`].
///
/// A clone shares the state.
#[derive(Clone)]
pub struct Guarded<H> {
    handler: H,
    policies: SharedPolicies,
}

impl<H> Guarded<H> {
    pub(super) fn new(handler: H, policies: Builder) -> Result<Self, Mistakes> {
        let policies = policies.build()?;
        if policies.is_keyed() {
            return Err(no_key(&policies).into());
        }
        Ok(Self { handler, policies: policies.into() })
    }
}

// A method with a text alone has nobody to say what the key of an input is.
fn no_key(policies: &Policies) -> Mistake {
    let set = policies.current_set();
    let subject = if set.bulkhead.is_some() { Key::Bulkhead } else { Key::RateLimit };
    Mistake::new("G074", subject.as_str(), "nothing says what the key of an input is")
        .with_help("leave `each` out, or hand policies over together with their key: `gently_each(policies, |input| ...)`")
}

impl<In, H> Handler<In> for Guarded<H>
where
    In: Send,
    H: Handler<In>,
    Result<H::Output, H::Error>: FromRejected,
{
    type Output = H::Output;
    type Error = H::Error;

    async fn handle(&self, input: In) -> Result<H::Output, H::Error> {
        let mut call = self.policies.begin();
        let outcome = call.attempt(pin!(async { self.handler.handle(input).await })).await;
        // Without a retry there is nothing to decide.
        let _ = call.settle(Ended { failed: outcome.is_err() });
        outcome
    }
}

/// How an attempt ended, for policies that learn from it.
struct Ended {
    failed: bool,
}

impl Outcome for Ended {
    fn is_failure(&self) -> bool {
        self.failed
    }
}

/// A handler that is tried again: see [`Handler::retry`].
///
/// A clone shares the state.
#[derive(Clone)]
pub struct Retried<H> {
    handler: H,
    policies: SharedPolicies,
}

impl<H> Retried<H> {
    pub(super) fn new(handler: H, policies: Builder) -> Result<Self, Mistakes> {
        Ok(Self { handler, policies: policies.build()?.into() })
    }
}

impl<In, H> Handler<In> for Retried<H>
where
    In: Clone + Send,
    H: Handler<In>,
{
    type Output = H::Output;
    type Error = H::Error;

    async fn handle(&self, input: In) -> Result<H::Output, H::Error> {
        let mut call = self.policies.begin();
        loop {
            let outcome = call.alone(pin!(self.handler.handle(input.clone()))).await;
            match call.settle(outcome) {
                ControlFlow::Break(outcome) => return outcome,
                ControlFlow::Continue(pause) => pause.await,
            }
        }
    }
}

/// A handler under whole [`Policies`](crate::policy::Policies): see [`Handler::gently`].
///
/// A clone shares the state.
#[derive(Clone)]
pub struct Gently<H> {
    handler: H,
    policies: SharedPolicies,
}

impl<H> Gently<H> {
    pub(super) const fn new(handler: H, policies: SharedPolicies) -> Self {
        Self { handler, policies }
    }
}

impl<In, H> Handler<In> for Gently<H>
where
    In: Clone + Send,
    H: Handler<In>,
    Result<H::Output, H::Error>: FromRejected,
{
    type Output = H::Output;
    type Error = H::Error;

    async fn handle(&self, input: In) -> Result<H::Output, H::Error> {
        let handler = &self.handler;
        let attempt = move || {
            let input = input.clone();
            async move { handler.handle(input).await }
        };
        self.policies.call(attempt).await
    }
}

/// A handler under [`Policies`](crate::policy::Policies) for each key: see [`Handler::gently_each`].
///
/// A clone shares the state.
#[derive(Clone)]
pub struct GentlyEach<H, F> {
    handler: H,
    policies: SharedPolicies,
    key: F,
}

impl<H, F> GentlyEach<H, F> {
    pub(super) const fn new(handler: H, policies: SharedPolicies, key: F) -> Self {
        Self { handler, policies, key }
    }
}

impl<In, H, F, K> Handler<In> for GentlyEach<H, F>
where
    In: Clone + Send,
    H: Handler<In>,
    F: Fn(&In) -> K + Send + Sync,
    K: Clone + Eq + Hash + Send + Sync + 'static,
    Result<H::Output, H::Error>: FromRejected,
{
    type Output = H::Output;
    type Error = H::Error;

    async fn handle(&self, input: In) -> Result<H::Output, H::Error> {
        let handler = &self.handler;
        let caller = self.policies.each(&(self.key)(&input));
        let attempt = move || {
            let input = input.clone();
            async move { handler.handle(input).await }
        };
        caller.call(attempt).await
    }
}

impl<H, F> fmt::Debug for GentlyEach<H, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GentlyEach").field("policies", &self.policies).finish_non_exhaustive()
    }
}

// Functions and closures have no `Debug`, and a handler around one should not lose its own for that.
macro_rules! debug_without_the_handler {
    ($($policed:ident),+) => {$(
        impl<H> fmt::Debug for $policed<H> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($policed)).field("policies", &self.policies).finish_non_exhaustive()
            }
        }
    )+};
}

debug_without_the_handler!(Guarded, Retried, Gently);
