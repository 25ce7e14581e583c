use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::Envelope;
use super::backend::{Backend, Room};
use crate::error::Error;
use crate::time::sleep;

const LONG: Duration = Duration::from_secs(5);

/// Tells that a dispatch waits for room for long, once per topic as long as one does.
#[derive(Default)]
pub(super) struct Patience(Mutex<HashSet<&'static str>>);

struct Told<'a> {
    patience: &'a Patience,
    topic: &'static str,
}

impl Patience {
    pub(super) async fn publish(
        &self,
        backend: &dyn Backend,
        envelope: Envelope,
        room: Room,
    ) -> Result<(), Error> {
        let topic = envelope.topic;
        let mut published = backend.publish(vec![envelope], room);
        let (Room::Wait, Some(bound)) = (room, backend.bound()) else { return published.await };
        tokio::select! {
            biased;
            done = &mut published => return done,
            () = sleep(LONG) => {}
        }
        let _told = self.tell(topic, bound);
        published.await
    }

    fn tell(&self, topic: &'static str, bound: usize) -> Option<Told<'_>> {
        if !self.topics().insert(topic) {
            return None;
        }
        tracing::warn!(
            topic,
            bound,
            "a dispatch waits for room since {LONG:?}: the event store may hold {bound} events (`max_queued`)"
        );
        Some(Told { patience: self, topic })
    }

    fn topics(&self) -> MutexGuard<'_, HashSet<&'static str>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Told<'_> {
    fn drop(&mut self) {
        self.patience.topics().remove(self.topic);
    }
}
