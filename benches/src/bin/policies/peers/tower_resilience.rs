//! tower-resilience: a layer for each policy.

use std::time::Duration;

use gentle_benches::Subject;
use tower::ServiceBuilder;
use tower_resilience_bulkhead::BulkheadLayer;
use tower_resilience_circuitbreaker::CircuitBreakerLayer;
use tower_resilience_ratelimiter::RateLimiterLayer;
use tower_resilience_retry::RetryLayer;
use tower_resilience_timelimiter::TimeLimiterLayer;

use super::tower::{named, operation};
use super::{ATTEMPTS, LIMIT, PERMITS, RATE};
use crate::operation::{Answer, ready};

const NAME: &str = "tower_resilience";

macro_rules! built {
    ($builder:expr) => {
        $builder.build().unwrap_or_else(|_| unreachable!("the figures are good"))
    };
}

fn limiter() -> RateLimiterLayer {
    built!(RateLimiterLayer::builder().limit_for_period(RATE as usize).refresh_period(Duration::from_secs(1)))
}

fn gate() -> BulkheadLayer {
    built!(BulkheadLayer::builder().max_concurrent_calls(PERMITS))
}

macro_rules! again {
    () => {
        RetryLayer::builder().max_attempts(ATTEMPTS).fixed_backoff(Duration::ZERO).build()
    };
}

pub(crate) fn five<Fut>(one_of: impl Fn(u64) -> Fut + Copy + Send + Sync + 'static) -> Subject
where
    Fut: Future<Output = Answer> + Send + 'static,
{
    let layers = ServiceBuilder::new()
        .layer(again!())
        .layer(built!(CircuitBreakerLayer::standard()))
        .layer(limiter())
        .layer(gate())
        .layer(TimeLimiterLayer::builder().timeout_duration(LIMIT).build());
    named(NAME, layers.service(tower::service_fn(one_of)))
}

pub(crate) fn rate_limit() -> Subject {
    named(NAME, ServiceBuilder::new().layer(limiter()).service(tower::service_fn(ready)))
}

pub(crate) fn bulkhead() -> Subject {
    named(NAME, ServiceBuilder::new().layer(gate()).service(tower::service_fn(ready)))
}

pub(crate) fn retry() -> Subject {
    named(NAME, ServiceBuilder::new().layer(again!()).service(operation(ready)))
}

pub(crate) fn circuit_breaker() -> Subject {
    let breaker = built!(CircuitBreakerLayer::standard());
    named(NAME, ServiceBuilder::new().layer(breaker).service(tower::service_fn(ready)))
}

pub(crate) fn timeout() -> Subject {
    let limit = TimeLimiterLayer::builder().timeout_duration(LIMIT).build();
    named(NAME, ServiceBuilder::new().layer(limit).service(tower::service_fn(ready)))
}
