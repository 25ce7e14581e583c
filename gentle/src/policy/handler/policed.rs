use std::fmt;
use std::hash::Hash;
use std::ops::ControlFlow;
use std::pin::pin;

use super::super::{
    Builder, ByOutcome, FromRejected, Judge, Key, Mistake, Mistakes, Policies, SharedPolicies,
};
use super::Handler;

/// A handler under a policy that lets it run once or not at all: see [`Handler::rate_limit`],
/// [`Handler::bulkhead`] and [`Handler::timeout`].
///
/// A clone shares the state.
#[derive(Clone)]
pub struct Guarded<H, J = ByOutcome> {
    handler: H,
    policies: SharedPolicies,
    judge: J,
}

impl<H> Guarded<H> {
    pub(super) fn new(handler: H, policies: Builder) -> Result<Self, Mistakes> {
        let policies = policies.build()?;
        if policies.is_keyed() {
            return Err(no_key(&policies).into());
        }
        Ok(Self { handler, policies: policies.into(), judge: ByOutcome })
    }
}

// A method with a text alone has nobody to say what the key of an input is.
fn no_key(policies: &Policies) -> Mistake {
    let set = policies.current_set();
    let subject = if set.bulkhead.is_some() { Key::Bulkhead } else { Key::RateLimit };
    Mistake::new("G074", subject.as_str(), "nothing says what the key of an input is")
        .with_help("leave `each` out, or hand policies over together with their key: `gently_each(policies, |input| ...)`")
}

impl<In, H, J> Handler<In> for Guarded<H, J>
where
    In: Send,
    H: Handler<In>,
    J: Judge<Result<H::Output, H::Error>> + Send + Sync,
    Result<H::Output, H::Error>: FromRejected,
{
    type Output = H::Output;
    type Error = H::Error;

    async fn handle(&self, input: In) -> Result<H::Output, H::Error> {
        let mut call = self.policies.begin();
        call.attempt_as(pin!(async { self.handler.handle(input).await }), &self.judge).await
    }
}

/// A handler that is tried again: see [`Handler::retry`].
///
/// A clone shares the state.
#[derive(Clone)]
pub struct Retried<H, J = ByOutcome> {
    handler: H,
    policies: SharedPolicies,
    judge: J,
}

impl<H> Retried<H> {
    pub(super) fn new(handler: H, policies: Builder) -> Result<Self, Mistakes> {
        Ok(Self { handler, policies: policies.build()?.into(), judge: ByOutcome })
    }
}

impl<In, H, J> Handler<In> for Retried<H, J>
where
    In: Clone + Send,
    H: Handler<In>,
    J: Judge<Result<H::Output, H::Error>> + Send + Sync,
{
    type Output = H::Output;
    type Error = H::Error;

    async fn handle(&self, input: In) -> Result<H::Output, H::Error> {
        let mut call = self.policies.begin();
        loop {
            let operation = pin!(self.handler.handle(input.clone()));
            let outcome = call.alone_as(operation, &self.judge).await;
            match call.settle_as(outcome, &self.judge) {
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
pub struct Gently<H, J = ByOutcome> {
    handler: H,
    policies: SharedPolicies,
    judge: J,
}

impl<H> Gently<H> {
    pub(super) const fn new(handler: H, policies: SharedPolicies) -> Self {
        Self { handler, policies, judge: ByOutcome }
    }
}

impl<In, H, J> Handler<In> for Gently<H, J>
where
    In: Clone + Send,
    H: Handler<In>,
    J: Judge<Result<H::Output, H::Error>> + Send + Sync,
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
        self.policies.call_as(&self.judge, attempt).await
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

macro_rules! judged {
    ($($policed:ident),+) => {$(
        impl<H, J> $policed<H, J> {
            /// Lets `judge` say what is a failure, what is repeated and when: [`Rules`](crate::policy::Rules), or something of
            /// your own.
            ///
            /// ```
            /// use gentle::policy::{Rules, handler::Handler};
            ///
            /// # async fn read(player: u64) -> Result<u32, gentle::Rejected> { Ok(40 + player as u32) }
            /// # #[tokio::main(flavor = "current_thread")]
            /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
            /// let rules = Rules::new().retry_if(gentle::Rejected::is_timeout);
            /// let read = read.timeout("1s")?.retry("3 attempts")?.judged_by(rules);
            /// assert_eq!(read.handle(2).await, Ok(42));
            /// # Ok(())
            /// # }
            /// ```
            pub fn judged_by<K>(self, judge: K) -> $policed<H, K> {
                let Self { handler, policies, judge: _ } = self;
                $policed { handler, policies, judge }
            }
        }
    )+};
}

judged!(Guarded, Retried, Gently);

// Functions and closures have no `Debug`, and a handler around one should not lose its own for that.
macro_rules! debug_without_the_handler {
    ($($policed:ident),+) => {$(
        impl<H, J> fmt::Debug for $policed<H, J> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($policed)).field("policies", &self.policies).finish_non_exhaustive()
            }
        }
    )+};
}

debug_without_the_handler!(Guarded, Retried, Gently);
