//! A set of policies as a constant.

use super::PolicySet;
use crate::{bulkhead::Bulkhead, rate_limit::RateLimit, retry::Retry, setting::Setting, timeout::Timeout};

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
        Self { retry: None, rate_limit: None, bulkhead: None, timeout: None }
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
}
