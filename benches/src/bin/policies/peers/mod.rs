//! What others offer for the same, with the same limits.

mod hand;
mod resilient;
mod single;
mod tower;
mod tower_resilience;

use std::time::Duration;

use gentle_benches::Subject;

use crate::operation::{Answer, every_other, pending_once, ready};

/// A rate that is never reached.
const RATE: u32 = 500_000_000;
const PERMITS: usize = 16;
const ATTEMPTS: usize = 5;
const LIMIT: Duration = Duration::from_secs(2);

/// Those who have something for the case of this name.
pub(crate) fn of(case: &str) -> Vec<Subject> {
    match case {
        "five_ready" => five(ready),
        "five_two_threads" => vec![hand::on_two_threads(), resilient::on_two_threads()],
        "five_pending_once" => five(pending_once),
        // tower-resilience is not among them: it sleeps for a whole millisecond when it shall not wait at all.
        "failing" => vec![tower::four(every_other), hand::five(every_other)],
        alone => single::of(alone),
    }
}

fn five<Fut>(operation: impl Fn(u64) -> Fut + Copy + Send + Sync + 'static) -> Vec<Subject>
where
    Fut: Future<Output = Answer> + Send + 'static,
{
    vec![
        tower::four(operation),
        tower::with_breaker(operation),
        hand::five(async move |call| operation(call).await),
        resilient::five(operation),
        tower_resilience::five(operation),
    ]
}
