//! What opens a circuit breaker.

use core::{fmt, time::Duration};

use crate::value::{DurationText, Few, Percent};

/// One sign that what is called is failing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trip {
    /// A share of the calls fails, or is slow: `50% of 20 in 10s`, `80% over 2s of 100`.
    Rate {
        /// This share of them.
        share: Percent,
        /// Counts the calls that took longer than this, instead of those that failed.
        over: Option<Duration>,
        /// The smallest number of calls that is judged; without a window, the last so many.
        sample: u32,
        /// The time whose calls are judged. `None`: the last `sample` calls.
        window: Option<Duration>,
    },
    /// So many failures in so many calls: `5 of 20`, `5 of 20 in 10s`.
    Count {
        /// So many failures.
        count: u32,
        /// The smallest number of calls that is judged; without a window, the last so many.
        of: u32,
        /// The time whose calls are judged. `None`: the last `of` calls.
        window: Option<Duration>,
    },
    /// So many failures in a time: `5 in 10s`.
    Within {
        /// So many failures.
        count: u32,
        /// The time.
        window: Duration,
    },
    /// So many failures with no success between them: `5 in a row`.
    InARow(u32),
}

impl Trip {
    /// The time whose calls are judged.
    const fn window(self) -> Option<Duration> {
        match self {
            Self::Rate { window, .. } | Self::Count { window, .. } => window,
            Self::Within { window, .. } => Some(window),
            Self::InARow(_) => None,
        }
    }

    /// With the time of the first sign, where it has none of its own.
    const fn with_window(self, first: Option<Duration>) -> Self {
        match self {
            Self::Rate { share, over, sample, window: None } => {
                Self::Rate { share, over, sample, window: first }
            }
            Self::Count { count, of, window: None } => Self::Count { count, of, window: first },
            other => other,
        }
    }
}

impl fmt::Display for Trip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let window = match *self {
            Self::Rate { share, over, sample, window } => {
                write!(f, "{share}")?;
                if let Some(over) = over {
                    write!(f, " over {}", DurationText(over))?;
                }
                write!(f, " of {sample}")?;
                window
            }
            Self::Count { count, of, window } => {
                write!(f, "{count} of {of}")?;
                window
            }
            Self::Within { count, window } => {
                write!(f, "{count}")?;
                Some(window)
            }
            Self::InARow(count) => return write!(f, "{count} in a row"),
        };
        window.map_or(Ok(()), |window| write!(f, " in {}", DurationText(window)))
    }
}

/// The signs that open a circuit breaker, each of them alone: at most 4, held in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Trips(Few<Trip, { Self::CAPACITY }>);

impl Trips {
    /// How many fit.
    pub const CAPACITY: usize = 4;

    pub(super) const fn none() -> Self {
        Self(Few::none(Trip::InARow(0)))
    }

    /// And this one, which takes the time of the first where it has none of its own.
    pub(super) const fn and(self, trip: Trip) -> Self {
        let trip = match self.as_slice() {
            [] => trip,
            [first, ..] => trip.with_window(first.window()),
        };
        Self(self.0.and(trip))
    }

    pub(super) const fn is_full(&self) -> bool {
        self.0.is_full()
    }

    /// The signs in order; none when the circuit breaker is opened by hand.
    pub const fn as_slice(&self) -> &[Trip] {
        self.0.as_slice()
    }
}

impl fmt::Display for Trips {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, trip) in self.0.shown().enumerate() {
            let or = if index == 0 { "" } else { " or " };
            write!(f, "{or}{trip}")?;
        }
        Ok(())
    }
}
