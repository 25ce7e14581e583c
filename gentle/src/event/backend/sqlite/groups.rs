use rusqlite::Connection;

use super::wire;
use crate::event::backend::StoredGroup;

pub(super) fn stored(sql: &Connection) -> rusqlite::Result<Vec<StoredGroup>> {
    let query = "SELECT name, topic, (SELECT count(*) FROM gentle_event_delivery
                                      WHERE gentle_event_delivery.grp = gentle_event_group.grp)
                 FROM gentle_event_group ORDER BY name";
    let mut query = sql.prepare_cached(query)?;
    let rows = query.query_map([], |row| {
        let name: String = row.get(0)?;
        let forget = forget(&name);
        Ok(StoredGroup { name, topic: row.get(1)?, waiting: wire::count(row.get(2)?), forget })
    })?;
    rows.collect()
}

fn forget(name: &str) -> String {
    let name = name.replace('\'', "''");
    format!(
        "DELETE FROM gentle_event_group WHERE name = '{name}'; \
         DELETE FROM gentle_event_delivery WHERE grp NOT IN (SELECT grp FROM gentle_event_group); \
         DELETE FROM gentle_event WHERE NOT orphan AND seq NOT IN (SELECT seq FROM gentle_event_delivery);"
    )
}
