//! Events: typed values that are dispatched now and handled soon, at least once, by every group that wants them.
//!
//! A type that implements [`Event`] has a topic. Each [`Handler`] of that topic is a group of its own, with its own
//! concurrency, retries and dead letters: one that fails never makes another run again. Between dispatch and
//! handler stands a [back end](backend): memory, or a file or server that outlives the process. The consume loop
//! above it is the same for all.

pub mod backend;
mod backoff;
mod consumer;
mod dead_letter;
mod delivery;
mod dispatcher;
mod envelope;
mod handler;
mod id;
mod outcome;
mod patience;
mod plan;
mod registration;
mod store;

use std::time::{Duration, SystemTime};

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use dead_letter::{DeadLetter, Reason};
pub use delivery::Delivery;
pub use dispatcher::{Dispatcher, Receipt};
pub use envelope::{Due, Envelope, Payload};
pub use handler::Handler;
pub use id::Id;
pub use outcome::{IntoOutcome, Outcome};
pub(crate) use plan::Plan;
pub use registration::Registration;

use crate::error::Error;

/// Something that happened and that somebody may want to act on: a serde type with a topic.
///
/// A handler may see an event more than once, after a crash or a lost answer: what it does must bear that.
///
/// # Examples
///
/// ```
/// use gentle::event::Event;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize)]
/// struct ScoreRead { player: u64, points: u32 }
///
/// impl Event for ScoreRead {
///     const TOPIC: &'static str = "score.read";
/// }
/// ```
///
/// An empty topic does not compile where the event is dispatched or handled:
///
/// ```compile_fail
/// # use gentle::event::{Delivery, Event, Handler};
/// # use serde::{Deserialize, Serialize};
/// #[derive(Serialize, Deserialize)]
/// struct Nameless;
///
/// impl Event for Nameless {
///     const TOPIC: &'static str = "";
/// }
///
/// let handler = Handler::new("nobody", gentle::here!(), |_: Delivery<Nameless>| async {});
/// ```
#[diagnostic::on_unimplemented(
    message = "event: `{Self}` is not an event [G855]",
    label = "has no `impl Event`",
    note = "help: write `#[derive(Event, Serialize, Deserialize)]` above it; what is no event but a service is taken as `Svc<T>`"
)]
pub trait Event: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// What it is about: the word that handlers are found by.
    const TOPIC: &'static str;
}

/// Dispatches `event` in the app of this task, or else the only one running, and waits while its store is full.
///
/// When it returns, the store has the event: a durable one keeps it from here on, whatever happens to this process.
///
/// # Errors
///
/// [`NoApp`](crate::error::Kind::NoApp) when no app is running or several are,
/// [`NoHandler`](crate::error::Kind::NoHandler) when the store is in memory and nobody handles the topic,
/// [`Stopped`](crate::error::Kind::Stopped) and [`Store`](crate::error::Kind::Store).
///
/// # Cancel safety
///
/// Dropping the future means that the event was dispatched or was not; nothing in between.
pub async fn dispatch<E: Event>(event: E) -> Result<Receipt, Error> {
    Dispatcher::current()?.dispatch(event).await
}

/// Dispatches `event` to be handled after `delay`.
///
/// # Errors
///
/// As [`dispatch`].
///
/// # Cancel safety
///
/// As [`dispatch`].
pub async fn dispatch_in<E: Event>(delay: Duration, event: E) -> Result<Receipt, Error> {
    Dispatcher::current()?.dispatch_in(delay, event).await
}

/// Dispatches `event` to be handled at the time `at`, or at once when that has passed.
///
/// # Errors
///
/// As [`dispatch`].
///
/// # Cancel safety
///
/// As [`dispatch`].
pub async fn dispatch_at<E: Event>(at: SystemTime, event: E) -> Result<Receipt, Error> {
    Dispatcher::current()?.dispatch_at(at, event).await
}

/// Dispatches `event` only if there is room now.
///
/// # Errors
///
/// [`Full`](crate::error::Kind::Full) instead of waiting; else as [`dispatch`].
///
/// # Cancel safety
///
/// As [`dispatch`].
pub async fn try_dispatch<E: Event>(event: E) -> Result<Receipt, Error> {
    Dispatcher::current()?.try_dispatch(event).await
}
