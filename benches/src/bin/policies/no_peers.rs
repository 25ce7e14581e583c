//! Nobody: the feature `peers` is off.

use gentle_benches::Subject;

pub(crate) fn of(_case: &str) -> Vec<Subject> {
    Vec::new()
}
