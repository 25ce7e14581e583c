//! The delays between one attempt and the next.

use core::{fmt, time::Duration};

use super::{Delays, Factor, Jitter};
use crate::value::DurationText;

/// The delays between one attempt and the next, before jitter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(clippy::large_enum_variant, reason = "a box would be neither `Copy` nor `const`")]
pub enum Backoff {
    /// No delay: `now`.
    Now,
    /// Always the same delay: `const(500ms)`.
    Const(Duration),
    /// These delays, one after the other: `list(10ms, 100ms, 1s)`. Where more attempts are asked for, the last one is repeated.
    List(Delays),
    /// Grows by the first delay each time: `linear(100ms..1s)`.
    Linear {
        /// The first delay, and what is added each time.
        from: Duration,
        /// The longest delay.
        to: Duration,
    },
    /// Each delay is the sum of the two before: `fib(100ms..10s)`.
    Fib {
        /// The first delay, and the second.
        from: Duration,
        /// The longest delay.
        to: Duration,
    },
    /// Grows by a factor each time: `exp(100ms..30s, x2)`.
    Exp {
        /// The first delay.
        from: Duration,
        /// The longest delay.
        to: Duration,
        /// What each delay is multiplied by to get the next.
        factor: Factor,
    },
}

impl Backoff {
    /// What is assumed where none is written: `exp(100ms..10s, x2)`.
    pub const DEFAULT: Self =
        Self::Exp { from: Duration::from_millis(100), to: Duration::from_secs(10), factor: Factor::DOUBLE };

    /// Whether the delays grow by a rule.
    pub const fn grows(&self) -> bool {
        matches!(self, Self::Linear { .. } | Self::Fib { .. } | Self::Exp { .. })
    }

    /// The jitter where none is written: full for growing delays, off for others.
    pub const fn assumed_jitter(&self) -> Jitter {
        if self.grows() { Jitter::Full } else { Jitter::Off }
    }

    /// The delay before the first retry.
    pub fn first(&self) -> Duration {
        match self {
            Self::Now => Duration::ZERO,
            Self::Const(delay) => *delay,
            Self::List(delays) => delays.as_slice().first().copied().unwrap_or_default(),
            Self::Linear { from, .. } | Self::Fib { from, .. } | Self::Exp { from, .. } => *from,
        }
    }

    /// The longest delay.
    pub fn longest(&self) -> Duration {
        match self {
            Self::Now => Duration::ZERO,
            Self::Const(delay) => *delay,
            Self::List(delays) => delays.as_slice().iter().max().copied().unwrap_or_default(),
            Self::Linear { to, .. } | Self::Fib { to, .. } | Self::Exp { to, .. } => *to,
        }
    }
}

impl fmt::Display for Backoff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let range = |from: Duration, to: Duration| format!("{}..{}", DurationText(from), DurationText(to));
        match self {
            Self::Now => f.write_str("now"),
            Self::Const(delay) => write!(f, "const({})", DurationText(*delay)),
            Self::List(delays) => write!(f, "list({delays})"),
            Self::Linear { from, to } => write!(f, "linear({})", range(*from, *to)),
            Self::Fib { from, to } => write!(f, "fib({})", range(*from, *to)),
            Self::Exp { from, to, factor } => write!(f, "exp({}, {factor})", range(*from, *to)),
        }
    }
}
