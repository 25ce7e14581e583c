//! How values stand in the file, where `SQLite` knows only signed numbers.

use crate::time::Wall;

pub(super) fn millis(moment: Wall) -> i64 {
    i64::try_from(moment.unix_millis()).unwrap_or(i64::MAX)
}

pub(super) fn moment(millis: i64) -> Wall {
    Wall::from_unix_millis(unsigned(millis))
}

pub(super) fn count(rows: i64) -> usize {
    usize::try_from(rows).unwrap_or_default()
}

pub(super) fn limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

pub(super) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

/// What is no number of this file finds no row.
pub(super) fn signed(number: u128) -> i64 {
    i64::try_from(number).unwrap_or(-1)
}
