use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::Connection;

use super::wire;

/// What the writer remembers of the file between commits: true until another process writes.
#[derive(Default)]
pub(super) struct Books {
    groups: HashMap<Arc<str>, i64>,
    by_topic: HashMap<String, Vec<i64>>,
    queued: Option<usize>,
    version: Option<i64>,
}

impl Books {
    /// Reads again what another process may have changed. Inside a transaction it stays true to its end.
    pub(super) fn refresh(&mut self, sql: &Connection) -> rusqlite::Result<()> {
        let version = version(sql)?;
        if self.version.replace(version) == Some(version) {
            return Ok(());
        }
        self.queued = None;
        self.read_groups(sql)
    }

    /// Whether nobody else has written since the last refresh.
    pub(super) fn are_current(&self, sql: &Connection) -> rusqlite::Result<bool> {
        Ok(self.version == Some(version(sql)?))
    }

    pub(super) fn read_groups(&mut self, sql: &Connection) -> rusqlite::Result<()> {
        self.groups.clear();
        self.by_topic.clear();
        let mut query = sql.prepare_cached("SELECT grp, name, topic FROM gentle_event_group")?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            let (group, name): (i64, String) = (row.get(0)?, row.get(1)?);
            self.groups.insert(name.into(), group);
            self.by_topic.entry(row.get(2)?).or_default().push(group);
        }
        Ok(())
    }

    /// Nothing is known any more: after a rollback, or when another process has written.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    pub(super) fn group(&self, name: &str) -> Option<i64> {
        self.groups.get(name).copied()
    }

    pub(super) fn groups_of(&self, topic: &str) -> &[i64] {
        self.by_topic.get(topic).map_or(&[], Vec::as_slice)
    }

    /// How many events the file holds.
    pub(super) fn queued(&mut self, sql: &Connection) -> rusqlite::Result<usize> {
        if let Some(queued) = self.queued {
            return Ok(queued);
        }
        let rows =
            sql.prepare_cached("SELECT count(*) FROM gentle_event")?.query_row([], |row| row.get(0))?;
        Ok(*self.queued.insert(wire::count(rows)))
    }

    pub(super) fn came(&mut self, events: usize) {
        self.queued = self.queued.map(|queued| queued + events);
    }

    pub(super) fn went(&mut self, events: usize) {
        self.queued = self.queued.map(|queued| queued.saturating_sub(events));
    }
}

fn version(sql: &Connection) -> rusqlite::Result<i64> {
    sql.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))
}
