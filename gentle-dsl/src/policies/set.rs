//! A set of policies as a constant.

use super::PolicySet;
use crate::{
    bulkhead::Bulkhead, cache::Cache, chaos::Chaos, circuit_breaker::CircuitBreaker, fallback::Fallback,
    hedge::Hedge, rate_limit::RateLimit, retry::Retry, setting::Setting, throttle::Throttle,
    timeout::Timeout,
};

impl PolicySet {
    /// No policy: the beginning of a constant.
    ///
    /// # Examples
    ///
    /// ```
    /// use gentle_dsl::{Bulkhead, PolicySet, Setting};
    ///
    /// const POLICIES: PolicySet = PolicySet::new().bulkhead(Setting::On(Bulkhead::new(16)));
    /// assert_eq!(POLICIES.to_string(), r#"bulkhead = "16, reject""#);
    /// ```
    pub const fn new() -> Self {
        Self {
            fallback: None,
            cache: None,
            throttle: None,
            retry: None,
            hedge: None,
            circuit_breaker: None,
            rate_limit: None,
            bulkhead: None,
            timeout: None,
            chaos: None,
        }
    }

    /// With this retry.
    pub const fn retry(mut self, retry: Setting<Retry>) -> Self {
        self.retry = Some(retry);
        self
    }

    /// With this rate limit.
    pub const fn rate_limit(mut self, rate_limit: Setting<RateLimit>) -> Self {
        self.rate_limit = Some(rate_limit);
        self
    }

    /// With this bulkhead.
    pub const fn bulkhead(mut self, bulkhead: Setting<Bulkhead>) -> Self {
        self.bulkhead = Some(bulkhead);
        self
    }

    /// With this timeout.
    pub const fn timeout(mut self, timeout: Setting<Timeout>) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// With this fallback.
    pub const fn fallback(mut self, fallback: Setting<Fallback>) -> Self {
        self.fallback = Some(fallback);
        self
    }

    /// With this cache.
    pub const fn cache(mut self, cache: Setting<Cache>) -> Self {
        self.cache = Some(cache);
        self
    }

    /// With this throttle.
    pub const fn throttle(mut self, throttle: Setting<Throttle>) -> Self {
        self.throttle = Some(throttle);
        self
    }

    /// With this hedge.
    pub const fn hedge(mut self, hedge: Setting<Hedge>) -> Self {
        self.hedge = Some(hedge);
        self
    }

    /// With this circuit breaker.
    pub const fn circuit_breaker(mut self, circuit_breaker: Setting<CircuitBreaker>) -> Self {
        self.circuit_breaker = Some(circuit_breaker);
        self
    }

    /// With this chaos.
    pub const fn chaos(mut self, chaos: Setting<Chaos>) -> Self {
        self.chaos = Some(chaos);
        self
    }
}
