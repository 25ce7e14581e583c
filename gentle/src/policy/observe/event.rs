use std::fmt;
use std::time::Duration;

use gentle_dsl::{Key, Trip};

use crate::policy::Rejected;

/// Something that policies did, at the moment they did it: what an observer is told.
///
/// Each says by `name` whose policies it was. `attempts` is how many attempts the call has made so far, `elapsed` the
/// time since it began.
///
/// # Examples
///
/// ```
/// use gentle::policy::{Event, Policies};
/// use std::sync::atomic::{AtomicU32, Ordering};
///
/// static RETRIES: AtomicU32 = AtomicU32::new(0);
///
/// fn count(event: &Event<'_>) {
///     if let Event::RetryScheduled { .. } = event {
///         RETRIES.fetch_add(1, Ordering::Relaxed);
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let policies = Policies::builder().retry("const(1ms), 3 attempts").on_event(count).build()?;
/// let failed = policies.call(|| async { Err::<u32, _>(anyhow::anyhow!("down")) }).await;
/// assert_eq!(failed.unwrap_err().to_string(), "down");
/// assert_eq!(RETRIES.load(Ordering::Relaxed), 2);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// The operation failed, or ran out of the time of one attempt. Whether it is tried again comes next.
    #[non_exhaustive]
    AttemptFailed {
        /// Whose policies.
        name: &'a str,
        /// With this one.
        attempts: u32,
        /// Since the call began.
        elapsed: Duration,
    },
    /// The failure is tried again after a delay.
    #[non_exhaustive]
    RetryScheduled {
        /// Whose policies.
        name: &'a str,
        /// So far.
        attempts: u32,
        /// Since the call began.
        elapsed: Duration,
        /// Until the next attempt.
        delay: Duration,
    },
    /// A policy refused an attempt, or cut it off because the time was up.
    #[non_exhaustive]
    AttemptRefused {
        /// Whose policies.
        name: &'a str,
        /// Which of them, why, and when to come back.
        rejected: Rejected,
        /// So far, without this one.
        attempts: u32,
        /// Since the call began.
        elapsed: Duration,
    },
    /// The circuit opens: calls are refused from now on.
    #[non_exhaustive]
    CircuitOpened {
        /// Whose policies.
        name: &'a str,
        /// The sign that made it open; none when its probes failed.
        sign: Option<Trip>,
        /// For how long.
        lasting: Duration,
    },
    /// A circuit that is only observed would open.
    #[non_exhaustive]
    CircuitWouldOpen {
        /// Whose policies.
        name: &'a str,
        /// The sign.
        sign: Trip,
    },
    /// The open time is over, and probes may pass.
    #[non_exhaustive]
    CircuitProbing {
        /// Whose policies.
        name: &'a str,
    },
    /// The probes went well, and the circuit closes.
    #[non_exhaustive]
    CircuitClosed {
        /// Whose policies.
        name: &'a str,
    },
    /// A slow attempt gets another one beside it.
    #[non_exhaustive]
    HedgeStarted {
        /// Whose policies.
        name: &'a str,
        /// Which one: 1 is the first beside the attempt itself.
        number: u32,
        /// Since the attempt began.
        elapsed: Duration,
    },
    /// The other one was first with an answer that counts.
    #[non_exhaustive]
    HedgeWon {
        /// Whose policies.
        name: &'a str,
        /// Which one.
        number: u32,
        /// Since the attempt began.
        elapsed: Duration,
    },
    /// A call was shed, because so many before it had failed.
    #[non_exhaustive]
    Throttled {
        /// Whose policies.
        name: &'a str,
        /// The share of calls that are shed, from 0 to 1.
        share: f64,
    },
    /// The answer was in the cache.
    #[non_exhaustive]
    CacheHit {
        /// Whose policies.
        name: &'a str,
    },
    /// The answer was in the cache, older than it should be.
    #[non_exhaustive]
    CacheStale {
        /// Whose policies.
        name: &'a str,
        /// How old it is.
        age: Duration,
    },
    /// The call waited for one under way that asked the same, and has its answer.
    #[non_exhaustive]
    CacheCoalesced {
        /// Whose policies.
        name: &'a str,
    },
    /// Everything else failed, and the fallback answers.
    #[non_exhaustive]
    FallbackUsed {
        /// Whose policies.
        name: &'a str,
    },
    /// The call is over.
    #[non_exhaustive]
    Ended {
        /// Whose policies.
        name: &'a str,
        /// How.
        ending: Ending,
        /// All of them.
        attempts: u32,
        /// From its begin to its end.
        elapsed: Duration,
    },
}

/// How a call came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Ending {
    /// With a success.
    Ok,
    /// With a failure of the operation, or with one that the time of an attempt made of it.
    Failed,
    /// With an error that is no failure of what was called.
    Ignored,
    /// By a policy, or because the time of the call was up.
    Refused,
    /// It was given up: its future was dropped.
    Cancelled,
}

impl Ending {
    /// `ok`, `failed`, `ignored`, `refused` or `cancelled`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Failed => "failed",
            Self::Ignored => "ignored",
            Self::Refused => "refused",
            Self::Cancelled => "cancelled",
        }
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<'a> Event<'a> {
    /// Whose policies it is about, by the name under which configuration finds them.
    pub const fn name(&self) -> &'a str {
        match *self {
            Self::AttemptFailed { name, .. }
            | Self::RetryScheduled { name, .. }
            | Self::AttemptRefused { name, .. }
            | Self::CircuitOpened { name, .. }
            | Self::CircuitWouldOpen { name, .. }
            | Self::CircuitProbing { name }
            | Self::CircuitClosed { name }
            | Self::HedgeStarted { name, .. }
            | Self::HedgeWon { name, .. }
            | Self::Throttled { name, .. }
            | Self::CacheHit { name }
            | Self::CacheStale { name, .. }
            | Self::CacheCoalesced { name }
            | Self::FallbackUsed { name }
            | Self::Ended { name, .. } => name,
        }
    }

    /// The policy that did it; none where it is about the attempt or the call itself.
    pub const fn policy(&self) -> Option<Key> {
        Some(match *self {
            Self::AttemptFailed { .. } | Self::Ended { .. } => return None,
            Self::RetryScheduled { .. } => Key::Retry,
            Self::AttemptRefused { rejected, .. } => rejected.policy,
            Self::CircuitOpened { .. }
            | Self::CircuitWouldOpen { .. }
            | Self::CircuitProbing { .. }
            | Self::CircuitClosed { .. } => Key::CircuitBreaker,
            Self::HedgeStarted { .. } | Self::HedgeWon { .. } => Key::Hedge,
            Self::Throttled { .. } => Key::Throttle,
            Self::CacheHit { .. } | Self::CacheStale { .. } | Self::CacheCoalesced { .. } => Key::Cache,
            Self::FallbackUsed { .. } => Key::Fallback,
        })
    }
}

/// `payments: retrying in 100ms, after 1 attempt and 20ms`: for people, and for a log of one's own.
impl fmt::Display for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.name())?;
        match *self {
            Self::AttemptFailed { attempts, elapsed, .. } => {
                write!(f, "an attempt failed, {}", After(attempts, elapsed))
            }
            Self::RetryScheduled { attempts, elapsed, delay, .. } => {
                write!(f, "retrying in {delay:.1?}, {}", After(attempts, elapsed))
            }
            Self::AttemptRefused { rejected, attempts, elapsed, .. } => {
                write!(f, "{rejected}, {}", After(attempts, elapsed))
            }
            Self::CircuitOpened { sign: Some(sign), lasting, .. } => {
                write!(f, "the circuit opens for {lasting:.1?}: {sign}")
            }
            Self::CircuitOpened { lasting, .. } => {
                write!(f, "the circuit opens again for {lasting:.1?}: the probes failed")
            }
            Self::CircuitWouldOpen { sign, .. } => write!(f, "the circuit would open: {sign}"),
            Self::CircuitProbing { .. } => f.write_str("the circuit lets probes pass"),
            Self::CircuitClosed { .. } => f.write_str("the circuit closes"),
            Self::HedgeStarted { number, elapsed, .. } => {
                write!(f, "hedge {number} starts after {elapsed:.1?}")
            }
            Self::HedgeWon { number, elapsed, .. } => write!(f, "hedge {number} wins after {elapsed:.1?}"),
            Self::Throttled { share, .. } => write!(f, "shed, as {:.0} % of the calls are", share * 100.0),
            Self::CacheHit { .. } => f.write_str("answered from the cache"),
            Self::CacheStale { age, .. } => write!(f, "answered from the cache, {age:.1?} old"),
            Self::CacheCoalesced { .. } => f.write_str("answered by a call that asked the same"),
            Self::FallbackUsed { .. } => f.write_str("the fallback answers"),
            Self::Ended { ending, attempts, elapsed, .. } => {
                write!(f, "{ending}, {}", After(attempts, elapsed))
            }
        }
    }
}

struct After(u32, Duration);

impl fmt::Display for After {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.0 == 1 { "" } else { "s" };
        write!(f, "after {} attempt{plural} and {:.1?}", self.0, self.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Refusal;

    #[test]
    fn an_event_says_whose_it_is_which_policy_did_it_and_what() {
        let (attempts, elapsed) = (2, Duration::from_millis(1500));
        let full = Rejected::new(Key::Bulkhead, Refusal::Full);
        let events = [
            (
                Event::RetryScheduled { name: "pay", attempts, elapsed, delay: Duration::from_millis(100) },
                Some(Key::Retry),
                "pay: retrying in 100.0ms, after 2 attempts and 1.5s",
            ),
            (
                Event::AttemptRefused { name: "pay", rejected: full, attempts: 0, elapsed: Duration::ZERO },
                Some(Key::Bulkhead),
                "pay: bulkhead: full, after 0 attempts and 0.0ns",
            ),
            (
                Event::CircuitOpened { name: "pay", sign: Some(Trip::InARow(5)), lasting: elapsed },
                Some(Key::CircuitBreaker),
                "pay: the circuit opens for 1.5s: 5 in a row",
            ),
            (
                Event::Throttled { name: "pay", share: 0.25 },
                Some(Key::Throttle),
                "pay: shed, as 25 % of the calls are",
            ),
            (
                Event::Ended { name: "pay", ending: Ending::Failed, attempts: 1, elapsed },
                None,
                "pay: failed, after 1 attempt and 1.5s",
            ),
        ];
        for (event, policy, text) in events {
            assert_eq!((event.name(), event.policy(), event.to_string().as_str()), ("pay", policy, text));
        }
    }
}
