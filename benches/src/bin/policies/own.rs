//! gentle's own, and the operation as it is.

use gentle::prelude::*;
use gentle_benches::{Case, Size, Subject};

use crate::operation::{Answer, MANY, every_other, of_many, pending_once, ready};

pub(crate) const CASES: &[Case] = &[
    Case { name: "five_ready", own: || vec![bare(), gentle(all), Subject::new("gentle_call", by_value)] },
    Case { name: "five_observed", own: || vec![bare(), gentle(observed())] },
    Case {
        name: "five_two_threads",
        own: || vec![Subject::on_two_threads("bare", ready), Subject::on_two_threads("gentle", all)],
    },
    Case {
        name: "five_pending_once",
        own: || vec![Subject::new("bare", pending_once), gentle(all_pending_once)],
    },
    Case { name: "rate_limit", own: || vec![bare(), gentle(rate_limit)] },
    Case { name: "bulkhead", own: || vec![bare(), gentle(bulkhead)] },
    Case { name: "retry", own: || vec![bare(), gentle(retry)] },
    Case { name: "circuit_breaker", own: || vec![bare(), gentle(circuit_breaker)] },
    Case { name: "timeout", own: || vec![bare(), gentle(timeout)] },
    Case { name: "rejected", own: || vec![bare(), gentle(rejected)] },
    Case { name: "open", own: || vec![bare(), open()] },
    Case { name: "failing", own: || vec![Subject::new("bare", twice), gentle(all_failing)] },
    Case { name: "keyed_1", own: || vec![bare(), gentle(one_key)] },
    Case { name: "keyed_1m", own: || vec![bare(), many_keys()] },
];

/// All policies there are, in the one place where one more is added: around functions, and as a value.
macro_rules! all {
    ($($policies:tt)+) => {
        #[gentle($($policies)+)]
        async fn all(call: u64) -> Answer {
            ready(call).await
        }

        #[gentle($($policies)+)]
        async fn all_pending_once(call: u64) -> Answer {
            pending_once(call).await
        }

        static ALL: Policies = policies!($($policies)+);
        static OBSERVED: Policies = policies!($($policies)+);
    };
}

all! {
    retry = "5 attempts",
    circuit_breaker = "on",
    rate_limit = "500_000_000/s",
    bulkhead = "16",
    timeout = "2s each attempt"
}

async fn by_value(call: u64) -> Answer {
    ALL.call(|| ready(call)).await
}

#[gentle(policy = OBSERVED)]
async fn all_observed(call: u64) -> Answer {
    ready(call).await
}

/// With counters and the histogram, as under `gentle::run()`.
fn observed() -> impl AsyncFnMut(u64) -> Answer + 'static {
    OBSERVED.measure(true);
    all_observed
}

// A rate of failure that half of the attempts do not reach.
#[gentle(
    retry = "now, 5 attempts",
    circuit_breaker = "90% of 20",
    rate_limit = "500_000_000/s",
    bulkhead = "16",
    timeout = "2s each attempt"
)]
async fn all_failing(call: u64) -> Answer {
    every_other(call).await
}

#[gentle(retry = "5 attempts", rate_limit = "1/365d, reject", bulkhead = "16", timeout = "2s each attempt")]
async fn rejected(call: u64) -> Answer {
    ready(call).await
}

#[gentle(rate_limit = "500_000_000/s")]
async fn rate_limit(call: u64) -> Answer {
    ready(call).await
}

#[gentle(bulkhead = "16")]
async fn bulkhead(call: u64) -> Answer {
    ready(call).await
}

#[gentle(retry = "5 attempts")]
async fn retry(call: u64) -> Answer {
    ready(call).await
}

#[gentle(circuit_breaker = "on")]
async fn circuit_breaker(call: u64) -> Answer {
    ready(call).await
}

#[gentle(timeout = "2s each attempt")]
async fn timeout(call: u64) -> Answer {
    ready(call).await
}

fn open() -> Subject {
    static OPEN: Policies = policies!(circuit_breaker = "manual");
    if let Some(circuit) = OPEN.circuit_breaker() {
        circuit.isolate();
    }
    gentle(async |call| OPEN.call(|| ready(call)).await)
}

// So slow that no key is forgotten meanwhile, and so many at once that none has to wait.
#[gentle(rate_limit = "1/m burst 100_000_000 each key")]
async fn for_each(key: u64, call: u64) -> Answer {
    ready(call).await
}

async fn one_key(call: u64) -> Answer {
    for_each(0, call).await
}

fn many_keys() -> Subject {
    static EACH: Policies = policies!(rate_limit = "1/m burst 100_000_000 each key up to 1_000_000");
    let mut subject = gentle(async |call| EACH.each(&of_many(call)).call(|| ready(call)).await);
    subject.warm(MANY);
    subject
}

async fn twice(call: u64) -> Answer {
    match every_other(call).await {
        Err(_) => every_other(call).await,
        answer => answer,
    }
}

fn bare() -> Subject {
    Subject::new("bare", ready)
}

fn gentle(operation: impl AsyncFnMut(u64) -> Answer + 'static) -> Subject {
    Subject::new("gentle", operation)
}

pub(crate) fn sizes() -> Vec<Size> {
    let bare = size_of_val(&ready(0));
    vec![
        Size { of: "future of the operation", bytes: bare },
        Size { of: "future under five policies, less the operation", bytes: size_of_val(&all(0)) - bare },
        Size { of: "state of one function (`Policies`)", bytes: size_of::<Policies>() },
    ]
}
