use std::time::Duration;

use rusqlite::{Connection, params};
use tokio::sync::oneshot;

use super::books::Books;
use super::wire;
use crate::error::Error;
use crate::event::backend::{Group, Ticket, Verdict};
use crate::time::Wall;

pub(super) type Reply<T> = oneshot::Sender<Result<T, Error>>;

/// What a job works with: the open transaction, the books, and the present moment.
pub(super) struct Desk<'a> {
    pub(super) sql: &'a Connection,
    pub(super) books: &'a mut Books,
    pub(super) present: Wall,
}

/// Something to do in the next commit, which is answered when that has succeeded or failed.
pub(super) trait Job: Send {
    fn run(&mut self, desk: &mut Desk<'_>) -> rusqlite::Result<()>;
    fn answer(self: Box<Self>, committed: Result<(), Error>);
}

pub(super) struct Subscribe {
    pub(super) groups: Vec<Group>,
    pub(super) reply: Reply<()>,
}

pub(super) struct Renew {
    pub(super) tickets: Vec<Ticket>,
    pub(super) lease: Duration,
    pub(super) lost: Vec<Ticket>,
    pub(super) reply: Reply<Vec<Ticket>>,
}

pub(super) struct Finish {
    pub(super) batch: Vec<(Ticket, Verdict)>,
    pub(super) lost: Vec<Ticket>,
    pub(super) reply: Option<Reply<Vec<Ticket>>>,
}

impl Job for Subscribe {
    fn run(&mut self, desk: &mut Desk<'_>) -> rusqlite::Result<()> {
        let add = "INSERT INTO gentle_event_group (name, topic) VALUES (?1, ?2)
                   ON CONFLICT (name) DO UPDATE SET topic = excluded.topic";
        for group in &self.groups {
            desk.sql.prepare_cached(add)?.execute(params![group.name, group.topic])?;
        }
        adopt_orphans(desk.sql)?;
        desk.books.read_groups(desk.sql)
    }

    fn answer(self: Box<Self>, committed: Result<(), Error>) {
        let _ = self.reply.send(committed);
    }
}

fn adopt_orphans(sql: &Connection) -> rusqlite::Result<()> {
    sql.execute_batch(
        "INSERT INTO gentle_event_delivery (seq, grp, due)
             SELECT gentle_event.seq, gentle_event_group.grp, gentle_event.due FROM gentle_event JOIN gentle_event_group USING (topic)
             WHERE gentle_event.orphan;
         UPDATE gentle_event SET orphan = 0 WHERE orphan AND topic IN (SELECT topic FROM gentle_event_group);",
    )
}

impl Job for Renew {
    fn run(&mut self, desk: &mut Desk<'_>) -> rusqlite::Result<()> {
        let until = wire::millis(desk.present + self.lease);
        for ticket in self.tickets.drain(..) {
            let renew =
                "UPDATE gentle_event_delivery SET due = ?4 WHERE seq = ?1 AND grp = ?2 AND owner = ?3";
            let (seq, group, owner) = key(desk.books, &ticket);
            if desk.sql.prepare_cached(renew)?.execute(params![seq, group, owner, until])? == 0 {
                self.lost.push(ticket);
            }
        }
        Ok(())
    }

    fn answer(self: Box<Self>, committed: Result<(), Error>) {
        let Self { lost, reply, .. } = *self;
        let _ = reply.send(committed.map(|()| lost));
    }
}

impl Job for Finish {
    fn run(&mut self, desk: &mut Desk<'_>) -> rusqlite::Result<()> {
        for (ticket, verdict) in self.batch.drain(..) {
            if !settle(desk, &ticket, &verdict)? {
                self.lost.push(ticket);
            }
        }
        Ok(())
    }

    fn answer(self: Box<Self>, committed: Result<(), Error>) {
        let Self { lost, reply, .. } = *self;
        if let Some(reply) = reply {
            let _ = reply.send(committed.map(|()| lost));
        }
    }
}

fn settle(desk: &mut Desk<'_>, ticket: &Ticket, verdict: &Verdict) -> rusqlite::Result<bool> {
    match verdict {
        Verdict::Done => remove(desk, ticket),
        Verdict::Release => release(desk, ticket),
        Verdict::Retry { after, error } => retry(desk, ticket, *after, error),
        Verdict::Dead { .. } => {
            bury(desk, ticket, verdict)?;
            remove(desk, ticket)
        }
    }
}

fn remove(desk: &mut Desk<'_>, ticket: &Ticket) -> rusqlite::Result<bool> {
    let (seq, group, owner) = key(desk.books, ticket);
    let delivery = "DELETE FROM gentle_event_delivery WHERE seq = ?1 AND grp = ?2 AND owner = ?3";
    if desk.sql.prepare_cached(delivery)?.execute(params![seq, group, owner])? == 0 {
        return Ok(false);
    }
    let event = "DELETE FROM gentle_event WHERE seq = ?1 AND NOT EXISTS (SELECT 1 FROM gentle_event_delivery WHERE seq = ?1)";
    desk.books.went(desk.sql.prepare_cached(event)?.execute(params![seq])?);
    Ok(true)
}

// Ahead of all others: it was already its turn.
fn release(desk: &mut Desk<'_>, ticket: &Ticket) -> rusqlite::Result<bool> {
    let (seq, group, owner) = key(desk.books, ticket);
    let release = "UPDATE gentle_event_delivery
                   SET owner = NULL, due = 0, attempts = attempts - 1, began = iif(attempts > 1, began, NULL)
                   WHERE seq = ?1 AND grp = ?2 AND owner = ?3";
    Ok(desk.sql.prepare_cached(release)?.execute(params![seq, group, owner])? > 0)
}

fn retry(desk: &mut Desk<'_>, ticket: &Ticket, after: Duration, error: &str) -> rusqlite::Result<bool> {
    let (seq, group, owner) = key(desk.books, ticket);
    let due = wire::millis(desk.present + after);
    let retry = "UPDATE gentle_event_delivery
                 SET owner = NULL, due = ?4, first_error = coalesce(first_error, ?5), last_error = ?5
                 WHERE seq = ?1 AND grp = ?2 AND owner = ?3";
    Ok(desk.sql.prepare_cached(retry)?.execute(params![seq, group, owner, due, error])? > 0)
}

fn bury(desk: &mut Desk<'_>, ticket: &Ticket, verdict: &Verdict) -> rusqlite::Result<()> {
    let Verdict::Dead { reason, attempts, error } = verdict else { return Ok(()) };
    let (seq, group, owner) = key(desk.books, ticket);
    let bury = "INSERT INTO gentle_event_dead_letter
                    (id, topic, grp, reason, attempts, first_error, last_error, died, payload)
                SELECT id, topic, ?4, ?5, ?8, coalesce(first_error, ?6), ?6, ?7, payload
                FROM gentle_event_delivery JOIN gentle_event USING (seq)
                WHERE seq = ?1 AND grp = ?2 AND owner = ?3";
    let died = wire::millis(desk.present);
    desk.sql
        .prepare_cached(bury)?
        .execute(params![seq, group, owner, ticket.group, reason.as_str(), error, died, attempts])
        .map(|_| ())
}

fn key(books: &Books, ticket: &Ticket) -> (i64, i64, i64) {
    (
        wire::signed(ticket.delivery),
        books.group(&ticket.group).unwrap_or(-1),
        wire::signed(ticket.fence.into()),
    )
}
