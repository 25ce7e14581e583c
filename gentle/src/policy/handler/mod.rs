//! `Handler`: operations as values that are put together, with policies as methods.
//!
//! **Use it** when the way an operation is made up is data: steps one after the other, a fallback for the case of a
//! failure, a policy around some of it. For one function known when you write it, `#[gentle(…)]` says the same with
//! less; for policies around a call here and there, [`Policies::call`].
//!
//! Every function and closure `Fn(In) -> Future<Output = Result<…>>` is a [`Handler`]; one that makes something out
//! of nothing is a handler of `()`. What a method returns is a handler again, so nesting is free:
//!
//! ```
//! use gentle::Rejected;
//! use gentle::policy::handler::Handler;
//!
//! # #[derive(Debug)] enum Failure { Unknown, Rejected(Rejected) }
//! # impl From<Rejected> for Failure { fn from(rejected: Rejected) -> Self { Self::Rejected(rejected) } }
//! async fn read_score(player: u64) -> Result<u32, Failure> { Ok(40 + player as u32) }
//! async fn read_cache(player: u64) -> Result<u32, Failure> { Err(Failure::Unknown) }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let score = read_score
//!     .rate_limit("5/500ms")?
//!     .retry("const(500ms, 5m)")?
//!     .or(read_cache)
//!     .map(|points| format!("{points} points"));
//! assert_eq!(score.handle(2).await.unwrap(), "42 points");
//! # Ok(())
//! # }
//! ```
//!
//! | method | means |
//! |---|---|
//! | [`then`](Handler::then) | the output is the input of the next; the first error ends the chain |
//! | [`map`](Handler::map), [`map_err`](Handler::map_err) | the output, the error, made into another |
//! | [`or`](Handler::or) | after a failure, another handler gets the same input |
//! | [`or_else`](Handler::or_else) | after a failure, a function gets the same input and the error |
//! | [`rate_limit`](Handler::rate_limit), [`bulkhead`](Handler::bulkhead), [`retry`](Handler::retry), [`hedge`](Handler::hedge), [`timeout`](Handler::timeout) | one policy, around what the method is called on |
//! | [`gently`](Handler::gently) | whole [`Policies`], shared if you like |
//! | [`gently_each`](Handler::gently_each) | the same, for each key of an input |
//! | [`judged_by`](Gently::judged_by) | behind one of these: the [`Rules`](super::Rules) by which it goes |
//!
//! **Order.** Each method wraps what it is called on, so *here the order is the one you write*, the last method
//! outermost: `.rate_limit(…)?.retry(…)?` takes a token for every attempt, `.retry(…)?.rate_limit(…)?` one for all of
//! them. The attribute and [`gently`](Handler::gently) have one order for all, and they have an advantage: a retry
//! there knows a refusal from a failure, and repeats it only if it says when. A retry of its own sees errors and
//! repeats them all.
//!
//! **Mistakes.** A policy is given as text or as a value, and a mistake in it comes back from the method itself, as an
//! `Err` with its picture. So whatever you hold is complete and can be called. To have all mistakes of several
//! policies at once, build [`Policies`] and hand them to [`gently`](Handler::gently).
//!
//! **Time.** A [`timeout`](Handler::timeout) around a chain covers every step of it. It drops the step that is under
//! way and begins no other; but a last step that has succeeded is a success, even if the time is up meanwhile.
//!
//! **State.** It belongs to the policy that a method has made. A clone of a handler shares it, an [`Arc`] around one
//! as well.
//!
//! **Cost:** nothing is boxed and nothing allocated to be put together or called; the future of a chain is as large
//! as its largest step, plus what the policies around it need. `retry`, `hedge`, `gently`, `or` and `or_else` clone the
//! input, once for each attempt.
//!
//! **Cancel safety:** dropping the future drops the step under way with its permits and its places in queues. What the
//! steps before it did is done.

mod chain;
mod fallback;
mod map;
mod policed;

use std::future::Future;
use std::hash::Hash;
use std::sync::Arc;

use super::{
    Bulkhead, FromRejected, Hedge, IntoSetting, Mistakes, Policies, RateLimit, Retry, SharedPolicies, Timeout,
};

pub use chain::Then;
pub use fallback::{Or, OrElse};
pub use map::{Map, MapErr};
pub use policed::{Gently, GentlyEach, Guarded, Retried};

/// An operation as a value: from an input to a `Result`.
///
/// Functions and closures are handlers as they are. Where a closure is the handler, its argument needs a type
/// (`|player: u64| …`); where it is the argument of a method, it does not, except for [`then`](Self::then). Implement
/// it for a type of your own to give a name to an operation with data:
///
/// ```
/// use gentle::policy::handler::Handler;
///
/// struct Greet { greeting: String }
///
/// impl Handler<String> for Greet {
///     type Output = String;
///     type Error = gentle::Rejected;
///
///     async fn handle(&self, name: String) -> Result<String, gentle::Rejected> {
///         Ok(format!("{}, {name}", self.greeting))
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let politely = Greet { greeting: "Good day".into() }.bulkhead("16")?;
/// assert_eq!(politely.handle("Ada".into()).await?, "Good day, Ada");
/// # Ok(())
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an operation on `{In}`",
    label = "this is neither an async function from `{In}` to a `Result` nor a handler",
    note = "help: a closure that takes an input of unknown type needs to name it: `|input: {In}| async move {{ … }}`"
)]
pub trait Handler<In>: Send + Sync {
    /// What it makes of an input.
    type Output: Send;
    /// Why it could not.
    type Error: Send;

    /// Does it.
    ///
    /// # Errors
    ///
    /// The operation's own, and what a policy around it makes of a [`Rejected`](super::Rejected).
    fn handle(&self, input: In) -> impl Future<Output = Result<Self::Output, Self::Error>> + Send;

    /// Hands the output on to `next`. After an error, `next` does not run.
    ///
    /// ```
    /// use gentle::policy::handler::Handler;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// async fn parse(text: &str) -> Result<u32, std::num::ParseIntError> { text.parse() }
    ///
    /// let doubled = parse.then(|number: u32| async move { Ok(2 * number) });
    /// assert_eq!(doubled.handle("21").await, Ok(42));
    /// assert!(doubled.handle("one").await.is_err());
    /// # }
    /// ```
    fn then<N>(self, next: N) -> Then<Self, N>
    where
        Self: Sized,
        N: Handler<Self::Output, Error = Self::Error>,
    {
        Then::new(self, next)
    }

    /// Makes another output of the output.
    fn map<F, T>(self, change: F) -> Map<Self, F>
    where
        Self: Sized,
        F: Fn(Self::Output) -> T + Send + Sync,
    {
        Map::new(self, change)
    }

    /// Makes another error of the error.
    fn map_err<F, E>(self, change: F) -> MapErr<Self, F>
    where
        Self: Sized,
        F: Fn(Self::Error) -> E + Send + Sync,
    {
        MapErr::new(self, change)
    }

    /// Asks `other` when this one fails, with the same input. The last error is the one that comes back.
    ///
    /// ```
    /// use gentle::policy::handler::Handler;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// async fn read(player: u64) -> Result<u32, gentle::Rejected> { Ok(40 + player as u32) }
    ///
    /// let either = read.rate_limit("1/h, reject")?.or(read.rate_limit("1/h, reject")?);
    /// assert_eq!(either.handle(2).await, Ok(42), "the first");
    /// assert_eq!(either.handle(2).await, Ok(42), "the other");
    /// assert!(either.handle(2).await.is_err(), "neither");
    /// # Ok(())
    /// # }
    /// ```
    fn or<O>(self, other: O) -> Or<Self, O>
    where
        Self: Sized,
        In: Clone,
        O: Handler<In, Output = Self::Output>,
    {
        Or::new(self, other)
    }

    /// Calls `fallback` with the same input and with the error when this one fails. The last error is the one that
    /// comes back.
    ///
    /// ```
    /// use gentle::policy::handler::Handler;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// async fn parse(text: &str) -> Result<usize, std::num::ParseIntError> { text.parse() }
    ///
    /// let size = parse.or_else(|text, error| async move { if text.is_empty() { Err(error) } else { Ok(text.len()) } });
    /// assert_eq!(size.handle("42").await, Ok(42));
    /// assert_eq!(size.handle("four").await, Ok(4));
    /// assert!(size.handle("").await.is_err());
    /// # }
    /// ```
    fn or_else<F, Fut, E>(self, fallback: F) -> OrElse<Self, F>
    where
        Self: Sized,
        In: Clone,
        F: Fn(In, Self::Error) -> Fut + Send + Sync,
        Fut: Future<Output = Result<Self::Output, E>> + Send,
    {
        OrElse::new(self, fallback)
    }

    /// So many calls in so much time: [`rate_limit`](super::rate_limit).
    ///
    /// # Errors
    ///
    /// Every mistake in `limit`.
    fn rate_limit(self, limit: impl IntoSetting<RateLimit>) -> Result<Guarded<Self>, Mistakes>
    where
        Self: Sized,
        Result<Self::Output, Self::Error>: FromRejected,
    {
        Guarded::new(self, Policies::builder().rate_limit(limit))
    }

    /// So many calls at the same time: [`bulkhead`](super::bulkhead).
    ///
    /// # Errors
    ///
    /// Every mistake in `bulkhead`.
    fn bulkhead(self, bulkhead: impl IntoSetting<Bulkhead>) -> Result<Guarded<Self>, Mistakes>
    where
        Self: Sized,
        Result<Self::Output, Self::Error>: FromRejected,
    {
        Guarded::new(self, Policies::builder().bulkhead(bulkhead))
    }

    /// Each call may take so long, and every step of it is within that time: [`timeout`](super::timeout).
    ///
    /// # Errors
    ///
    /// Every mistake in `timeout`.
    fn timeout(self, timeout: impl IntoSetting<Timeout>) -> Result<Guarded<Self>, Mistakes>
    where
        Self: Sized,
        Result<Self::Output, Self::Error>: FromRejected,
    {
        Guarded::new(self, Policies::builder().timeout(timeout))
    }

    /// A failure is tried again: [`retry`](super::retry). It refuses nothing, so any error type will do.
    ///
    /// # Errors
    ///
    /// Every mistake in `retry`.
    fn retry(self, retry: impl IntoSetting<Retry>) -> Result<Retried<Self>, Mistakes>
    where
        Self: Sized,
        In: Clone,
    {
        Retried::new(self, Policies::builder().retry(retry))
    }

    /// A slow call gets another one beside it, of the same handler, which must do no harm: [`hedge`](super::hedge).
    ///
    /// # Errors
    ///
    /// Every mistake in `hedge`.
    ///
    /// # Examples
    ///
    /// ```
    /// use gentle::policy::handler::Handler;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// async fn read(player: u64) -> Result<u64, gentle::Rejected> { Ok(40 + player) }
    ///
    /// assert_eq!(read.hedge("after p95 at least 20ms")?.handle(2).await?, 42);
    /// # Ok(())
    /// # }
    /// ```
    fn hedge(self, hedge: impl IntoSetting<Hedge>) -> Result<Gently<Self>, Mistakes>
    where
        Self: Sized,
        In: Clone,
        Result<Self::Output, Self::Error>: FromRejected,
    {
        Ok(Gently::new(self, Policies::builder().hedge(hedge).build()?.into()))
    }

    /// Whole [`Policies`], in the one order that the attribute has too.
    ///
    /// ```
    /// use gentle::Policies;
    /// use gentle::policy::handler::Handler;
    ///
    /// static PAYMENTS: Policies = gentle::policies!(rate_limit = "5/s", retry = "3 attempts");
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let pay = (|cents: u32| async move { Ok::<_, gentle::Rejected>(cents) }).gently(&PAYMENTS);
    /// let refund = (|cents: u32| async move { Ok::<_, gentle::Rejected>(cents) }).gently(&PAYMENTS);
    /// assert_eq!(pay.handle(5).await, refund.handle(5).await);
    /// # }
    /// ```
    fn gently(self, policies: impl Into<SharedPolicies>) -> Gently<Self>
    where
        Self: Sized,
        In: Clone,
        Result<Self::Output, Self::Error>: FromRejected,
    {
        Gently::new(self, policies.into())
    }

    /// Whole [`Policies`], of which those that say `each` are kept [for each](super::each) `key` of an input.
    ///
    /// ```
    /// use gentle::Policies;
    /// use gentle::policy::handler::Handler;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let once = Policies::parse(r#"rate_limit = "1/h reject each account""#)?;
    /// let pay = |(account, cents): (u32, u32)| async move { Ok::<_, gentle::Rejected>(account + cents) };
    /// let pay = pay.gently_each(once, |(account, _): &(u32, u32)| *account);
    /// assert!(pay.handle((1, 5)).await.is_ok());
    /// assert!(pay.handle((2, 5)).await.is_ok());
    /// assert!(pay.handle((1, 7)).await.is_err());
    /// # Ok(())
    /// # }
    /// ```
    fn gently_each<F, K>(self, policies: impl Into<SharedPolicies>, key: F) -> GentlyEach<Self, F>
    where
        Self: Sized,
        In: Clone,
        F: Fn(&In) -> K + Send + Sync,
        K: Clone + Eq + Hash + Send + Sync + 'static,
        Result<Self::Output, Self::Error>: FromRejected,
    {
        GentlyEach::new(self, policies.into(), key)
    }
}

#[diagnostic::do_not_recommend]
impl<In, F, Fut, T, E> Handler<In> for F
where
    F: Fn(In) -> Fut + Send + Sync,
    Fut: Future<Output = Result<T, E>> + Send,
    T: Send,
    E: Send,
{
    type Output = T;
    type Error = E;

    fn handle(&self, input: In) -> impl Future<Output = Result<T, E>> + Send {
        self(input)
    }
}

impl<In, H: Handler<In>> Handler<In> for Arc<H> {
    type Output = H::Output;
    type Error = H::Error;

    fn handle(&self, input: In) -> impl Future<Output = Result<H::Output, H::Error>> + Send {
        H::handle(self, input)
    }
}
