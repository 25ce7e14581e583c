//! `on_event`: what policies do, told as it happens.
//!
//! **Use it** to log, count or alert in a way of your own, and in tests. How often what happened is counted anyway and
//! needs no observer: see [`numbers`](super::numbers()).
//!
//! An observer is a function that takes a [`&Event`](Event). There are three ways to be one:
//!
//! | of | by | until |
//! |---|---|---|
//! | one function | `#[gentle(…, on_event = log_event)]`, `policies!(…, on_event = log_event)`, [`Builder::on_event`](super::Builder::on_event) | the end |
//! | policies at hand | [`Policies::observe`](super::Policies::observe) | its guard is dropped |
//! | everybody | [`observe_all`] | its guard is dropped |
//!
//! They are told in this order, on the spot, by the thread that does it, between two steps of the call: an observer that is
//! slow makes the call slow, so hand on to a channel what takes time. It may use the same policies, look at them and change
//! them; a call of its own under them is told to it, too. When it panics, the log says so and the call goes on as if
//! nothing had happened.
//!
//! | policy | tells |
//! |---|---|
//! | each that refuses | [`AttemptRefused`](Event::AttemptRefused) |
//! | `retry` | [`RetryScheduled`](Event::RetryScheduled) |
//! | `circuit_breaker` | [`CircuitOpened`](Event::CircuitOpened), [`CircuitWouldOpen`](Event::CircuitWouldOpen), [`CircuitProbing`](Event::CircuitProbing), [`CircuitClosed`](Event::CircuitClosed) |
//! | `hedge` | [`HedgeStarted`](Event::HedgeStarted), [`HedgeWon`](Event::HedgeWon) |
//! | `throttle` | [`Throttled`](Event::Throttled) |
//! | `cache` | [`CacheHit`](Event::CacheHit), [`CacheStale`](Event::CacheStale), [`CacheCoalesced`](Event::CacheCoalesced) |
//! | `fallback` | [`FallbackUsed`](Event::FallbackUsed) |
//! | the call itself | [`AttemptFailed`](Event::AttemptFailed) for each attempt, [`Ended`](Event::Ended) once, however it ends |
//!
//! **In the log and in spans**, through `tracing`, stands the same for those who listen there: a line at level `DEBUG`
//! when a failure is tried again or has been tried for the last time, at `WARN` when a circuit opens, at `INFO` when it closes; and
//! at level `DEBUG`, target `gentle::policy`, a span `call` with `policy`, `attempts`, `elapsed` and `outcome`, and in it a
//! span `attempt` for each, which what the operation logs stands in.
//!
//! **Cost:** nothing where nobody watches: whether somebody does stands in a word that each call reads anyway, and so does
//! whether somebody listens to spans. With an observer a call reads the clock twice; nothing is allocated.
//!
//! **Cancel safety:** a call that is given up ends as [`Ending::Cancelled`], with the attempt it was in.
//!
//! **Live change:** who begins to watch is told of the calls that begin after that, who stops may be told of those that are under
//! way on another thread at that moment.
//!
//! ```
//! use gentle::policy::{Ending, Event, Policies};
//! use std::sync::{Arc, Mutex};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let policies = Policies::builder().name("score").retry("const(1ms), 3 attempts").build()?;
//! let ended = Arc::new(Mutex::new(Vec::new()));
//! let noted = Arc::clone(&ended);
//! let watching = policies.observe(move |event| {
//!     if let Event::Ended { ending, attempts, .. } = event {
//!         noted.lock().unwrap().push((*ending, *attempts));
//!     }
//! });
//! let failed = policies.call(|| async { Err::<u32, _>(anyhow::anyhow!("down")) }).await;
//! assert_eq!(failed.unwrap_err().to_string(), "down", "the operation's own error");
//! assert_eq!(*ended.lock().unwrap(), [(Ending::Failed, 3)]);
//! drop(watching);
//! # Ok(())
//! # }
//! ```

mod event;
mod everybody;
mod watch;

pub use event::{Ending, Event};
pub(crate) use everybody::{everybodys_flags, tell_everybody};
pub use everybody::{measure_all, observe_all};
pub(crate) use watch::{Observer, Watch, tell};

use std::fmt;

use super::Policies;

/// That somebody watches: it ends when this is dropped.
///
/// # Examples
///
/// ```
/// // For the rest of the program:
/// gentle::policy::observe_all(|event| println!("{event}")).forever();
/// ```
#[must_use = "dropped at once, it watches nothing; `forever()` keeps it"]
pub struct Observing<'a> {
    whom: Option<&'a Policies>,
    number: u64,
}

impl<'a> Observing<'a> {
    /// `None` is everybody.
    pub(super) const fn new(whom: Option<&'a Policies>, number: u64) -> Self {
        Self { whom, number }
    }

    /// Watches as long as there is anything to watch.
    pub fn forever(self) {
        std::mem::forget(self);
    }
}

impl Drop for Observing<'_> {
    fn drop(&mut self) {
        match self.whom {
            Some(policies) => policies.forget(self.number),
            None => everybody::forget(self.number),
        }
    }
}

impl fmt::Debug for Observing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Observing({})", self.whom.map_or("everybody", Policies::name))
    }
}
