//! What generated code names, and nobody else: it changes without notice.

pub use inventory::submit;

/// Tells the compiler what a block returns. It stands behind `if false` and is never called.
pub fn returns<R>() -> R {
    unreachable!("it only names a type")
}

/// Whether two topics are one, at compile time.
pub const fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at] == other[at] {
        at += 1;
    }
    at == one.len() && at == other.len()
}
