//! Policies: manners around an operation.
//!
//! A policy paces, bounds, repeats or cuts off an operation: an async function from an input to a `Result`. What
//! it shall do is one sentence (`rate_limit = "5/500ms"`), the same in an attribute, in `gentle.toml`, in the
//! environment and in [`Policies::parse`].
//!
//! Whatever the order in which they are written, policies nest in one order, outermost first:
//!
//! ```text
//! fallback > cache > timeout (total) > throttle > retry > hedge > circuit_breaker > rate_limit > bulkhead >
//! timeout (each attempt) > chaos > the operation
//! ```
//!
//! Every attempt of a retry and every extra call of a hedge is evidence for the circuit breaker, and an open circuit spends no token. Every attempt
//! takes its own token and its own permit; no permit is held while a retry waits; who waits for a token does not
//! occupy a place in the bulkhead; the limit of one attempt does not count the time in the queue. A fallback sees what all
//! the others have made of the call.
//!
//! What counts as a failure, what is worth another attempt and when, is said by [`rules`].
//!
//! A rate limit, a bulkhead and a circuit breaker are one for all calls, or one for each key: `"20/s each tenant"`, see
//! [`each`].
//!
//! Around a function there is the attribute, around a call [`Policies::call`]. Operations that are put together as
//! values have policies as methods ([`handler`]), and services in a stack have them as layers (`tower`, with the
//! feature of that name).
//!
//! What they do is told in events ([`observe`]), counted ([`numbers`](mod@numbers)), and listed and changed by name
//! ([`register`]).
//!
//! Who knows another library finds its words beside ours in [`coming_from`].

mod budget;
mod builder;
mod call;
mod caller;
#[cfg(not(feature = "chaos"))]
#[path = "no_chaos.rs"]
mod chaos;
mod deadline;
mod histogram;
mod judge;
mod keys;
mod line;
mod outcome;
mod patience;
mod policies;
mod rare;
mod registration;
mod rejected;
mod shared;
mod sync;

pub mod bulkhead;
pub mod cache;
#[cfg(feature = "chaos")]
pub mod chaos;
pub mod circuit_breaker;
#[doc = include_str!("coming_from.md")]
pub mod coming_from {}
pub mod each;
pub mod fallback;
pub mod handler;
pub mod hedge;
pub mod numbers;
pub mod observe;
pub mod rate_limit;
pub mod register;
pub mod retry;
pub mod rules;
pub mod throttle;
pub mod timeout;
#[cfg(feature = "tower")]
pub mod tower;

pub use builder::{Builder, IntoSetting};
pub use call::{Alone, Attempt, Call, Pause};
pub use caller::Caller;
pub(crate) use deadline::dropped_at;
pub use deadline::{deadline, with_deadline};
pub use each::PolicyKey;
pub use gentle_dsl::{
    Adaptive, Backoff, Budget, Bulkhead, Cache, Chaos, ChaosAct, ChaosKind, CircuitBreaker, Delays, Each,
    Factor, Fallback, Hedge, HedgeDelay, Jitter, Key, Mistake, Mistakes, Order, Percent, PolicySet, Rate,
    RateLimit, Retry, Sentence, Setting, Throttle, Timeout, Tries, Trip, Turn, Waiting, Width,
};
pub use judge::{ByOutcome, Judge, Verdict};
pub use numbers::{Latency, Numbers};
pub use observe::{Ending, Event, Observing, measure_all, observe_all};
pub use outcome::{Again, Fallible, FromRejected, Outcome};
pub use policies::Policies;
pub use register::{Listed, ListedPolicy, Register, list, numbers, set};
pub use registration::Registration;
pub use rejected::{Refusal, Rejected};
pub use rules::Rules;
pub use shared::SharedPolicies;
