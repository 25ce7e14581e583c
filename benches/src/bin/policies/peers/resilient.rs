//! The crate `resilient`: five policies in one pipeline.

use ::resilient::bulkhead::Bulkhead;
use ::resilient::pipeline::Pipeline;
use ::resilient::timeout::{Builder, TimeoutError};
use ::resilient::{BreakerPolicy, RateLimiter, RetryPolicy};
use gentle_benches::Subject;
use std::time::Duration;

use super::{ATTEMPTS, LIMIT, PERMITS, RATE};
use crate::operation::{Answer, Failure, ready};

const NAME: &str = "resilient";

impl From<TimeoutError> for Failure {
    fn from(_: TimeoutError) -> Self {
        Self
    }
}

fn limited() -> Pipeline {
    let rate =
        RateLimiter::default().with_max_tokens(RATE as usize).with_refill_rate(Duration::from_nanos(2));
    Pipeline::new().with_rate_limiter(rate)
}

fn all() -> Pipeline {
    limited()
        .with_bulkhead(Bulkhead::new(PERMITS))
        .with_retry(RetryPolicy::default().with_max_retries(ATTEMPTS - 1))
        .with_timeout(Builder::new().with_timeout(LIMIT).build())
        .with_circuit_breaker(BreakerPolicy::default())
}

fn around<Fut>(pipeline: Pipeline, operation: impl Fn(u64) -> Fut + Copy + Send + 'static) -> Subject
where
    Fut: Future<Output = Answer> + Send + 'static,
{
    Subject::new(NAME, async move |call| pipeline.run(move || operation(call)).await)
}

pub(crate) fn on_two_threads() -> Subject {
    let pipeline = all();
    Subject::on_two_threads(NAME, async move |call| pipeline.run(move || ready(call)).await)
}

pub(crate) fn five<Fut>(operation: impl Fn(u64) -> Fut + Copy + Send + 'static) -> Subject
where
    Fut: Future<Output = Answer> + Send + 'static,
{
    around(all(), operation)
}

pub(crate) fn rate_limit() -> Subject {
    around(limited(), ready)
}

pub(crate) fn bulkhead() -> Subject {
    around(Pipeline::new().with_bulkhead(Bulkhead::new(PERMITS)), ready)
}

pub(crate) fn retry() -> Subject {
    around(Pipeline::new().with_retry(RetryPolicy::default()), ready)
}

pub(crate) fn circuit_breaker() -> Subject {
    around(Pipeline::new().with_circuit_breaker(BreakerPolicy::default()), ready)
}

pub(crate) fn timeout() -> Subject {
    around(Pipeline::new().with_timeout(Builder::new().with_timeout(LIMIT).build()), ready)
}
