//! What others offer for the same, with the same limits.

mod hand;
mod resilient;
mod single;
mod tower;
mod tower_resilience;

use std::time::Duration;

use gentle_benches::Subject;

use crate::operation::{every_other, pending_once, ready};

/// A rate that is never reached.
const RATE: u32 = 500_000_000;
const PERMITS: usize = 16;
const ATTEMPTS: usize = 5;
const LIMIT: Duration = Duration::from_secs(2);

/// Those who have something for the case of this name.
pub(crate) fn of(case: &str) -> Vec<Subject> {
    match case {
        "four_ready" => {
            vec![tower::four(ready), hand::four(ready), resilient::four(ready), tower_resilience::four(ready)]
        }
        "five_ready" => vec![
            tower::four(ready),
            tower::with_breaker(ready),
            hand::five(ready),
            resilient::five(ready),
            tower_resilience::five(ready),
        ],
        "four_two_threads" => vec![hand::four_on_two_threads(), resilient::four_on_two_threads()],
        "five_two_threads" => vec![hand::five_on_two_threads(), resilient::five_on_two_threads()],
        "four_pending_once" => vec![
            tower::four(pending_once),
            hand::four(pending_once),
            resilient::four(pending_once),
            tower_resilience::four(pending_once),
        ],
        "five_pending_once" => vec![
            tower::four(pending_once),
            tower::with_breaker(pending_once),
            hand::five(pending_once),
            resilient::five(pending_once),
            tower_resilience::five(pending_once),
        ],
        // tower-resilience is not among them: it sleeps for a whole millisecond when it shall not wait at all.
        "failing" => vec![tower::four(every_other), hand::four(every_other)],
        alone => single::of(alone),
    }
}
