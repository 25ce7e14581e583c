use std::borrow::Cow;
use std::fmt;

use gentle_dsl::{
    Bulkhead, Cache, Chaos, CircuitBreaker, Fallback, Hedge, Mistakes, PolicySet, RateLimit, Retry, Sentence,
    Setting, Throttle, Timeout, check_set,
};

use super::observe::Observer;
use super::{Event, Policies, chaos};

/// Puts [`Policies`] together one by one.
///
/// Each policy is given as text, in the words of the attribute, or as a value; what is wrong with any of them is
/// said at the end, all together.
///
/// # Examples
///
/// ```
/// use gentle::policy::Policies;
/// use gentle::policy::bulkhead::Bulkhead;
///
/// let policies = Policies::builder().bulkhead(Bulkhead::new(16)).timeout("2s each attempt").build()?;
/// assert_eq!(policies.to_string(), r#"bulkhead = "16, reject", timeout = "2s each attempt""#);
/// # Ok::<(), gentle::policy::Mistakes>(())
/// ```
#[derive(Default)]
pub struct Builder {
    name: Cow<'static, str>,
    set: PolicySet,
    mistakes: Option<Mistakes>,
    on_event: Option<Box<Observer>>,
}

impl Builder {
    /// The name under which configuration finds them.
    pub fn name(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.name = name.into();
        self
    }

    /// So many calls in so much time.
    pub fn rate_limit(mut self, limit: impl IntoSetting<RateLimit>) -> Self {
        self.set.rate_limit = self.take(limit);
        self
    }

    /// So many calls at the same time.
    pub fn bulkhead(mut self, bulkhead: impl IntoSetting<Bulkhead>) -> Self {
        self.set.bulkhead = self.take(bulkhead);
        self
    }

    /// What keeps failing is left alone for a while.
    pub fn circuit_breaker(mut self, breaker: impl IntoSetting<CircuitBreaker>) -> Self {
        self.set.circuit_breaker = self.take(breaker);
        self
    }

    /// Answers are kept for a while: see [`Policies::cached`].
    pub fn cache(mut self, cache: impl IntoSetting<Cache>) -> Self {
        self.set.cache = self.take(cache);
        self
    }

    /// Some calls are shed as failures rise.
    pub fn throttle(mut self, throttle: impl IntoSetting<Throttle>) -> Self {
        self.set.throttle = self.take(throttle);
        self
    }

    /// A failure is tried again.
    pub fn retry(mut self, retry: impl IntoSetting<Retry>) -> Self {
        self.set.retry = self.take(retry);
        self
    }

    /// A slow call gets another one beside it: it may run several times at once.
    pub fn hedge(mut self, hedge: impl IntoSetting<Hedge>) -> Self {
        self.set.hedge = self.take(hedge);
        self
    }

    /// The call, or each attempt, may take so long.
    pub fn timeout(mut self, timeout: impl IntoSetting<Timeout>) -> Self {
        self.set.timeout = self.take(timeout);
        self
    }

    /// Failures are made on purpose; it takes the feature `chaos`.
    pub fn chaos(mut self, chaos: impl IntoSetting<Chaos>) -> Self {
        self.set.chaos = self.take(chaos);
        self
    }

    /// That configuration may switch off the fallbacks that stand in the code.
    pub fn fallback(mut self, fallback: impl IntoSetting<Fallback>) -> Self {
        self.set.fallback = self.take(fallback);
        self
    }

    /// Tells this observer what the policies do, from their first call on: see [`observe`](super::observe).
    pub fn on_event(mut self, observer: impl Fn(&Event<'_>) + Send + Sync + 'static) -> Self {
        self.on_event = Some(Box::new(observer));
        self
    }

    /// The policies.
    ///
    /// # Errors
    ///
    /// Every mistake in every policy given, or else in what they say together.
    pub fn build(self) -> Result<Policies, Mistakes> {
        if let Some(mistakes) = self.mistakes.or_else(|| Mistakes::collect(check_set(&self.set))) {
            return Err(mistakes);
        }
        chaos::refuse(&self.set)?;
        let policies = Policies::given(self.name, self.set);
        if let Some(observer) = self.on_event {
            policies.observe(observer).forever();
        }
        Ok(policies)
    }

    fn take<T: Sentence>(&mut self, value: impl IntoSetting<T>) -> Option<Setting<T>> {
        match value.into_setting() {
            Ok(setting) => Some(setting),
            Err(more) => {
                self.mistakes = Some(match self.mistakes.take() {
                    Some(mistakes) => mistakes.merge(more),
                    None => more,
                });
                None
            }
        }
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, set, mistakes, on_event: _ } = self;
        f.debug_struct("Builder")
            .field("name", name)
            .field("set", set)
            .field("mistakes", mistakes)
            .finish_non_exhaustive()
    }
}

/// What a policy can be given as: its text, or its value.
pub trait IntoSetting<T> {
    /// The checked value.
    ///
    /// # Errors
    ///
    /// Every mistake in it.
    fn into_setting(self) -> Result<Setting<T>, Mistakes>;
}

impl<T: Sentence> IntoSetting<T> for &str {
    fn into_setting(self) -> Result<Setting<T>, Mistakes> {
        T::parse(self)
    }
}

macro_rules! as_itself {
    ($($sentence:ty),+) => {$(
        impl IntoSetting<$sentence> for $sentence {
            fn into_setting(self) -> Result<Setting<$sentence>, Mistakes> {
                self.check().map(|()| Setting::On(self))
            }
        }
    )+};
}

as_itself!(Bulkhead, Cache, Chaos, CircuitBreaker, Fallback, Hedge, RateLimit, Retry, Throttle, Timeout);
