//! Those who do one thing.

use std::num::NonZeroU32;
use std::time::Duration;

use ::tower::limit::{ConcurrencyLimit, RateLimit};
use backon::{ExponentialBuilder, Retryable};
use failsafe::futures::CircuitBreaker;
use gentle_benches::Subject;
use governor::{Quota, RateLimiter};
use recloser::{AsyncRecloser, Recloser};
use tokio::sync::Semaphore;

use super::{ATTEMPTS, LIMIT, PERMITS, RATE, resilient, tower, tower_resilience};
use crate::operation::{Answer, Failure, MANY, of_many, ready};

/// More failures than any breaker takes.
const ENOUGH: u64 = 1_000;

pub(crate) fn of(case: &str) -> Vec<Subject> {
    match case {
        "rate_limit" => rate_limit(),
        "bulkhead" => bulkhead(),
        "retry" => retry(),
        "circuit_breaker" => vec![
            with_recloser(ready),
            with_failsafe(ready),
            resilient::circuit_breaker(),
            tower_resilience::circuit_breaker(),
        ],
        "timeout" => vec![
            Subject::new("tokio", async |call| tokio::time::timeout(LIMIT, ready(call)).await),
            tower::timeout(),
            resilient::timeout(),
            tower_resilience::timeout(),
        ],
        "rejected" => vec![rejected()],
        "open" => vec![opened(with_recloser(every_time)), opened(with_failsafe(every_time))],
        "keyed_1" => vec![keyed(1, |_| 0)],
        "keyed_1m" => vec![keyed(MANY, of_many)],
        _ => Vec::new(),
    }
}

fn rate() -> NonZeroU32 {
    NonZeroU32::new(RATE).unwrap_or(NonZeroU32::MAX)
}

fn rate_limit() -> Vec<Subject> {
    let governor = RateLimiter::direct(Quota::per_second(rate()));
    let ratelimit = ratelimit::Ratelimiter::new(RATE.into());
    let leaky = leaky_bucket::RateLimiter::builder()
        .max(RATE as usize)
        .initial(RATE as usize)
        .refill(RATE as usize)
        .interval(Duration::from_secs(1))
        .build();
    vec![
        Subject::new("governor", async move |call| {
            governor.until_ready().await;
            ready(call).await
        }),
        Subject::new("ratelimit", async move |call| match ratelimit.try_wait() {
            Ok(()) => ready(call).await,
            Err(_) => Err(Failure),
        }),
        Subject::new("leaky_bucket", async move |call| {
            leaky.acquire_one().await;
            ready(call).await
        }),
        tower::one(RateLimit::new(tower::operation(ready), tower::rate())),
        resilient::rate_limit(),
        tower_resilience::rate_limit(),
    ]
}

fn bulkhead() -> Vec<Subject> {
    let semaphore = Semaphore::new(PERMITS);
    vec![
        Subject::new("tokio", async move |call| {
            let _permit = semaphore.acquire().await;
            ready(call).await
        }),
        tower::one(ConcurrencyLimit::new(tower::operation(ready), PERMITS)),
        resilient::bulkhead(),
        tower_resilience::bulkhead(),
    ]
}

fn retry() -> Vec<Subject> {
    vec![
        Subject::new("backon", async |call| {
            let backoff = ExponentialBuilder::default().with_max_times(ATTEMPTS - 1);
            (|| ready(call)).retry(backoff).await
        }),
        tower::retry(),
        resilient::retry(),
        tower_resilience::retry(),
    ]
}

fn with_recloser(operation: impl AsyncFn(u64) -> Answer + 'static) -> Subject {
    let breaker = AsyncRecloser::from(Recloser::custom().open_wait(Duration::from_secs(3_600)).build());
    Subject::new("recloser", async move |call| breaker.call(operation(call)).await)
}

fn with_failsafe(operation: impl AsyncFn(u64) -> Answer + 'static) -> Subject {
    let breaker = failsafe::Config::new().build();
    Subject::new("failsafe", async move |call| breaker.call(operation(call)).await)
}

async fn every_time(_call: u64) -> Answer {
    Err(Failure)
}

fn opened(mut subject: Subject) -> Subject {
    subject.warm(ENOUGH);
    subject
}

fn rejected() -> Subject {
    let hour = Quota::with_period(Duration::from_secs(3_600)).unwrap_or(Quota::per_second(NonZeroU32::MIN));
    let governor = RateLimiter::direct(hour);
    let _ = governor.check();
    Subject::new("governor", async move |call| match governor.check() {
        Ok(()) => ready(call).await,
        Err(_) => Err(Failure),
    })
}

fn keyed(keys: u64, key: fn(u64) -> u64) -> Subject {
    let governor = RateLimiter::keyed(Quota::per_second(rate()));
    for key in 0..keys {
        let _ = governor.check_key(&key);
    }
    Subject::new("governor", async move |call: u64| {
        governor.until_key_ready(&key(call)).await;
        ready(call).await
    })
}
