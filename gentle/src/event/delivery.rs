use std::sync::Arc;

use super::backend::Claim;
use super::{Event, Id, Payload};
use crate::error::{Error, Kind};
use crate::service::{Build, Inject};

/// One event handed to one handler, for one attempt.
#[derive(Debug)]
pub struct Delivery<E> {
    event: Arc<E>,
    id: Id,
    attempt: u32,
    build: Arc<Build>,
}

impl<E: Event> Delivery<E> {
    pub(super) fn open(claim: &Claim, build: Arc<Build>) -> Result<Self, Error> {
        let event = decode(&claim.payload)?;
        Ok(Self { event, id: claim.id, attempt: claim.attempt, build })
    }
}

// Without a bound, so that a type that is no event is one mistake and not one for each method.
impl<E> Delivery<E> {
    /// The event.
    pub fn event(&self) -> &E {
        &self.event
    }

    /// The event, to be kept longer than the handler runs.
    pub fn shared(&self) -> Arc<E> {
        Arc::clone(&self.event)
    }

    /// A copy of the event: it stays where it is, for another attempt and for other groups.
    pub fn owned(&self) -> E
    where
        E: Clone,
    {
        E::clone(&self.event)
    }

    /// Which event: the same in every attempt and for every group, so that it can serve as idempotency key.
    pub fn id(&self) -> Id {
        self.id
    }

    /// Which attempt this is, from 1.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// What the handler asks for besides the event: a `Svc<T>`, an `Option<Svc<T>>`, a
    /// [`Dispatcher`](super::Dispatcher).
    ///
    /// # Errors
    ///
    /// When the handler does not [`take`](super::Handler::takes) it, or it did not start.
    pub fn inject<I: Inject>(&self) -> Result<I, Error> {
        self.build.inject()
    }
}

fn decode<E: Event>(payload: &Payload) -> Result<Arc<E>, Error> {
    match payload {
        Payload::Shared(value) => Arc::clone(value).downcast().map_err(|_| {
            let wanted = std::any::type_name::<E>();
            undecodable::<E>().because(format!("another type than `{wanted}` has this topic"))
        }),
        Payload::Bytes(bytes) => {
            serde_json::from_slice(bytes).map(Arc::new).map_err(|cause| undecodable::<E>().because(cause))
        }
    }
}

fn undecodable<E: Event>() -> Error {
    let wanted = std::any::type_name::<E>();
    Error::new(Kind::Undecodable, format!("what is stored under `{}` is no `{wanted}`", E::TOPIC))
}
