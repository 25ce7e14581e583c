use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::ops::ControlFlow;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use gentle_dsl::{Key, PolicySet, Sentence, Setting, parse_policies};

use super::bulkhead::Gate;
use super::circuit_breaker::{Breaker, Circuit, slow_above};
use super::rate_limit::Limiter;
use super::retry::Retrying;
use super::timeout::Limits;
use super::{Builder, Call, FromRejected, Mistakes, Outcome};
use crate::error::{Error, Kind, Place};

/// The policies around one operation, with their state: circuit, bucket, queue, permits, budget.
///
/// Each function annotated with `#[gentle(…)]` has one of its own, as a `static`. Make one by hand to share it
/// between functions on purpose (`policy = PAYMENTS`), to keep one per instance in a field, or to do without
/// macros.
///
/// # Examples
///
/// ```
/// use gentle::policy::Policies;
///
/// # async fn ask() -> Result<u32, gentle::Rejected> { Ok(7) }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let gently = Policies::parse(r#"rate_limit = "5/500ms", retry = "exp(100ms..5s), 5 attempts""#)?;
/// assert_eq!(gently.call(|| ask()).await?, 7);
/// # Ok(())
/// # }
/// ```
pub struct Policies {
    name: Cow<'static, str>,
    place: Option<Place>,
    text: Mutex<PolicySet>,
    timed: AtomicBool,
    pub(super) circuit_breaker: Option<Breaker>,
    pub(super) rate_limit: Option<Limiter>,
    pub(super) bulkhead: Option<Gate>,
    pub(super) retry: Option<Retrying>,
    pub(super) timeout: Option<Limits>,
}

impl Policies {
    /// Policies from the text of an attribute: `rate_limit = "5/500ms", retry(const(500ms, 5m))`.
    ///
    /// # Errors
    ///
    /// Every mistake in the text, each with a picture and a corrected value.
    ///
    /// # Examples
    ///
    /// ```
    /// use gentle::policy::Policies;
    ///
    /// let mistakes = Policies::parse(r#"rate_limit = "5/500ms brust 10""#).unwrap_err();
    /// assert!(mistakes.to_string().contains("did you mean `burst`?"));
    /// ```
    pub fn parse(text: &str) -> Result<Self, Mistakes> {
        parse_policies(text).map(|set| Self::unnamed(&set))
    }

    /// Policies put together one by one, each as text or as a value.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Named policies in a `static`: what the macros write.
    #[doc(hidden)]
    pub const fn of(name: &'static str, place: Place, set: PolicySet) -> Self {
        Self::with(Cow::Borrowed(name), Some(place), set)
    }

    pub(super) const fn with(name: Cow<'static, str>, place: Option<Place>, set: PolicySet) -> Self {
        Self {
            name,
            place,
            text: Mutex::new(set),
            timed: AtomicBool::new(is_timed(&set)),
            circuit_breaker: match set.circuit_breaker {
                Some(breaker) => Some(Breaker::new(on(breaker))),
                None => None,
            },
            rate_limit: match set.rate_limit {
                Some(limit) => Some(Limiter::new(on(limit))),
                None => None,
            },
            bulkhead: match set.bulkhead {
                Some(bulkhead) => Some(Gate::new(on(bulkhead))),
                None => None,
            },
            retry: match set.retry {
                Some(retry) => Some(Retrying::new(on(retry))),
                None => None,
            },
            timeout: match set.timeout {
                Some(timeout) => Some(Limits::new(on(timeout))),
                None => None,
            },
        }
    }

    fn unnamed(set: &PolicySet) -> Self {
        Self::with(Cow::Borrowed(""), None, *set)
    }

    /// The name under which configuration finds them; empty for policies made without one.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where they are written, for those in a `static`.
    pub fn place(&self) -> Option<Place> {
        self.place
    }

    /// The full text now in force, defaults filled in.
    pub fn set_now(&self) -> PolicySet {
        *self.text()
    }

    /// The circuit breaker among them, to look at it and to hold it open or closed.
    pub fn circuit_breaker(&self) -> Option<Circuit<'_>> {
        self.circuit_breaker.as_ref().map(Circuit::of)
    }

    /// Runs `operation` under these policies: once, or again for as long as a retry says.
    ///
    /// # Errors
    ///
    /// The operation's own error, unchanged, or what it makes of a [`Rejected`](super::Rejected).
    ///
    /// # Cancel safety
    ///
    /// Dropping the future drops the operation, its permit, its place in a queue and its timers. A token that an
    /// attempt has used stays used.
    pub async fn call<F, Fut>(&self, mut operation: F) -> Fut::Output
    where
        F: FnMut() -> Fut,
        Fut: Future,
        Fut::Output: Outcome + FromRejected,
    {
        let mut call = self.begin();
        loop {
            let outcome = call.attempt(pin!(operation())).await;
            match call.settle(outcome) {
                ControlFlow::Break(outcome) => return outcome,
                ControlFlow::Continue(pause) => pause.await,
            }
        }
    }

    /// Begins a call: the state machine that the macros and [`call`](Self::call) drive.
    #[inline]
    pub fn begin(&self) -> Call<'_> {
        Call::new(self)
    }

    /// Changes one policy while calls are running. State is kept: what a bucket has given out stays given out, and
    /// a smaller bulkhead takes effect as permits come back, an open circuit stays open. Who waits in a line stays there, at the new pace; who
    /// waits between two attempts makes the next one, and then goes by the new text. A time limit for the whole
    /// call holds for calls that begin after the change.
    ///
    /// # Errors
    ///
    /// The text does not parse, or the code did not name this policy: the old one stays.
    ///
    /// # Examples
    ///
    /// ```
    /// use gentle::policy::{Key, Policies};
    ///
    /// let policies = Policies::parse(r#"bulkhead = "16""#)?;
    /// policies.set(Key::Bulkhead, "32 wait 1s")?;
    /// assert!(policies.to_string().starts_with(r#"bulkhead = "32"#));
    /// assert!(policies.set(Key::Retry, "3 attempts").is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn set(&self, key: Key, text: &str) -> Result<(), Error> {
        match key {
            Key::CircuitBreaker => change(key, self.circuit_breaker.as_ref(), text, |state, breaker| {
                let mut text = self.text();
                state.set(breaker.on());
                text.circuit_breaker = Some(breaker);
                self.timed.store(is_timed(&text), Ordering::Relaxed);
            }),
            Key::RateLimit => change(key, self.rate_limit.as_ref(), text, |state, limit| {
                let mut text = self.text();
                state.set(limit.on());
                text.rate_limit = Some(limit);
            }),
            Key::Bulkhead => change(key, self.bulkhead.as_ref(), text, |state, bulkhead| {
                let mut text = self.text();
                state.set(bulkhead.on());
                text.bulkhead = Some(bulkhead);
            }),
            Key::Retry => change(key, self.retry.as_ref(), text, |state, retry| {
                let mut text = self.text();
                state.set(retry.on());
                text.retry = Some(retry);
                self.timed.store(is_timed(&text), Ordering::Relaxed);
            }),
            Key::Timeout => change(key, self.timeout.as_ref(), text, |state, timeout| {
                let mut text = self.text();
                state.set(timeout.on());
                text.timeout = Some(timeout);
            }),
            other => Err(unnamed(other)),
        }
    }

    /// Whether a call has to know when it began.
    #[inline]
    pub(super) fn is_timed(&self) -> bool {
        self.timed.load(Ordering::Relaxed)
    }

    fn text(&self) -> MutexGuard<'_, PolicySet> {
        self.text.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const fn is_timed(set: &PolicySet) -> bool {
    let within = match set.retry {
        Some(Setting::On(retry)) => retry.limit().is_some(),
        _ => false,
    };
    let slow = match set.circuit_breaker {
        Some(Setting::On(breaker)) => slow_above(breaker) != u64::MAX,
        _ => false,
    };
    within || slow || set.rate_limit.is_some() || set.timeout.is_some()
}

const fn on<T: Copy>(setting: Setting<T>) -> Option<T> {
    match setting {
        Setting::Off => None,
        Setting::On(value) => Some(value),
    }
}

fn change<S, T: Sentence>(
    key: Key,
    state: Option<&S>,
    text: &str,
    take_over: impl FnOnce(&S, Setting<T>),
) -> Result<(), Error> {
    let state = state.ok_or_else(|| unnamed(key))?;
    let value = T::parse(text).map_err(|mistakes| Error::new(Kind::Config, mistakes.to_string()))?;
    take_over(state, value);
    Ok(())
}

fn unnamed(key: Key) -> Error {
    let message = format!("{key}: the code does not name this policy, so it cannot be set from outside");
    Error::new(Kind::Config, message)
}

impl fmt::Display for Policies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text().fmt(f)
    }
}

impl fmt::Debug for Policies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policies")
            .field("name", &self.name)
            .field("text", &self.to_string())
            .finish_non_exhaustive()
    }
}
