//! `bulkhead`: so many calls at a time.

mod adaptive;
mod read;

use core::{fmt, time::Duration};

pub use self::adaptive::{Adaptive, Width};
use crate::{
    each::{Each, write_each},
    key::Key,
    mistake::Mistakes,
    ready::Reach,
    sentence::Sentence,
    setting::Setting,
    waiting::{Order, Turn, Waiting, write_order},
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
    width: Width,
    waiting: Waiting,
    order: Order,
    each: Option<Each>,
}

impl Bulkhead {
    /// `limit` calls at a time; the next one is refused.
    pub const fn new(limit: u32) -> Self {
        Self { width: Width::Fixed(limit), waiting: Waiting::Reject, order: Order::Fifo, each: None }
    }

    /// As many calls at a time as turn out to be good, within these bounds: begins with twice the lower one, and goes by the gradient.
    pub const fn auto(from: u32, to: u32) -> Self {
        let twice = from.saturating_mul(2);
        let start = if twice < to { twice } else { to };
        let width = Width::Auto { from, to, start, by: Adaptive::Gradient };
        Self { width, waiting: Waiting::Reject, order: Order::Fifo, each: None }
    }

    /// Begins with so many, where the limit adapts.
    pub const fn start(mut self, first: u32) -> Self {
        if let Width::Auto { from, to, by, .. } = self.width {
            self.width = Width::Auto { from, to, start: first, by };
        }
        self
    }

    /// Finds out by this, where the limit adapts.
    pub const fn by(mut self, adaptive: Adaptive) -> Self {
        if let Width::Auto { from, to, start, .. } = self.width {
            self.width = Width::Auto { from, to, start, by: adaptive };
        }
        self
    }

    /// The newest of those that wait is served first.
    pub const fn lifo(mut self) -> Self {
        self.order = Order::Lifo;
        self
    }

    /// A separate bulkhead for each key.
    pub const fn each(mut self, each: Each) -> Self {
        self.each = Some(each);
        self
    }

    /// What happens to a call for which there is no place.
    ///
    /// Without a queue as many may wait as may run, as in a sentence.
    pub const fn waiting(mut self, waiting: Waiting) -> Self {
        self.waiting = match waiting {
            Waiting::Turn(Turn { within, queue: None }) => {
                Waiting::Turn(Turn { within, queue: Some(self.most()) })
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

    /// How many calls at a time, or from how many to how many.
    pub const fn width(&self) -> Width {
        self.width
    }

    /// How many calls at a time, at most where the limit adapts.
    pub const fn limit(&self) -> u32 {
        self.most()
    }

    /// How many calls at a time there ever are.
    pub const fn most(&self) -> u32 {
        match self.width {
            Width::Fixed(limit) => limit,
            Width::Auto { to, .. } => to,
        }
    }

    /// How many calls at a time at the beginning.
    pub const fn first(&self) -> u32 {
        match self.width {
            Width::Fixed(limit) => limit,
            Width::Auto { start, .. } => start,
        }
    }

    /// Who of those that wait is served first.
    pub const fn order(&self) -> Order {
        self.order
    }

    /// What there is a separate bulkhead for.
    pub const fn keyed(&self) -> Option<Each> {
        self.each
    }

    /// What happens to a call for which there is no place.
    pub const fn waits(&self) -> Waiting {
        self.waiting
    }
}

impl Sentence for Bulkhead {
    const KEY: Key = Key::Bulkhead;

    fn parse_as(reach: Reach, text: &str) -> Result<Setting<Self>, Mistakes> {
        read::GRAMMAR.parse_setting(reach, text, &read::HEAD, read::bulkhead)
    }
}

impl fmt::Display for Bulkhead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.width, self.waiting)?;
        write_order(f, self.waiting, self.order)?;
        write_each(f, self.each)
    }
}
