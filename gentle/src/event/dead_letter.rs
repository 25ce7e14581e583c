use std::fmt;
use std::sync::Arc;

use super::{Id, Payload};
use crate::time::Wall;

/// An event that will not be tried again, kept with all that is known about why.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DeadLetter {
    /// Which event.
    pub id: Id,
    /// What it was about.
    pub topic: Arc<str>,
    /// Whose handler gave it up; other groups of the topic are not affected.
    pub group: Arc<str>,
    /// Why it was given up.
    pub reason: Reason,
    /// How many attempts began, those cut short by a crash included and those cut off by a shutdown not.
    pub attempts: u32,
    /// What the first failed attempt said.
    pub first_error: Option<String>,
    /// What the last one said.
    pub last_error: Option<String>,
    /// When it was given up.
    pub died: Wall,
    /// The event itself.
    pub payload: Payload,
}

/// Why an event was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// The retry sentence allows no further attempt.
    Exhausted,
    /// The handler said [`Outcome::Dead`](super::Outcome::Dead).
    Refused,
    /// The stored bytes are not the event its topic promises.
    Undecodable,
}

impl Reason {
    /// The word stores write down.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exhausted => "exhausted",
            Self::Refused => "refused",
            Self::Undecodable => "undecodable",
        }
    }

    /// The reason with this word; [`Reason::Exhausted`] for a word of a later version.
    pub fn from_word(word: &str) -> Self {
        match word {
            "refused" => Self::Refused,
            "undecodable" => Self::Undecodable,
            _ => Self::Exhausted,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
