use rusqlite::params;

use super::job::{Desk, Reply};
use super::wire;
use crate::error::{Error, Kind};
use crate::event::backend::Room;
use crate::event::{Due, Envelope, Payload};

/// Events on their way in.
pub(super) struct Publish {
    batch: Vec<Envelope>,
    room: Room,
    reply: Reply<()>,
}

/// What became of a [`Publish`].
pub(super) enum Step {
    Taken,
    Waits,
    Refused,
}

impl Publish {
    pub(super) fn new(batch: Vec<Envelope>, room: Room, reply: Reply<()>) -> Self {
        Self { batch, room, reply }
    }

    /// Whether nobody waits for the answer any more.
    pub(super) fn is_abandoned(&self) -> bool {
        self.reply.is_closed()
    }

    pub(super) fn run(&mut self, desk: &mut Desk<'_>, most: Option<usize>) -> rusqlite::Result<Step> {
        if let Some(most) = most {
            if desk.books.queued(desk.sql)? + self.batch.len() > most {
                let waits = self.room == Room::Wait && self.batch.len() <= most;
                return Ok(if waits { Step::Waits } else { Step::Refused });
            }
        }
        for envelope in &self.batch {
            insert(desk, envelope)?;
        }
        desk.books.came(self.batch.len());
        Ok(Step::Taken)
    }

    pub(super) fn answer(self, committed: Result<(), Error>) {
        let _ = self.reply.send(committed);
    }

    pub(super) fn refuse(self, most: Option<usize>) {
        let most = most.unwrap_or_default();
        let message = format!("the event file holds {most} events, all it may (`max_queued`)");
        self.answer(Err(Error::new(Kind::Full, message)));
    }
}

fn insert(desk: &mut Desk<'_>, envelope: &Envelope) -> rusqlite::Result<()> {
    let Payload::Bytes(payload) = &envelope.payload else {
        return Err(rusqlite::Error::ToSqlConversionFailure("the event is not in bytes".into()));
    };
    let due = match envelope.due {
        Due::Now => desk.present,
        later => later.wall(),
    };
    let groups = desk.books.groups_of(envelope.topic);
    let event = "INSERT INTO gentle_event (id, topic, due, orphan, payload) VALUES (?1, ?2, ?3, ?4, ?5)";
    let id = envelope.id.as_u128().to_be_bytes();
    let due = wire::millis(due);
    let seq = desk.sql.prepare_cached(event)?.insert(params![
        id,
        envelope.topic,
        due,
        groups.is_empty(),
        payload.as_ref()
    ])?;
    for group in groups {
        let delivery = "INSERT INTO gentle_event_delivery (seq, grp, due) VALUES (?1, ?2, ?3)";
        desk.sql.prepare_cached(delivery)?.execute(params![seq, group, due])?;
    }
    Ok(())
}
