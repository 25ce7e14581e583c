//! `circuit_breaker`: stops calling what keeps failing.

mod read;
mod read_trip;
mod trip;

use core::{fmt, time::Duration};

pub use self::trip::{Trip, Trips};
use crate::{
    each::{Each, write_each},
    key::Key,
    mistake::Mistakes,
    ready::Reach,
    sentence::Sentence,
    setting::Setting,
    value::{DurationText, Percent},
};

/// Stops calling what keeps failing: `50% of 20 in 10s, open 5s..1m, probe 1`.
///
/// While it is open every call is refused at once. After the open time some calls go through as probes: enough successes close it, otherwise it opens
/// again, each time for longer, up to the end of the range.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use gentle_dsl::{CircuitBreaker, Percent, Sentence, Trip};
///
/// const HALF: Trip = Trip::Rate {
///     share: Percent::hundredths(5_000),
///     over: None,
///     sample: 20,
///     window: Some(Duration::from_secs(10)),
/// };
/// const BREAKER: CircuitBreaker = CircuitBreaker::new(HALF).or(Trip::InARow(5)).probe(2, 3);
///
/// assert_eq!(CircuitBreaker::parse_ahead("50% of 20 in 10s or 5 in a row, probe 2 of 3")?.on(), Some(BREAKER));
/// assert_eq!(BREAKER.to_string(), "50% of 20 in 10s or 5 in a row, open 5s..1m, probe 2 of 3");
/// # Ok::<(), gentle_dsl::Mistakes>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CircuitBreaker {
    trips: Trips,
    open: Open,
    probe: Probe,
    within: Option<Duration>,
    each: Option<Each>,
}

/// How long a circuit breaker stays open: `open 5s..1m`, or always the same time, `open 30s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Open {
    /// The first time.
    pub from: Duration,
    /// At most, when it has opened again and again.
    pub to: Duration,
}

impl Open {
    /// `5s..1m`, which is assumed where nothing is written.
    pub const DEFAULT: Self = Self { from: Duration::from_secs(5), to: Duration::from_secs(60) };

    /// Whether the time is always the same.
    pub fn is_fixed(self) -> bool {
        self.from == self.to
    }
}

impl fmt::Display for Open {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::value::write_range(f, self.from, self.to)
    }
}

/// How many probes must succeed to close a circuit breaker: `probe 3`, `probe 2 of 3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Probe {
    /// So many successes.
    pub needed: u32,
    /// Of so many probes.
    pub of: u32,
}

impl Probe {
    /// `1`, which is assumed where nothing is written.
    pub const DEFAULT: Self = Self { needed: 1, of: 1 };
}

impl fmt::Display for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.needed)?;
        if self.needed == self.of { Ok(()) } else { write!(f, " of {}", self.of) }
    }
}

impl CircuitBreaker {
    /// What `on` means: `50% of 20 in 10s, open 5s..1m, probe 1`.
    pub const DEFAULT: Self = Self::new(Trip::Rate {
        share: Percent::hundredths(5_000),
        over: None,
        sample: 20,
        window: Some(Duration::from_secs(10)),
    });

    /// Opens at this sign; for the rest what is assumed when nothing is written.
    pub const fn new(trip: Trip) -> Self {
        Self::manual().or(trip)
    }

    /// Opens by hand only.
    pub const fn manual() -> Self {
        Self { trips: Trips::none(), open: Open::DEFAULT, probe: Probe::DEFAULT, within: None, each: None }
    }

    /// Opens at this sign too, which takes the time of the first sign where it has none of its own. There is room for 4;
    /// [`check`](Sentence::check) reports more.
    pub const fn or(mut self, trip: Trip) -> Self {
        self.trips = self.trips.and(trip);
        self
    }

    /// Stays open for `from` the first time, and when it opens again for longer each time, at most for `to`.
    pub const fn open(mut self, from: Duration, to: Duration) -> Self {
        self.open = Open { from, to };
        self
    }

    /// Closes when so many probes succeed, of so many.
    pub const fn probe(mut self, needed: u32, of: u32) -> Self {
        self.probe = Probe { needed, of };
        self
    }

    /// Opens again when the probes have not closed it after this time.
    pub const fn within(mut self, limit: Duration) -> Self {
        self.within = Some(limit);
        self
    }

    /// A separate one for each key.
    pub const fn each(mut self, each: Each) -> Self {
        self.each = Some(each);
        self
    }

    /// The signs that open it; none when it is opened by hand.
    pub const fn trips(&self) -> Trips {
        self.trips
    }

    /// Whether it opens by hand only.
    pub const fn is_manual(&self) -> bool {
        self.trips.as_slice().is_empty()
    }

    /// How long it stays open.
    pub const fn opens(&self) -> Open {
        self.open
    }

    /// How many probes close it.
    pub const fn probes(&self) -> Probe {
        self.probe
    }

    /// How long the probes may take. `None`: as long as it was open.
    pub const fn limit(&self) -> Option<Duration> {
        self.within
    }

    /// What there is a separate one for.
    pub const fn keyed(&self) -> Option<Each> {
        self.each
    }
}

impl Sentence for CircuitBreaker {
    const KEY: Key = Key::CircuitBreaker;

    fn parse_as(reach: Reach, text: &str) -> Result<Setting<Self>, Mistakes> {
        read::GRAMMAR.parse_setting(reach, text, &read::HEAD, read::circuit_breaker)
    }
}

impl fmt::Display for CircuitBreaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_manual() {
            f.write_str("manual")?;
        }
        write!(f, "{}, open {}, probe {}", self.trips, self.open, self.probe)?;
        if let Some(within) = self.within {
            write!(f, ", within {}", DurationText(within))?;
        }
        write_each(f, self.each)
    }
}
