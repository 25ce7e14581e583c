//! `each`: a separate one for each key.

mod key;
mod read;

use core::fmt;

pub use self::{key::EachKey, read::each_span};
pub(crate) use read::read_each;

/// A separate one for each key: `each tenant up to 50_000`, `each (user, lang)`.
///
/// # Examples
///
/// ```
/// use gentle_dsl::Each;
///
/// const TENANTS: Each = Each::new("tenant").up_to(50_000);
/// assert_eq!(TENANTS.to_string(), "each tenant up to 50000");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Each {
    /// What tells them apart: code, as it was written.
    pub key: EachKey,
    /// How many there are at most.
    pub most: u32,
}

impl Each {
    /// How many there are at most where nothing is written.
    pub const MOST: u32 = 100_000;

    /// One for each value of this code, at most 100 000 of them.
    pub const fn new(key: &str) -> Self {
        Self { key: EachKey::new(key), most: Self::MOST }
    }

    /// At most so many.
    pub const fn up_to(mut self, most: u32) -> Self {
        self.most = most;
        self
    }
}

impl fmt::Display for Each {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.key.as_str() {
            "" => f.write_str("each ()"),
            _ => write!(f, "each {} up to {}", self.key, self.most),
        }
    }
}

/// Behind the rest of a sentence, where there is one.
pub(crate) fn write_each(f: &mut fmt::Formatter<'_>, each: Option<Each>) -> fmt::Result {
    each.map_or(Ok(()), |each| write!(f, ", {each}"))
}
