use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::backend::{Depth, Form, Room};
use super::store::{NAME, Store};
use super::{DeadLetter, Due, Envelope, Event, Id, Payload};
use crate::error::{Error, Kind};
use crate::service::{Build, Definition, Inject, Scope};
use crate::time::now;

// More than anybody reads at once.
const LETTERS: usize = 1_000;

/// Dispatches events; cheap to clone, and injectable wherever a `Svc<T>` is.
///
/// The free functions of [`event`](crate::event) do the same with the dispatcher of the app they are called in.
#[derive(Clone)]
pub struct Dispatcher(Arc<Store>);

/// What dispatching an event gives back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Receipt {
    /// Which event it became.
    pub id: Id,
}

impl Dispatcher {
    pub(super) fn new(store: Arc<Store>) -> Self {
        Self(store)
    }

    pub(super) fn store(&self) -> &Arc<Store> {
        &self.0
    }

    pub(super) fn current() -> Result<Self, Error> {
        Scope::current()?.get().ok_or_else(missing)
    }

    /// Dispatches `event`; waits while the store is full. See [`dispatch`](crate::event::dispatch).
    ///
    /// # Errors
    ///
    /// As [`dispatch`](crate::event::dispatch), without `NoApp`.
    ///
    /// # Cancel safety
    ///
    /// As [`dispatch`](crate::event::dispatch).
    pub async fn dispatch<E: Event>(&self, event: E) -> Result<Receipt, Error> {
        self.send(event, Due::Now, Room::Wait).await
    }

    /// Dispatches `event` to be handled after `delay`.
    ///
    /// # Errors
    ///
    /// As [`dispatch`](Self::dispatch).
    ///
    /// # Cancel safety
    ///
    /// As [`dispatch`](Self::dispatch).
    pub async fn dispatch_in<E: Event>(&self, delay: Duration, event: E) -> Result<Receipt, Error> {
        self.send(event, Due::after(delay), Room::Wait).await
    }

    /// Dispatches `event` to be handled at the time `at`, or at once when that has passed.
    ///
    /// # Errors
    ///
    /// As [`dispatch`](Self::dispatch).
    ///
    /// # Cancel safety
    ///
    /// As [`dispatch`](Self::dispatch).
    pub async fn dispatch_at<E: Event>(&self, at: SystemTime, event: E) -> Result<Receipt, Error> {
        self.send(event, Due::at(at), Room::Wait).await
    }

    /// Dispatches `event` only if there is room now.
    ///
    /// # Errors
    ///
    /// [`Kind::Full`] instead of waiting; else as [`dispatch`](Self::dispatch).
    ///
    /// # Cancel safety
    ///
    /// As [`dispatch`](Self::dispatch).
    pub async fn try_dispatch<E: Event>(&self, event: E) -> Result<Receipt, Error> {
        self.send(event, Due::Now, Room::Refuse).await
    }

    /// How many deliveries of `topic` there are in each state, over all its groups.
    ///
    /// # Errors
    ///
    /// [`Kind::Stopped`] and [`Kind::Store`].
    ///
    /// # Cancel safety
    ///
    /// It only reads: dropping the future changes nothing.
    pub async fn depth(&self, topic: &str) -> Result<Depth, Error> {
        self.0.backend()?.depth(topic).await
    }

    /// What was given up of `topic`, the latest first; at most the last thousand.
    ///
    /// # Errors
    ///
    /// [`Kind::Stopped`] and [`Kind::Store`].
    ///
    /// # Cancel safety
    ///
    /// As [`depth`](Self::depth).
    pub async fn dead_letters(&self, topic: &str) -> Result<Vec<DeadLetter>, Error> {
        self.0.backend()?.dead_letters(topic, LETTERS).await
    }

    async fn send<E: Event>(&self, event: E, due: Due, room: Room) -> Result<Receipt, Error> {
        const { assert!(!E::TOPIC.is_empty(), "an event needs a topic") };
        let backend = self.0.backend()?;
        let payload = wrap(event, backend.form())?;
        let id = Id::at(now());
        let envelope = Envelope { id, topic: E::TOPIC, due, payload };
        self.0.patience.publish(&*backend, envelope, room).await?;
        Ok(Receipt { id })
    }
}

fn wrap<E: Event>(event: E, form: Form) -> Result<Payload, Error> {
    let Form::Bytes { limit } = form else { return Ok(Payload::Shared(Arc::new(event))) };
    let bytes = serde_json::to_vec(&event).map_err(|cause| {
        Error::new(Kind::Store, format!("an event of the topic `{}` cannot be written: {cause}", E::TOPIC))
            .because(cause)
    })?;
    if bytes.len() > limit {
        let (topic, size) = (E::TOPIC, bytes.len());
        let message = format!(
            "an event of the topic `{topic}` takes {size} bytes, and the store holds at most {limit} of one\n\
             help: dispatch where to find the data instead of the data itself"
        );
        return Err(Error::new(Kind::Store, message));
    }
    Ok(Payload::Bytes(bytes.into()))
}

fn missing() -> Error {
    let message = "this app has no event store, because no handler is registered and no service asks for a \
                   `Dispatcher`\n\
                   help: add one, set `event.url`, or name the crate that brings it: `gentle::link!(that_crate)`";
    Error::new(Kind::NoApp, message)
}

impl Inject for Dispatcher {
    fn inject(build: &Build) -> Result<Self, Error> {
        build.resource().ok_or_else(missing)
    }

    fn edge(definition: Definition) -> Definition {
        definition.needs_named(NAME)
    }
}

impl fmt::Debug for Dispatcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Dispatcher")
    }
}
