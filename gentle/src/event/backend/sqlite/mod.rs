//! `sqlite://file`: events wait in one file, and outlive the process. Several processes may use it at once.
//!
//! One writer commits whatever is pending, without waiting for more: batches form by themselves under load. Who
//! waits for events waits in the writer, and is served in the very commit that makes an event ready.

mod books;
mod claim;
mod config;
mod engine;
mod file;
mod groups;
mod job;
mod publish;
mod reader;
mod unopened;
mod watch;
mod wire;
mod writer;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use self::claim::Waiter;
use self::config::Config;
use self::engine::Engine;
use self::job::{Finish, Renew, Reply, Subscribe};
use self::publish::Publish;
use self::reader::Reader;
use self::writer::{Op, Writer};
use super::{
    Backend, Claim, Depth, Form, Group, Opening, Registration, Room, StoreUrl, StoredGroup, Ticket, Verdict,
};
use crate::error::{Error, Kind};
use crate::event::{DeadLetter, Envelope};

// Long enough for what another process does while it starts.
const SHORT: Duration = Duration::from_secs(1);

struct Sqlite {
    config: Config,
    writer: Arc<Writer>,
    reader: Reader,
}

impl Sqlite {
    /// `None` when another process has the file locked for as long as `patience`.
    fn open(config: Config, runtime: &Handle, patience: Duration) -> Result<Option<Self>, Error> {
        let Some(sql) = file::writer(&config, patience)? else { return Ok(None) };
        let reader = Reader::open(&config)?;
        let writer = Writer::new(Engine::new(config.clone(), sql), runtime.clone());
        runtime.spawn(watch::watch(Arc::downgrade(&writer), writer.waiting(), config.poll));
        Ok(Some(Self { reader, config, writer }))
    }

    async fn open_unless_locked(config: &Config, patience: Duration) -> Result<Option<Self>, Error> {
        let (config, runtime) = (config.clone(), Handle::current());
        let opening = tokio::task::spawn_blocking(move || Self::open(config, &runtime, patience));
        opening.await.map_err(|cause| Error::new(Kind::Store, cause.to_string()))?
    }

    async fn opened(config: &Config) -> Result<Self, Error> {
        if let Some(opened) = Self::open_unless_locked(config, SHORT).await? {
            return Ok(opened);
        }
        let path = config.path.display();
        tracing::warn!("waiting for `{path}`, which another process has locked");
        let opened = Self::open_unless_locked(config, file::BUSY).await?;
        opened.ok_or_else(|| unopened::locked(config))
    }

    async fn ask<T>(&self, op: impl FnOnce(Reply<T>) -> Op) -> Result<T, Error> {
        let (reply, answer) = oneshot::channel();
        self.writer.submit(op(reply));
        answer.await.unwrap_or_else(|_| {
            Err(Error::new(Kind::Stopped, "the runtime that the event file was opened in has ended"))
        })
    }
}

#[async_trait]
impl Backend for Sqlite {
    fn form(&self) -> Form {
        Form::Bytes { limit: self.config.max_payload }
    }

    async fn subscribe(&self, groups: &[Group]) -> Result<(), Error> {
        let groups = groups.to_vec();
        self.ask(|reply| Op::Job(Box::new(Subscribe { groups, reply }))).await
    }

    async fn publish(&self, batch: Vec<Envelope>, room: Room) -> Result<(), Error> {
        self.ask(|reply| Op::Publish(Publish::new(batch, room, reply))).await
    }

    async fn claim(&self, group: &Group, max: usize, lease: Duration) -> Result<Vec<Claim>, Error> {
        let granted = self.ask(|reply| Op::Claim(Waiter::new(group.clone(), max, lease, reply))).await?;
        Ok(granted.into_claims())
    }

    async fn finish(&self, batch: Vec<(Ticket, Verdict)>) -> Result<Vec<Ticket>, Error> {
        self.ask(|reply| Op::Job(Box::new(Finish { batch, lost: Vec::new(), reply: Some(reply) }))).await
    }

    async fn renew(&self, tickets: Vec<Ticket>, lease: Duration) -> Result<Vec<Ticket>, Error> {
        self.ask(|reply| Op::Job(Box::new(Renew { tickets, lease, lost: Vec::new(), reply }))).await
    }

    fn bound(&self) -> Option<usize> {
        self.config.max_queued
    }

    async fn stored_groups(&self) -> Result<Vec<StoredGroup>, Error> {
        self.reader.groups().await
    }

    async fn depth(&self, topic: &str) -> Result<Depth, Error> {
        self.reader.depth(topic).await
    }

    async fn dead_letters(&self, topic: &str, limit: usize) -> Result<Vec<DeadLetter>, Error> {
        self.reader.dead_letters(topic, limit).await
    }

    async fn close(&self) {
        let (closed, answer) = oneshot::channel();
        self.writer.submit(Op::Close(closed));
        let _ = answer.await;
    }
}

fn open(url: StoreUrl) -> Result<Opening, Error> {
    let config = Config::read(url)?;
    Ok(Box::pin(async move {
        let opened = Sqlite::opened(&config).await?;
        let path = config.path.display().to_string();
        tracing::info!(path, "events wait in a file (sqlite://) and outlive the process");
        Ok(Arc::new(opened) as Arc<dyn Backend>)
    }))
}

inventory::submit! {
    Registration { scheme: "sqlite", open }
}
