//! How wide a bulkhead is.

use core::fmt;

/// How many calls at a time: always as many, or as many as turn out to be good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Width {
    /// Always as many: `16`.
    Fixed(u32),
    /// As many as turn out to be good: `auto 8..256`.
    Auto {
        /// At least so many.
        from: u32,
        /// At most so many.
        to: u32,
        /// So many at the beginning: `start 16`.
        start: u32,
        /// How it finds out: `by gradient`.
        by: Adaptive,
    },
}

impl fmt::Display for Width {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(limit) => limit.fmt(f),
            Self::Auto { from, to, start, by } => write!(f, "auto {from}..{to}, start {start}, by {by}"),
        }
    }
}

/// How a bulkhead finds out how many calls at a time are good.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Adaptive {
    /// A little more after each success, much less after a failure: `aimd`.
    Aimd,
    /// By the calls that wait where they are served, from the fastest time ever: `vegas`.
    Vegas,
    /// By how the times of now compare with those of before: `gradient`.
    #[default]
    Gradient,
}

impl Adaptive {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::Aimd, Self::Vegas, Self::Gradient];

    /// The word as it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Aimd => "aimd",
            Self::Vegas => "vegas",
            Self::Gradient => "gradient",
        }
    }
}

impl fmt::Display for Adaptive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
