mod live;
mod record;
mod text;

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::ops::ControlFlow;
use std::pin::pin;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use gentle_dsl::{Chaos, Key, PolicySet, Retry, Setting, parse_policies};

use super::bulkhead::{self, Gate, Width};
use super::cache::Store;
use super::chaos::{self, Mischief};
use super::circuit_breaker::{Breaker, Circuit, slow_above};
use super::each::{Each, PolicyKey};
use super::fallback::Failed;
use super::hedge::{Hedging, Terms};
use super::keys::{self, Keys};
use super::observe::everybodys_flags;
use super::rare::Rare;
use super::rate_limit::Limiter;
use super::retry::Retrying;
use super::throttle::{self, Valve};
use super::timeout::Limits;
use super::{Builder, ByOutcome, Call, Caller, Event, Fallible, FromRejected, Judge, Mistakes, Outcome};
use crate::error::Place;
use crate::time::Instant;
use record::Record;
use text::Text;

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
    /// What every call has to know first: [`TIMED`], [`WATCHED`], [`MEASURED`].
    flags: AtomicU32,
    pub(super) circuit_breaker: Option<Breaker>,
    pub(super) rate_limit: Option<Limiter>,
    pub(super) bulkhead: Option<Gate>,
    pub(super) retry: Option<Retrying>,
    pub(super) timeout: Option<Limits>,
    hedge: Option<Hedging>,
    /// Made with the first call of those that have any of it.
    rare: OnceLock<Box<Rare>>,
    pub(super) chaos: Option<Mischief>,
    text: Text,
    /// Made when somebody comes with a key.
    keys: OnceLock<Box<Keys>>,
    name: Cow<'static, str>,
    place: Option<Place>,
    on_event: Option<fn(&Event<'_>)>,
    record: OnceLock<Box<Record>>,
}

/// Calls have to know when they began.
pub(super) const TIMED: u32 = 1;
/// The code names a throttle, or a cache.
pub(super) const THROTTLED: u32 = 2;
const CACHED: u32 = 4;
/// Somebody wants to be told of what happens to calls.
pub(super) const WATCHED: u32 = 1 << 8;
/// Somebody wants to know how long calls take.
pub(super) const MEASURED: u32 = 1 << 9;
/// Somebody listens to spans: not a flag of policies, but of calls.
pub(super) const TRACED: u32 = 1 << 10;

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
        let set = parse_policies(text)?;
        chaos::refuse(&set)?;
        Ok(Self::given(Cow::Borrowed(""), set))
    }

    /// Policies put together one by one, each as text or as a value.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Named policies in a `static`: what the macros write.
    #[doc(hidden)]
    pub const fn of(name: &'static str, place: Place, set: &'static PolicySet) -> Self {
        Self {
            flags: AtomicU32::new(flags(set)),
            circuit_breaker: match &set.circuit_breaker {
                Some(breaker) => Some(Breaker::declared(breaker)),
                None => None,
            },
            rate_limit: match &set.rate_limit {
                Some(limit) => Some(Limiter::declared(limit)),
                None => None,
            },
            bulkhead: match &set.bulkhead {
                Some(bulkhead) => Some(Gate::new(bulkhead)),
                None => None,
            },
            retry: match &set.retry {
                Some(retry) => Some(Retrying::new(retry)),
                None => None,
            },
            timeout: match &set.timeout {
                Some(timeout) => Some(Limits::new(timeout)),
                None => None,
            },
            hedge: if set.hedge.is_some() { Some(Hedging::new()) } else { None },
            rare: OnceLock::new(),
            chaos: match &set.chaos {
                Some(_) => Mischief::new(),
                None => None,
            },
            text: Text::declared(set),
            keys: OnceLock::new(),
            name: Cow::Borrowed(name),
            place: Some(place),
            on_event: None,
            record: OnceLock::new(),
        }
    }

    pub(super) fn given(name: Cow<'static, str>, set: PolicySet) -> Self {
        Self {
            flags: AtomicU32::new(flags(&set)),
            circuit_breaker: set.circuit_breaker.map(|breaker| Breaker::given(breaker.on())),
            rate_limit: set.rate_limit.map(|limit| Limiter::given(limit.on())),
            bulkhead: set.bulkhead.as_ref().map(Gate::new),
            retry: set.retry.as_ref().map(Retrying::new),
            timeout: set.timeout.as_ref().map(Limits::new),
            hedge: set.hedge.map(|_| Hedging::new()),
            rare: OnceLock::new(),
            chaos: set.chaos.and_then(|_| Mischief::new()),
            text: Text::given(set),
            keys: OnceLock::new(),
            name,
            place: None,
            on_event: None,
            record: OnceLock::new(),
        }
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
    pub fn current_set(&self) -> PolicySet {
        self.text.now()
    }

    /// How many keys a policy holds a state for: those whose state differs from a fresh one, and some that will go when
    /// others come.
    pub fn held_keys(&self, key: Key) -> u32 {
        let Some(keys) = self.keys.get() else { return 0 };
        let held = match key {
            Key::CircuitBreaker => keys.circuit_breaker.as_ref().map(Each::len),
            Key::RateLimit => keys.rate_limit.as_ref().map(Each::len),
            Key::Bulkhead => keys.bulkhead.as_ref().map(Each::len),
            _ => None,
        };
        held.unwrap_or_default()
    }

    /// The circuit breaker among them, to look at it and to hold it open or closed. Where there is one for each key, that
    /// of all who have none; that of a key is [`Caller::circuit_breaker`].
    pub fn circuit_breaker(&self) -> Option<Circuit<'_>> {
        self.circuit_breaker.as_ref().map(|breaker| Circuit::of(breaker, self))
    }

    /// What the code wrote, or the builder was given.
    pub(crate) fn written(&self) -> &PolicySet {
        self.text.written()
    }

    /// How far the throttle among them is.
    pub fn throttle(&self) -> Option<throttle::State> {
        self.valve().map(Valve::state)
    }

    /// How full the bulkhead among them is. Where there is one for each key, that of all who have none; that of a key is
    /// [`Caller::bulkhead`].
    pub fn bulkhead(&self) -> Option<bulkhead::State> {
        self.bulkhead.as_ref().map(Gate::state)
    }

    /// These policies for one key: every policy whose text says `each` has a state for it alone.
    ///
    /// What stands behind `each` in a text is a name; the key is what is given here, for all of them the same. A call without
    /// a key shares one state with all others that have none, and with those for whose key there was no
    /// [room](super::each).
    ///
    /// # Examples
    ///
    /// ```
    /// use gentle::policy::Policies;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let gently = Policies::parse(r#"rate_limit = "20/s each tenant up to 50_000", timeout = "2s""#)?;
    /// let tenant = String::from("acme");
    /// gently.each(&tenant).call(|| async { Ok::<_, gentle::Rejected>(()) }).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[inline]
    pub fn each(&self, key: impl PolicyKey) -> Caller<'_> {
        Caller::of(self, key)
    }

    /// These policies for calls of which each attempt takes so many tokens of the rate limit; without it, it takes one.
    ///
    /// # Examples
    ///
    /// ```
    /// use gentle::policy::{Policies, Refusal};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let letters = Policies::parse(r#"rate_limit = "100/h reject""#)?;
    /// let send = || async { Ok::<_, gentle::Rejected>(()) };
    /// letters.cost(60).call(send).await?;
    /// assert_eq!(letters.cost(60).call(send).await.unwrap_err().kind, Refusal::Full);
    /// assert_eq!(letters.cost(101).call(send).await.unwrap_err().kind, Refusal::TooLarge);
    /// # Ok(())
    /// # }
    /// ```
    #[inline]
    pub const fn cost(&self, tokens: u32) -> Caller<'_> {
        self.caller().cost(tokens)
    }

    /// A caller without a key, at the cost of one token.
    #[doc(hidden)]
    #[inline]
    pub const fn caller(&self) -> Caller<'_> {
        Caller::new(self)
    }

    /// Runs `operation` under these policies: once, or again for as long as a retry says. With a
    /// [`hedge`](super::hedge) among them it may run several times at once, which must do no harm.
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
        // Not `call_as` by a judge who is none: one more future around it costs a dozen instructions.
        let mut call = self.begin();
        loop {
            let outcome = {
                let first = pin!(operation());
                if self.hedges() {
                    call.race(first, &mut operation, ByOutcome).await
                } else {
                    call.attempt(first).await
                }
            };
            match call.settle(outcome) {
                ControlFlow::Break(outcome) => return outcome,
                ControlFlow::Continue(pause) => pause.await,
            }
        }
    }

    /// Runs `operation` like [`call`](Self::call), and lets `judge` say what its outcomes are: by [`Rules`](super::Rules)
    /// or by something of your own.
    ///
    /// # Errors
    ///
    /// The operation's own error, unchanged, or what it makes of a [`Rejected`](super::Rejected).
    ///
    /// # Cancel safety
    ///
    /// That of [`call`](Self::call).
    ///
    /// # Examples
    ///
    /// ```
    /// use gentle::policy::{Policies, Rules};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let again = Policies::parse(r#"retry = "now, 3 attempts""#)?;
    /// let rules = Rules::new().retry_if(|outcome: &anyhow::Result<u32>| matches!(outcome, Ok(0)));
    /// let mut answers = [0, 0, 7].into_iter();
    /// let mut next = || answers.next().ok_or_else(|| anyhow::anyhow!("no more"));
    /// assert_eq!(again.call_as(&rules, || std::future::ready(next())).await?, 7);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn call_as<J, F, Fut>(&self, judge: J, mut operation: F) -> Fut::Output
    where
        J: Judge<Fut::Output>,
        F: FnMut() -> Fut,
        Fut: Future,
        Fut::Output: FromRejected,
    {
        let mut call = self.begin();
        loop {
            let outcome = {
                let first = pin!(operation());
                if self.hedges() {
                    call.race(first, &mut operation, &judge).await
                } else {
                    call.attempt_as(first, &judge).await
                }
            };
            match call.settle_as(outcome, &judge) {
                ControlFlow::Break(outcome) => return outcome,
                ControlFlow::Continue(pause) => pause.await,
            }
        }
    }

    /// Hands back an outcome that is a success, and for a failure asks what to answer instead: see
    /// [`fallback`](super::fallback). What a fallback has made may fail in its turn, and be handed to another.
    ///
    /// # Examples
    ///
    /// ```
    /// use gentle::policy::Policies;
    /// use std::ops::ControlFlow;
    ///
    /// # async fn ask() -> anyhow::Result<u32> { anyhow::bail!("down") }
    /// # async fn from_cache(_: anyhow::Error) -> anyhow::Result<u32> { Ok(7) }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> anyhow::Result<()> {
    /// let gently = Policies::parse(r#"timeout = "2s", circuit_breaker = "on", fallback = "on""#)?;
    /// let score = match gently.fall_back(gently.call(|| ask()).await) {
    ///     ControlFlow::Break(outcome) => outcome?,
    ///     ControlFlow::Continue(failed) => failed.answer(from_cache).await?,
    /// };
    /// assert_eq!(score, 7);
    /// # Ok(())
    /// # }
    /// ```
    pub fn fall_back<R: Fallible>(&self, outcome: R) -> ControlFlow<R, Failed<R::Value, R::Error>> {
        if outcome.error().is_none() || self.is_fallback_off() {
            return ControlFlow::Break(outcome);
        }
        match outcome.into_error() {
            Ok(error) => {
                tracing::debug!(policy = self.name(), "falling back");
                self.tell(|| Event::FallbackUsed { name: self.name() });
                ControlFlow::Continue(Failed::new(error))
            }
            Err(success) => ControlFlow::Break(success),
        }
    }

    pub(super) fn is_fallback_off(&self) -> bool {
        self.text.read(|set| set.fallback == Some(Setting::Off))
    }

    /// Begins a call: the state machine that the macros and [`call`](Self::call) drive.
    #[inline]
    pub fn begin(&self) -> Call<'_> {
        Call::new(self)
    }

    /// The states of those who come with a key.
    #[inline]
    pub(super) fn keys(&self) -> &Keys {
        self.keys.get_or_init(|| Box::new(self.text.read(|now| Keys::new(self.text.written(), now))))
    }

    /// Whether one of them is kept for each key.
    pub(super) fn is_keyed(&self) -> bool {
        keys::is_keyed(self.text.written())
    }

    /// The retry now in force.
    pub(super) fn retry_now(&self) -> Option<Retry> {
        self.text.read(|set| set.retry).and_then(Setting::on)
    }

    /// Whether there is a hedge among them.
    #[inline]
    pub(super) const fn hedges(&self) -> bool {
        self.hedge.is_some()
    }

    /// The hedge now in force.
    #[inline]
    pub(super) fn hedge_terms(&self) -> Option<&Terms> {
        let written = || self.text.read(|set| set.hedge).and_then(Setting::on);
        self.hedge.as_ref().map(|hedging| hedging.terms(written))
    }

    /// When a call that begins at this moment must have ended.
    #[inline]
    pub(super) fn ends(&self, begun: Instant) -> Instant {
        self.timeout.as_ref().map_or(Instant::FAR, |limits| limits.whole(begun))
    }

    /// The throttle among them.
    #[inline]
    pub(super) fn valve(&self) -> Option<&Valve> {
        if self.flags.load(Ordering::Relaxed) & THROTTLED == 0 { None } else { self.rare().throttle.as_ref() }
    }

    /// The cache among them.
    pub(super) fn store(&self) -> Option<&Store> {
        if self.flags.load(Ordering::Relaxed) & CACHED == 0 { None } else { self.rare().cache.as_ref() }
    }

    #[inline]
    fn rare(&self) -> &Rare {
        self.rare.get_or_init(|| Box::new(self.text.read(Rare::new)))
    }

    /// The chaos now in force.
    pub(super) fn chaos_now(&self) -> Option<Chaos> {
        self.text.read(|set| set.chaos).and_then(Setting::on)
    }

    /// Whether calls fail on purpose.
    pub(crate) fn is_chaotic(&self) -> bool {
        self.chaos.as_ref().is_some_and(Mischief::is_roused) && self.chaos_now().is_some()
    }

    /// What a call has to know first.
    #[inline]
    pub(super) fn flags(&self) -> u32 {
        self.flags.load(Ordering::Relaxed) | everybodys_flags()
    }
}

const fn flags(set: &PolicySet) -> u32 {
    let within = match &set.retry {
        Some(Setting::On(retry)) => retry.limit().is_some(),
        _ => false,
    };
    let slow = match &set.circuit_breaker {
        Some(Setting::On(breaker)) => slow_above(breaker) != u64::MAX,
        _ => false,
    };
    let adapts = match &set.bulkhead {
        Some(Setting::On(bulkhead)) => matches!(bulkhead.width(), Width::Auto { .. }),
        _ => false,
    };
    let paced = set.throttle.is_some() || set.rate_limit.is_some();
    let timed = within || slow || adapts || paced || set.timeout.is_some();
    (if timed { TIMED } else { 0 })
        | (if set.throttle.is_some() { THROTTLED } else { 0 })
        | (if set.cache.is_some() { CACHED } else { 0 })
}

impl fmt::Display for Policies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.now().fmt(f)
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
