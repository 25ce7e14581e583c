//! `fallback`: what to answer when everything else has failed.
//!
//! **Use it** where an old, a simpler or an empty answer is better than none: yesterday's price, the list without the
//! recommendations. It is no help where the caller must know: an order that was not placed has no substitute.
//!
//! It is the outermost policy, so it sees what all others have made of the call: the last error of a retry, a timeout, a
//! refusal by an open circuit, each as the error that the caller would have got. What it does itself is under no policy.
//!
//! | written | answers with |
//! |---|---|
//! | `fallback = 0`, `fallback = Score::NONE` | that value, made only when it is needed |
//! | `fallback(default)` | the `Default` of the answer |
//! | `fallback = from_cache` | what the function makes of the error |
//! | `fallback = \|error\| …` | the same; the closure may use the arguments of the call by name |
//! | `fallback(from_cache, from_disk, default)` | the first of these that succeeds |
//!
//! A function takes the error, or nothing; it is async or not; it returns the answer, or a `Result`. **In a list** each one
//! gets the error of the one before it, and the last error comes back. An argument that is taken by value and named in a
//! closure has to be `Clone`.
//!
//! **Read aloud:** `fallback(from_cache, default)` is fall back to the cache, then to the default.
//!
//! **Cost:** nothing while calls succeed. An async function that returns the answer itself, without a `Result`, costs one
//! allocation.
//!
//! **What it emits:** [`FallbackUsed`](super::Event::FallbackUsed), and a `debug` line of `tracing`, each time that one is asked.
//!
//! **Cancel safety:** that of the function; no permit and no token is held meanwhile.
//!
//! **Live change:** what it answers is code, and stays; `off` switches it off and `on` on again.
//!
//! By hand the same is [`Policies::fall_back`](super::Policies::fall_back); a [`Handler`](super::handler::Handler) has
//! [`or`](super::handler::Handler::or) and [`or_else`](super::handler::Handler::or_else).
//!
//! ```
//! use gentle::prelude::*;
//!
//! async fn from_cache(error: anyhow::Error) -> anyhow::Result<u32> {
//!     Err(error.context("not in the cache"))
//! }
//!
//! #[gentle(circuit_breaker = "on", timeout = "2s", fallback(from_cache, |_| player * 100))]
//! async fn read_score(player: u32) -> anyhow::Result<u32> {
//!     anyhow::bail!("the score service is down")
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! assert_eq!(read_score(7).await.unwrap(), 700);
//! # }
//! ```

mod answer;

use std::fmt;
use std::marker::PhantomData;

pub use gentle_dsl::Fallback;

pub use answer::{Answer, Answers, Asked, Boxed, Defaulted, Given, Itself, Later, Made, Whole};

/// A call that has failed, and asks for another answer: see [`Policies::fall_back`](super::Policies::fall_back).
#[must_use = "somebody waits for an answer"]
pub struct Failed<T, E> {
    error: E,
    answer: PhantomData<fn() -> T>,
}

impl<T, E> Failed<T, E> {
    pub(super) const fn new(error: E) -> Self {
        Self { error, answer: PhantomData }
    }

    /// Why it failed.
    pub const fn error(&self) -> &E {
        &self.error
    }

    /// The answer that `fallback` has: a value, or a function of the error or of nothing, async or not, that makes the
    /// answer or a `Result`.
    ///
    /// # Errors
    ///
    /// What the future makes: the function's own.
    pub fn answer<F, By>(self, fallback: F) -> F::Future
    where
        F: Answers<T, E, By>,
    {
        fallback.answer(self.error)
    }

    /// The same for a closure, which need not name the type of the error.
    ///
    /// # Errors
    ///
    /// What the future makes: the closure's own.
    pub fn answer_with<F, A, By>(self, fallback: F) -> A::Future
    where
        F: FnOnce(E) -> A,
        A: Answer<T, E, By>,
    {
        fallback(self.error).answer()
    }

    /// The `Default` of the answer.
    ///
    /// # Errors
    ///
    /// None.
    pub fn default(self) -> Result<T, E>
    where
        T: Defaulted,
    {
        Ok(T::defaulted())
    }
}

impl<T, E: fmt::Debug> fmt::Debug for Failed<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Failed").field(&self.error).finish()
    }
}
