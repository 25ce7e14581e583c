use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, Row, params};

use super::config::Config;
use super::{file, groups, wire};
use crate::error::{Error, Kind};
use crate::event::backend::{Depth, StoredGroup};
use crate::event::{DeadLetter, Id, Payload, Reason};
use crate::time::{Wall, wall};

/// Answers questions beside the writer, on a connection of its own.
#[derive(Clone)]
pub(super) struct Reader {
    sql: Arc<Mutex<Connection>>,
    config: Config,
}

impl Reader {
    pub(super) fn open(config: &Config) -> Result<Self, Error> {
        Ok(Self { sql: Arc::new(Mutex::new(file::reader(config)?)), config: config.clone() })
    }

    pub(super) async fn depth(&self, topic: &str) -> Result<Depth, Error> {
        let topic = topic.to_owned();
        self.ask(move |sql| depth(sql, &topic, wall())).await
    }

    pub(super) async fn groups(&self) -> Result<Vec<StoredGroup>, Error> {
        self.ask(groups::stored).await
    }

    pub(super) async fn dead_letters(&self, topic: &str, limit: usize) -> Result<Vec<DeadLetter>, Error> {
        let topic = topic.to_owned();
        self.ask(move |sql| letters(sql, &topic, limit)).await
    }

    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        let sql = Arc::clone(&self.sql);
        let answer = tokio::task::spawn_blocking(move || {
            question(&sql.lock().unwrap_or_else(PoisonError::into_inner))
        });
        let answer = answer.await.map_err(|cause| Error::new(Kind::Store, cause.to_string()))?;
        answer.map_err(|cause| file::failure(&self.config, cause))
    }
}

fn depth(sql: &Connection, topic: &str, present: Wall) -> rusqlite::Result<Depth> {
    let query = "
        WITH waiting (due, owner) AS (
            SELECT gentle_event_delivery.due, owner FROM gentle_event_delivery JOIN gentle_event_group USING (grp) WHERE topic = ?1
            UNION ALL SELECT due, NULL FROM gentle_event WHERE orphan AND topic = ?1)
        SELECT count(*) FILTER (WHERE due <= ?2),
               count(*) FILTER (WHERE due > ?2 AND owner IS NULL),
               count(*) FILTER (WHERE due > ?2 AND owner IS NOT NULL),
               (SELECT count(*) FROM gentle_event_dead_letter WHERE topic = ?1)
        FROM waiting";
    sql.prepare_cached(query)?.query_row(params![topic, wire::millis(present)], |row| {
        let count = |column| row.get(column).map(wire::count);
        Ok(Depth { ready: count(0)?, delayed: count(1)?, running: count(2)?, dead: count(3)? })
    })
}

fn letters(sql: &Connection, topic: &str, limit: usize) -> rusqlite::Result<Vec<DeadLetter>> {
    let query = "SELECT id, topic, grp, reason, attempts, first_error, last_error, died, payload
                 FROM gentle_event_dead_letter WHERE topic = ?1 ORDER BY seq DESC LIMIT ?2";
    let mut query = sql.prepare_cached(query)?;
    query.query_map(params![topic, wire::limit(limit)], letter)?.collect()
}

fn letter(row: &Row<'_>) -> rusqlite::Result<DeadLetter> {
    let (topic, group): (String, String) = (row.get(1)?, row.get(2)?);
    let (reason, payload): (String, Vec<u8>) = (row.get(3)?, row.get(8)?);
    Ok(DeadLetter {
        id: Id::from_u128(u128::from_be_bytes(row.get(0)?)),
        topic: topic.into(),
        group: group.into(),
        reason: Reason::from_word(&reason),
        attempts: row.get(4)?,
        first_error: row.get(5)?,
        last_error: row.get(6)?,
        died: wire::moment(row.get(7)?),
        payload: Payload::Bytes(payload.into()),
    })
}
