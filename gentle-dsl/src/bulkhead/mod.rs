//! `bulkhead`: so many calls at a time.

mod read;

use core::{fmt, time::Duration};

use crate::{
    key::Key,
    mistake::Mistakes,
    sentence::Sentence,
    setting::Setting,
    waiting::{Turn, Waiting},
};

/// So many calls at a time: `16`, `16 queue 64 wait 1s`.
///
/// Unless it says otherwise, a call for which there is no place is refused at once.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use gentle_dsl::{Bulkhead, Sentence};
///
/// const LIMIT: Bulkhead = Bulkhead::new(16).queue(64).wait(Duration::from_secs(1));
///
/// assert_eq!(Bulkhead::parse("16 queue 64 wait 1s")?.on(), Some(LIMIT));
/// assert_eq!(LIMIT.to_string(), "16, wait 1s, queue 64");
/// assert_eq!(Bulkhead::new(16).to_string(), "16, reject");
/// # Ok::<(), gentle_dsl::Mistakes>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Bulkhead {
    limit: u32,
    waiting: Waiting,
}

impl Bulkhead {
    /// `limit` calls at a time; the next one is refused.
    pub const fn new(limit: u32) -> Self {
        Self { limit, waiting: Waiting::Reject }
    }

    /// What happens to a call for which there is no place.
    ///
    /// Without a queue as many may wait as may run, as in a sentence.
    pub const fn waiting(mut self, waiting: Waiting) -> Self {
        self.waiting = match waiting {
            Waiting::Turn(Turn { within, queue: None }) => {
                Waiting::Turn(Turn { within, queue: Some(self.limit) })
            }
            other => other,
        };
        self
    }

    /// A call for which there is no place is refused at once.
    pub const fn reject(self) -> Self {
        self.waiting(Waiting::Reject)
    }

    /// A call waits for a place at most so long; as many may wait as may run, or as many as [`queue`](Self::queue) said before.
    pub const fn wait(self, within: Duration) -> Self {
        let queue = match self.waiting {
            Waiting::Reject => None,
            Waiting::Turn(turn) => turn.queue,
        };
        self.waiting(Waiting::Turn(Turn { within: Some(within), queue }))
    }

    /// So many calls may wait at a time, as long as each one's timeout or deadline allows, or as long as [`wait`](Self::wait) said before.
    pub const fn queue(self, queue: u32) -> Self {
        let within = match self.waiting {
            Waiting::Reject => None,
            Waiting::Turn(turn) => turn.within,
        };
        self.waiting(Waiting::Turn(Turn { within, queue: Some(queue) }))
    }

    /// How many calls at a time.
    pub const fn limit(&self) -> u32 {
        self.limit
    }

    /// What happens to a call for which there is no place.
    pub const fn waits(&self) -> Waiting {
        self.waiting
    }
}

impl Sentence for Bulkhead {
    const KEY: Key = Key::Bulkhead;

    fn parse(text: &str) -> Result<Setting<Self>, Mistakes> {
        read::GRAMMAR.parse_setting(text, &read::HEAD, read::bulkhead)
    }
}

impl fmt::Display for Bulkhead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.limit, self.waiting)
    }
}
