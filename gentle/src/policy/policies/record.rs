//! What policies remember and tell of what happened.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use gentle_dsl::Key;

use super::{Breaker, Circuit, Gate, Limiter, MEASURED, Policies, Retrying, Terms, WATCHED, throttle};
use crate::config::Origin;
use crate::error::Error;
use crate::policy::Event;
use crate::policy::histogram::{Counts, Histogram};
use crate::policy::numbers::{Latency, Numbers, Successes, Tally};
use crate::policy::observe::{self, Observing, Watch, everybodys_flags, tell_everybody};
use crate::telemetry::inspect::Facts;
use crate::time::{Instant, now};

/// What most policies need little of: made when there is the first thing to remember.
#[derive(Debug, Default)]
pub(super) struct Record {
    /// Calls that went well, where there is no circuit breaker to count them.
    succeeded: Successes,
    tally: Tally,
    watch: Watch,
    latency: OnceLock<Box<Histogram>>,
    /// Who has changed what the code wrote.
    origins: Mutex<Vec<(Key, Origin)>>,
}

impl Policies {
    /// Tells `observer` what these policies do, for as long as what it returns lives. See
    /// [`observe`](mod@crate::policy::observe).
    ///
    /// # Examples
    ///
    /// ```
    /// use gentle::policy::Policies;
    ///
    /// static PAYMENTS: Policies = gentle::policies!(name = "payments", bulkhead = "16");
    ///
    /// PAYMENTS.observe(|event| println!("{event}")).forever();
    /// ```
    pub fn observe(&self, observer: impl Fn(&Event<'_>) + Send + Sync + 'static) -> Observing<'_> {
        let number = self.record().watch.add(observer, || {
            self.flags.fetch_or(WATCHED, Ordering::Relaxed);
        });
        Observing::new(Some(self), number)
    }

    pub(in crate::policy) fn forget(&self, observer: u64) {
        self.record().watch.remove(observer, || {
            if self.on_event.is_none() {
                self.flags.fetch_and(!WATCHED, Ordering::Relaxed);
            }
        });
    }

    /// The same policies, which tell `observer` what they do: what the macros write for `on_event`.
    #[doc(hidden)]
    pub const fn told_to(mut self, observer: fn(&Event<'_>)) -> Self {
        self.flags = AtomicU32::new(self.flags.into_inner() | WATCHED);
        self.on_event = Some(observer);
        self
    }

    /// Tells whoever watches; makes nothing where nobody does.
    #[inline]
    pub(crate) fn tell<'e>(&self, event: impl FnOnce() -> Event<'e>) {
        if (self.flags.load(Ordering::Relaxed) | everybodys_flags()) & WATCHED != 0 {
            self.tell_all(&event());
        }
    }

    #[cold]
    fn tell_all(&self, event: &Event<'_>) {
        if let Some(observer) = self.on_event {
            observe::tell(&observer, event);
        }
        if let Some(record) = self.record.get() {
            record.watch.tell(event);
        }
        tell_everybody(event);
    }

    /// Measures from now on how long calls take, or does so no more; what was measured stays. It costs a second look
    /// at the clock for each call.
    ///
    /// # Examples
    ///
    /// ```
    /// use gentle::policy::Policies;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let policies = Policies::parse(r#"bulkhead = "16""#)?;
    /// policies.measure(true);
    /// policies.call(|| async { Ok::<_, gentle::Rejected>(()) }).await?;
    /// let latency = policies.numbers().latency.ok_or("it is measured")?;
    /// assert!(latency.count == 1 && latency.p99 <= latency.longest);
    /// # Ok(())
    /// # }
    /// ```
    pub fn measure(&self, on: bool) {
        if on {
            self.flags.fetch_or(MEASURED, Ordering::Relaxed);
        } else {
            self.flags.fetch_and(!MEASURED, Ordering::Relaxed);
        }
    }

    /// What was counted since the program began: see [`numbers`](mod@crate::policy::numbers).
    pub fn numbers(&self) -> Numbers {
        let counted = self.circuit_breaker.as_ref().map_or(0, Breaker::successes);
        let at_once = counted + self.record.get().map_or(0, |record| record.succeeded.count());
        let Some(record) = self.record.get() else { return Tally::default().numbers(at_once) };
        let mut numbers = record.tally.numbers(at_once);
        numbers.latency = record.latency.get().map(|histogram| latency(histogram));
        numbers
    }

    /// Notes how long a call took that began then and has ended now.
    #[inline(never)]
    pub(in crate::policy) fn took_since(&self, begun: Instant) {
        let nanos = now().nanos().saturating_sub(begun.nanos());
        self.record().latency.get_or_init(|| Box::new(Histogram::new())).record_nanos(nanos);
    }

    /// Notes how long a call took from begin to end.
    pub(in crate::policy) fn took(&self, time: Duration) {
        self.record().latency.get_or_init(|| Box::new(Histogram::new())).record(time);
    }

    pub(in crate::policy) fn tally(&self) -> &Tally {
        &self.record().tally
    }

    /// Counts a success that no circuit breaker has counted.
    #[inline]
    pub(in crate::policy) fn succeeded(&self) {
        match self.record.get() {
            Some(record) => record.succeeded.add(),
            None => self.first_success(),
        }
    }

    #[cold]
    fn first_success(&self) {
        self.record().succeeded.add();
    }

    /// Changes one policy, and notes who did.
    pub(crate) fn set_from(&self, key: Key, text: &str, origin: &Origin) -> Result<(), Error> {
        self.replace(key, text)?;
        let mut origins = self.origins();
        origins.retain(|(known, _)| *known != key);
        origins.push((key, origin.clone()));
        Ok(())
    }

    /// Who has changed this policy last, where the code is not what it goes by.
    pub(crate) fn origin(&self, key: Key) -> Option<Origin> {
        self.record.get()?;
        self.origins().iter().find_map(|(known, origin)| (*known == key).then(|| origin.clone()))
    }

    /// Notes that what `before` says stands somewhere else now.
    pub(crate) fn moved(&self, key: Key, before: &Origin, now: &Origin) {
        let mut origins = self.origins();
        let entry = origins.iter_mut().find(|(known, origin)| *known == key && origin == before);
        if let Some((_, origin)) = entry {
            *origin = now.clone();
        }
    }

    /// Notes that a policy is what the code wrote.
    pub(super) fn is_restored(&self, key: Key) {
        if self.record.get().is_some() {
            self.origins().retain(|(known, _)| *known != key);
        }
    }

    /// How one policy is doing.
    pub(crate) fn facts(&self, key: Key) -> Facts {
        let facts = match key {
            Key::CircuitBreaker => self.circuit_breaker().map(Circuit::facts),
            Key::RateLimit => self.rate_limit.as_ref().map(Limiter::facts),
            Key::Bulkhead => self.bulkhead.as_ref().map(Gate::facts),
            Key::Hedge => self.hedge_terms().map(Terms::facts),
            Key::Retry => self.retry.as_ref().map(Retrying::facts),
            Key::Cache => self.cache().map(|answers| answers.state().facts()),
            Key::Throttle => self.throttle().map(throttle::State::facts),
            Key::Chaos => self.is_chaotic().then(|| Facts::new().with("now", "strikes")),
            Key::Timeout | Key::Fallback => None,
        };
        let facts = facts.unwrap_or_default();
        // Beside them stands the one state of those that have no key.
        match self.held_keys(key) {
            0 => facts,
            keys => facts.with("keys", keys),
        }
    }

    fn origins(&self) -> MutexGuard<'_, Vec<(Key, Origin)>> {
        self.record().origins.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn record(&self) -> &Record {
        self.record.get_or_init(Box::default)
    }
}

fn latency(histogram: &Histogram) -> Latency {
    let counts = histogram.counts();
    let quantile = |share| counts.quantile(share).unwrap_or_default();
    Latency {
        count: counts.count(),
        mean: mean(&counts),
        p50: quantile(0.5),
        p90: quantile(0.9),
        p99: quantile(0.99),
        longest: counts.longest(),
        ranges: counts.ranges().collect(),
    }
}

fn mean(counts: &Counts) -> Duration {
    let nanos = u64::try_from(counts.sum().as_nanos()).unwrap_or(u64::MAX);
    Duration::from_nanos(nanos / counts.count().max(1))
}
