use std::fmt;
use std::time::Duration;

use gentle_dsl::Trip;

/// What a circuit breaker is doing, as [`Circuit::state`](super::Circuit::state) found it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct State {
    /// Whether calls pass.
    pub phase: Phase,
    /// How far each of its signs has come.
    pub signs: Vec<Sign>,
    /// How often it has opened since the program began, or would have while it was only observed.
    pub opened: u64,
    /// How many calls it has refused since the program began.
    pub refused: u64,
}

/// Whether a circuit breaker lets calls pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Phase {
    /// It is switched off: calls pass.
    Off,
    /// Calls pass and are counted.
    Closed,
    /// Calls are refused.
    Open {
        /// For so long; then the next call is a probe.
        left: Duration,
    },
    /// Probes pass, other calls are refused.
    HalfOpen {
        /// So many probes have not answered yet.
        under_way: u32,
        /// So many went well.
        succeeded: u32,
        /// So many failed.
        failed: u32,
    },
    /// Calls are refused until somebody says otherwise: [`Circuit::isolate`](super::Circuit::isolate).
    Isolated,
    /// Calls pass until somebody says otherwise: [`Circuit::close`](super::Circuit::close).
    HeldClosed,
    /// Calls pass and are counted, and it only says when it would open:
    /// [`Circuit::observe`](super::Circuit::observe).
    Observed,
}

/// One sign of failure and how far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sign {
    /// The sign.
    pub trip: Trip,
    /// How many calls there are in its window; of failures in a row, how many.
    pub calls: u64,
    /// How many of them failed, or were slow where the sign is about slow ones. For the last so many calls only those
    /// are known that can still matter.
    pub bad: u64,
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.phase.fmt(f)?;
        self.signs.iter().try_for_each(|sign| write!(f, "; {sign}"))
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => f.write_str("off"),
            Self::Closed => f.write_str("closed"),
            Self::Open { left } => write!(f, "open for {left:.1?}"),
            Self::HalfOpen { under_way, succeeded, failed } => {
                write!(f, "half-open: {under_way} probes under way, {succeeded} succeeded, {failed} failed")
            }
            Self::Isolated => f.write_str("isolated by hand"),
            Self::HeldClosed => f.write_str("held closed by hand"),
            Self::Observed => f.write_str("observed only"),
        }
    }
}

impl fmt::Display for Sign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} of {}", self.trip, self.bad, self.calls)
    }
}
