//! tower's own layers. There is no circuit breaker among them, and the rate limit cannot be cloned.

use std::future::{Ready, ready as at_once};
use std::time::Duration;

use gentle_benches::Subject;
use tower::limit::{ConcurrencyLimitLayer, RateLimitLayer, rate::Rate};
use tower::retry::{Policy, RetryLayer};
use tower::timeout::TimeoutLayer;
use tower::{Service, ServiceBuilder, ServiceExt, service_fn};
use tower_resilience_circuitbreaker::CircuitBreakerLayer;

use super::{ATTEMPTS, LIMIT, PERMITS, RATE};
use crate::operation::{Answer, Failure, ready};

const SECOND: Duration = Duration::from_secs(1);

pub(crate) fn rate() -> Rate {
    Rate::new(RATE.into(), SECOND)
}

/// A service that can be cloned, of an operation that can be copied.
pub(crate) fn operation<Fut: Future<Output = Answer>>(
    operation: impl Fn(u64) -> Fut + Copy,
) -> impl Service<u64, Response = u64, Error = Failure, Future = Fut> + Clone {
    service_fn(operation)
}

/// Waits until the service is ready, and calls it.
pub(crate) fn one<S: Service<u64> + 'static>(service: S) -> Subject {
    named("tower", service)
}

pub(crate) fn named<S: Service<u64> + 'static>(name: &'static str, mut service: S) -> Subject {
    Subject::new(name, async move |call| match service.ready().await {
        Ok(service) => service.call(call).await,
        Err(error) => Err(error),
    })
}

pub(crate) fn four<Fut>(one_of: impl Fn(u64) -> Fut + Copy + 'static) -> Subject
where
    Fut: Future<Output = Answer> + 'static,
{
    let layers = ServiceBuilder::new()
        .layer(RateLimitLayer::new(RATE.into(), SECOND))
        .layer(ConcurrencyLimitLayer::new(PERMITS))
        .layer(RetryLayer::new(Again(ATTEMPTS)))
        .layer(TimeoutLayer::new(LIMIT));
    one(layers.service(operation(one_of)))
}

/// The four, and the breaker of tower-resilience.
pub(crate) fn with_breaker<Fut>(one_of: impl Fn(u64) -> Fut + Copy + Send + Sync + 'static) -> Subject
where
    Fut: Future<Output = Answer> + Send + 'static,
{
    let layers = ServiceBuilder::new()
        .layer(RateLimitLayer::new(RATE.into(), SECOND))
        .layer(ConcurrencyLimitLayer::new(PERMITS))
        .layer(RetryLayer::new(Again(ATTEMPTS)))
        .layer(CircuitBreakerLayer::standard().build().unwrap_or_else(|_| unreachable!("a preset")))
        .layer(TimeoutLayer::new(LIMIT));
    named("tower_breaker", layers.service(service_fn(one_of)))
}

pub(crate) fn retry() -> Subject {
    one(ServiceBuilder::new().layer(RetryLayer::new(Again(ATTEMPTS))).service(operation(ready)))
}

pub(crate) fn timeout() -> Subject {
    one(ServiceBuilder::new().layer(TimeoutLayer::new(LIMIT)).service(operation(ready)))
}

/// So many attempts, without a delay.
#[derive(Clone)]
struct Again(usize);

impl<Error> Policy<u64, u64, Error> for Again {
    type Future = Ready<()>;

    fn retry(&mut self, _: &mut u64, result: &mut Result<u64, Error>) -> Option<Self::Future> {
        if result.is_ok() || self.0 <= 1 {
            return None;
        }
        self.0 -= 1;
        Some(at_once(()))
    }

    fn clone_request(&mut self, request: &u64) -> Option<u64> {
        Some(*request)
    }
}
