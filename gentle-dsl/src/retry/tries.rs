//! How many calls are made at most.

use core::fmt;

/// How many calls are made at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tries {
    /// So many, the first one included: `5 attempts`, or `4 retries`.
    Attempts(u32),
    /// Any number: `forever`.
    Forever,
}

impl Tries {
    /// `3 attempts`, where neither attempts nor `within` nor `forever` is written.
    pub const DEFAULT: Self = Self::Attempts(3);
}

impl fmt::Display for Tries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Attempts(attempts) => write!(f, "{attempts} attempts"),
            Self::Forever => f.write_str("forever"),
        }
    }
}
