//! `local://`: events wait in memory and are handed over as they are, never serialised.
//!
//! What it holds dies with the process. Its bound counts every event it holds: waiting, delayed and in flight.

mod config;
mod graveyard;
mod lane;
mod line;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, TryAcquireError};

use self::config::Config;
use self::graveyard::Graveyard;
use self::lane::{Ended, Held, Lane};
use super::{Backend, Claim, Depth, Form, Group, Opening, Registration, Room, StoreUrl, Ticket, Verdict};
use crate::error::{Error, Kind};
use crate::event::{DeadLetter, Envelope};
use crate::time::now;

struct Local {
    room: Arc<Semaphore>,
    config: Config,
    lanes: RwLock<Lanes>,
    sequence: AtomicU64,
    dead: Graveyard,
    left: Notify,
}

/// An event, where it goes, and its place in the bound.
type Placed = (Arc<[Arc<Lane>]>, Envelope, OwnedSemaphorePermit);

#[derive(Default)]
struct Lanes {
    by_group: HashMap<Arc<str>, Arc<Lane>>,
    by_topic: HashMap<&'static str, Arc<[Arc<Lane>]>>,
}

impl Local {
    fn new(config: Config) -> Self {
        Self {
            room: Arc::new(Semaphore::new(config.max_queued)),
            config,
            lanes: RwLock::default(),
            sequence: AtomicU64::new(0),
            dead: Graveyard::default(),
            left: Notify::new(),
        }
    }

    fn of_topic(&self, topic: &str) -> Option<Arc<[Arc<Lane>]>> {
        let lanes = self.lanes.read().unwrap_or_else(PoisonError::into_inner);
        lanes.by_topic.get(topic).cloned()
    }

    fn of_group(&self, group: &str) -> Option<Arc<Lane>> {
        let lanes = self.lanes.read().unwrap_or_else(PoisonError::into_inner);
        lanes.by_group.get(group).cloned()
    }

    async fn place(&self, room: Room, lanes: &[Arc<Lane>]) -> Result<OwnedSemaphorePermit, Error> {
        let semaphore = Arc::clone(&self.room);
        match room {
            Room::Wait => tokio::select! {
                biased;
                place = semaphore.acquire_owned() => place.map_err(|_| stopped()),
                () = self.deserted(lanes) => Err(stopped()),
            },
            Room::Refuse => semaphore.try_acquire_owned().map_err(|refusal| match refusal {
                TryAcquireError::Closed => stopped(),
                TryAcquireError::NoPermits => self.full(),
            }),
        }
    }

    async fn deserted(&self, lanes: &[Arc<Lane>]) {
        loop {
            // Registered before the look, so that who leaves after the look is not missed.
            let left = self.left.notified();
            if are_deserted(lanes) {
                return;
            }
            left.await;
        }
    }

    fn full(&self) -> Error {
        let bound = self.config.max_queued;
        Error::new(
            Kind::Full,
            format!("the local event queue holds {bound} events, all it may (`max_queued`)"),
        )
    }

    fn push_all(&self, placed: Vec<Placed>) -> Result<(), Error> {
        // While it is held nobody leaves: who is there at the look still takes what is pushed.
        let _present = self.lanes.read().unwrap_or_else(PoisonError::into_inner);
        if placed.iter().any(|(lanes, ..)| are_deserted(lanes)) {
            return Err(stopped());
        }
        for (lanes, envelope, place) in placed {
            self.push(&lanes, envelope, place);
        }
        Ok(())
    }

    fn push(&self, lanes: &[Arc<Lane>], envelope: Envelope, place: OwnedSemaphorePermit) {
        let due = envelope.due.instant(now());
        let held = Arc::new(Held::new(envelope, place));
        for lane in lanes {
            lane.push(Arc::clone(&held), due, self.sequence.fetch_add(1, Ordering::Relaxed));
        }
    }

    fn end(&self, ticket: &Ticket, verdict: Verdict) -> Ended {
        let Some(lane) = self.of_group(&ticket.group) else { return Ended::Lost };
        let ended = lane.finish(ticket, verdict);
        if let Ended::Dead(letter) = &ended {
            self.dead.bury(letter.clone());
        }
        ended
    }
}

fn are_deserted(lanes: &[Arc<Lane>]) -> bool {
    lanes.iter().all(|lane| lane.is_left())
}

fn stopped() -> Error {
    Error::new(Kind::Stopped, "the local event queue is stopped and takes nothing more")
}

#[async_trait]
impl Backend for Local {
    fn form(&self) -> Form {
        Form::Shared
    }

    async fn subscribe(&self, groups: &[Group]) -> Result<(), Error> {
        let mut lanes = self.lanes.write().unwrap_or_else(PoisonError::into_inner);
        for group in groups {
            lanes.add(group);
        }
        Ok(())
    }

    async fn publish(&self, batch: Vec<Envelope>, room: Room) -> Result<(), Error> {
        let mut placed = Vec::with_capacity(batch.len());
        for envelope in batch {
            let lanes = self.of_topic(envelope.topic).ok_or_else(|| no_handler(envelope.topic))?;
            let place = self.place(room, &lanes).await?;
            placed.push((lanes, envelope, place));
        }
        self.push_all(placed)
    }

    async fn claim(&self, group: &Group, max: usize, _lease: Duration) -> Result<Vec<Claim>, Error> {
        let lane = self.of_group(&group.name).ok_or_else(|| no_handler(group.topic))?;
        lane.claim(max).await.ok_or_else(stopped)
    }

    async fn finish(&self, batch: Vec<(Ticket, Verdict)>) -> Result<Vec<Ticket>, Error> {
        let ended = batch.into_iter().map(|(ticket, verdict)| (self.end(&ticket, verdict), ticket));
        Ok(ended.filter_map(|(ended, ticket)| matches!(ended, Ended::Lost).then_some(ticket)).collect())
    }

    async fn renew(&self, tickets: Vec<Ticket>, _lease: Duration) -> Result<Vec<Ticket>, Error> {
        let lost = |ticket: &Ticket| !self.of_group(&ticket.group).is_some_and(|lane| lane.holds(ticket));
        Ok(tickets.into_iter().filter(lost).collect())
    }

    fn bound(&self) -> Option<usize> {
        Some(self.config.max_queued)
    }

    async fn leave(&self, group: &Group) {
        let lanes = self.lanes.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(lane) = lanes.by_group.get(&group.name) {
            lane.leave();
        }
        drop(lanes);
        self.left.notify_waiters();
    }

    async fn depth(&self, topic: &str) -> Result<Depth, Error> {
        let mut depth = Depth { dead: self.dead.count(topic), ..Depth::default() };
        for lane in self.of_topic(topic).iter().flat_map(|lanes| lanes.iter()) {
            lane.add_to(&mut depth);
        }
        Ok(depth)
    }

    async fn dead_letters(&self, topic: &str, limit: usize) -> Result<Vec<DeadLetter>, Error> {
        Ok(self.dead.latest(topic, limit))
    }

    async fn close(&self) {
        self.room.close();
        let lanes = self.lanes.read().unwrap_or_else(PoisonError::into_inner);
        let left: usize = lanes.by_group.values().map(|lane| lane.close()).sum();
        if left > 0 {
            tracing::warn!(events = left, "the local event queue is stopped, and what waited in it is lost");
        }
    }
}

fn no_handler(topic: &str) -> Error {
    let message = format!(
        "no handler in this program takes events of the topic `{topic}`\n\
         help: one in another crate is found when that crate is named: `gentle::link!(…)`"
    );
    Error::new(Kind::NoHandler, message)
}

impl Lanes {
    fn add(&mut self, group: &Group) {
        if self.by_group.contains_key(&group.name) {
            return;
        }
        let lane = Arc::new(Lane::new(group.clone()));
        self.by_group.insert(Arc::clone(&group.name), Arc::clone(&lane));
        let present = self.by_topic.get(group.topic).into_iter().flat_map(|lanes| lanes.iter().cloned());
        let together = present.chain([lane]).collect();
        self.by_topic.insert(group.topic, together);
    }
}

fn open(url: StoreUrl) -> Result<Opening, Error> {
    let config = Config::read(url)?;
    Ok(Box::pin(async move {
        let backend: Arc<dyn Backend> = Arc::new(Local::new(config));
        tracing::info!("events wait in memory (local://): what is not handled dies with the process");
        Ok(backend)
    }))
}

inventory::submit! {
    Registration { scheme: "local", open }
}
