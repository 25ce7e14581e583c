use std::sync::{Arc, Weak};
use std::time::Duration;

use rusqlite::{OptionalExtension, Row, params};

use super::job::{Desk, Finish, Reply};
use super::wire;
use super::writer::{Op, Writer};
use crate::error::Error;
use crate::event::backend::{Claim, Group, Ticket, Verdict};
use crate::event::{Id, Payload};
use crate::time::Wall;

/// Somebody who waits for deliveries.
pub(super) struct Waiter {
    group: Group,
    max: usize,
    lease: Duration,
    granted: Vec<Claim>,
    reply: Reply<Granted>,
}

/// Deliveries on their way to who asked for them. If he is gone they are given back, no attempt spent.
pub(super) struct Granted {
    claims: Vec<Claim>,
    writer: Weak<Writer>,
}

impl Waiter {
    pub(super) fn new(group: Group, max: usize, lease: Duration, reply: Reply<Granted>) -> Self {
        Self { group, max, lease, granted: Vec::new(), reply }
    }

    pub(super) fn is_abandoned(&self) -> bool {
        self.reply.is_closed()
    }

    pub(super) fn is_served(&self) -> bool {
        !self.granted.is_empty()
    }

    /// When the first of the group's deliveries can be claimed.
    pub(super) fn next_due(&self, desk: &Desk<'_>) -> rusqlite::Result<Option<Wall>> {
        let query = "SELECT due FROM gentle_event_delivery WHERE grp = ?1 ORDER BY due LIMIT 1";
        let Some(group) = desk.books.group(&self.group.name) else { return Ok(None) };
        let due = desk.sql.prepare_cached(query)?.query_row([group], |row| row.get(0)).optional()?;
        Ok(due.map(wire::moment))
    }

    /// Takes what is due.
    pub(super) fn serve(&mut self, desk: &Desk<'_>) -> rusqlite::Result<()> {
        let Some(group) = desk.books.group(&self.group.name) else { return Ok(()) };
        let fence = fastrand::i64(1..);
        let query = "SELECT seq, attempts + 1, coalesce(began, ?2), id, payload
                     FROM gentle_event_delivery JOIN gentle_event USING (seq)
                     WHERE grp = ?1 AND gentle_event_delivery.due <= ?2
                     ORDER BY gentle_event_delivery.due, seq LIMIT ?3";
        let mut query = desk.sql.prepare_cached(query)?;
        let mut rows = query.query(params![group, wire::millis(desk.present), wire::limit(self.max)])?;
        let mut granted = Vec::new();
        while let Some(row) = rows.next()? {
            granted.push(self.read(row, fence, desk.present)?);
        }
        self.lease(desk, group, fence, &granted)?;
        self.granted = granted;
        Ok(())
    }

    fn read(&self, row: &Row<'_>, fence: i64, present: Wall) -> rusqlite::Result<Claim> {
        let seq: i64 = row.get(0)?;
        let payload: Vec<u8> = row.get(4)?;
        Ok(Claim {
            ticket: Ticket {
                group: Arc::clone(&self.group.name),
                delivery: wire::unsigned(seq).into(),
                fence: wire::unsigned(fence),
            },
            id: Id::from_u128(u128::from_be_bytes(row.get(3)?)),
            attempt: row.get(1)?,
            age: present - wire::moment(row.get(2)?),
            payload: Payload::Bytes(payload.into()),
        })
    }

    fn lease(&self, desk: &Desk<'_>, group: i64, fence: i64, granted: &[Claim]) -> rusqlite::Result<()> {
        let lease = "UPDATE gentle_event_delivery
                     SET owner = ?3, due = ?4, attempts = attempts + 1, began = coalesce(began, ?5)
                     WHERE seq = ?1 AND grp = ?2";
        let until = wire::millis(desk.present + self.lease);
        let present = wire::millis(desk.present);
        for claim in granted {
            let seq = wire::signed(claim.ticket.delivery);
            desk.sql.prepare_cached(lease)?.execute(params![seq, group, fence, until, present])?;
        }
        Ok(())
    }

    pub(super) fn answer(self, committed: Result<(), Error>, writer: &Weak<Writer>) {
        let granted = committed.map(|()| Granted { claims: self.granted, writer: Weak::clone(writer) });
        let _ = self.reply.send(granted);
    }
}

impl Granted {
    pub(super) fn into_claims(mut self) -> Vec<Claim> {
        std::mem::take(&mut self.claims)
    }
}

impl Drop for Granted {
    fn drop(&mut self) {
        let claims = std::mem::take(&mut self.claims);
        let Some(writer) = self.writer.upgrade().filter(|_| !claims.is_empty()) else { return };
        let batch = claims.into_iter().map(|claim| (claim.ticket, Verdict::Release)).collect();
        writer.submit(Op::Job(Box::new(Finish { batch, lost: Vec::new(), reply: None })));
    }
}
