//! The best of each kind, put together by hand: governor, tokio's semaphore, backon, failsafe and tokio's timeout.

use std::num::NonZeroU32;

use backon::{ExponentialBuilder, Retryable};
use failsafe::futures::CircuitBreaker;
use gentle_benches::Subject;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::sync::Semaphore;

use super::{ATTEMPTS, LIMIT, PERMITS, RATE};
use crate::operation::{Answer, Failure, ready};

const NAME: &str = "hand";

pub(crate) fn five(operation: impl AsyncFn(u64) -> Answer + 'static) -> Subject {
    let (parts, breaker) = (Parts::new(), breaker());
    Subject::new(NAME, async move |call| {
        parts.again(&async || guarded(&breaker, parts.attempt(&operation, call)).await).await
    })
}

pub(crate) fn on_two_threads() -> Subject {
    let (parts, breaker) = (Parts::new(), breaker());
    Subject::on_two_threads(NAME, async move |call| {
        parts.again(&async || guarded(&breaker, parts.attempt(&ready, call)).await).await
    })
}

struct Parts {
    rate: DefaultDirectRateLimiter,
    permits: Semaphore,
}

impl Parts {
    fn new() -> Self {
        let rate = NonZeroU32::new(RATE).unwrap_or(NonZeroU32::MAX);
        Self { rate: RateLimiter::direct(Quota::per_second(rate)), permits: Semaphore::new(PERMITS) }
    }

    async fn attempt(&self, operation: &impl AsyncFn(u64) -> Answer, call: u64) -> Answer {
        self.rate.until_ready().await;
        let _permit = self.permits.acquire().await;
        tokio::time::timeout(LIMIT, operation(call)).await.unwrap_or(Err(Failure))
    }

    async fn again(&self, attempt: &impl AsyncFn() -> Answer) -> Answer {
        let backoff = ExponentialBuilder::default().with_max_times(ATTEMPTS - 1);
        (|| attempt()).retry(backoff).sleep(|_| std::future::ready(())).await
    }
}

fn breaker() -> impl CircuitBreaker + Send + Sync {
    failsafe::Config::new().build()
}

async fn guarded(breaker: &impl CircuitBreaker, attempt: impl Future<Output = Answer>) -> Answer {
    breaker.call(attempt).await.map_err(|_| Failure)
}
