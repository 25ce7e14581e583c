//! What policies count: calls, how they ended, attempts, refusals, and how long calls take.
//!
//! Every [`Policies`](super::Policies) counts from the beginning of the program, and nobody has to switch it on: a call
//! that goes well at once is counted by the words that its policies write anyway, everything else off the way of such
//! calls. [`numbers`](super::numbers()) reads them by name, [`Policies::numbers`](super::Policies::numbers) by value.
//!
//! How long calls take is [`measured`](super::Policies::measure) only when somebody wants to know, because it costs a
//! second look at the clock. [`gentle::run()`](crate::run) switches it on for the whole program, unless
//! `[app] measure = false` says otherwise.
//!
//! The counters are read one by one while calls go on: they may be a call or two apart from each other.
//!
//! ```
//! use gentle::policy::Policies;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let policies = Policies::parse(r#"retry = "const(1ms), 3 attempts""#)?;
//! policies.measure(true);
//! let failed = policies.call(|| async { Err::<u32, _>(anyhow::anyhow!("down")) }).await;
//! assert!(failed.is_err());
//! assert_eq!(policies.call(|| async { anyhow::Ok(7) }).await?, 7);
//!
//! let numbers = policies.numbers();
//! assert_eq!((numbers.calls, numbers.succeeded, numbers.failed), (2, 1, 1));
//! assert_eq!((numbers.attempts, numbers.retries), (4, 2));
//! let latency = numbers.latency.ok_or("it is measured")?;
//! assert_eq!(latency.count, 2);
//! assert!(latency.longest >= std::time::Duration::from_millis(2));
//! # Ok(())
//! # }
//! ```

mod successes;
mod tally;

use std::time::Duration;

use gentle_dsl::Key;
use serde::{Serialize, Serializer};

pub(crate) use successes::Successes;
pub(crate) use tally::Tally;

use crate::telemetry::inspect::{Facts, seconds};

/// What some [`Policies`](super::Policies) have counted since the program began.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Numbers {
    /// Calls that are over: `succeeded`, `failed`, `ignored`, `refused` and `cancelled` together.
    pub calls: u64,
    /// Calls that ended with a success.
    pub succeeded: u64,
    /// Calls that ended with a failure of the operation.
    pub failed: u64,
    /// Calls that ended with an error which is no failure of what was called.
    pub ignored: u64,
    /// Calls that a policy ended.
    pub refused: u64,
    /// Calls that were given up.
    pub cancelled: u64,
    /// Attempts, with those that a policy refused. A hedge is no attempt of its own: it stands beside one.
    pub attempts: u64,
    /// How many delays between two attempts were waited for to the end.
    pub retries: u64,
    /// How often each policy refused an attempt, of those that did; a retry may have helped.
    #[serde(serialize_with = "by_policy")]
    pub refusals: Vec<(Key, u64)>,
    /// How long calls took from begin to end, while it was measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency: Option<Latency>,
}

/// How long calls took. Each value is right within an eighth.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Latency {
    /// How many were measured.
    pub count: u64,
    /// On average, in seconds where it is data; so are all of these.
    #[serde(serialize_with = "seconds")]
    pub mean: Duration,
    /// Half of them were quicker.
    #[serde(serialize_with = "seconds")]
    pub p50: Duration,
    /// 90 percent were quicker.
    #[serde(serialize_with = "seconds")]
    pub p90: Duration,
    /// 99 percent were quicker.
    #[serde(serialize_with = "seconds")]
    pub p99: Duration,
    /// The longest.
    #[serde(serialize_with = "seconds")]
    pub longest: Duration,
    /// The whole histogram: each range of times that holds any, by the time it ends with, and how many it holds.
    #[serde(serialize_with = "ranges")]
    pub ranges: Vec<(Duration, u64)>,
}

impl Numbers {
    /// How often this policy refused an attempt.
    pub fn refused_by(&self, policy: Key) -> u64 {
        self.refusals.iter().find_map(|(key, count)| (*key == policy).then_some(*count)).unwrap_or_default()
    }

    /// The same as facts, for a page that knows nothing of policies.
    pub fn facts(&self) -> Facts {
        let counts = [
            ("calls", self.calls),
            ("succeeded", self.succeeded),
            ("failed", self.failed),
            ("ignored", self.ignored),
            ("refused", self.refused),
            ("cancelled", self.cancelled),
            ("attempts", self.attempts),
            ("retries", self.retries),
        ];
        let facts = counts.into_iter().fold(Facts::new(), |facts, (name, count)| facts.with(name, count));
        let facts = self
            .refusals
            .iter()
            .fold(facts, |facts, (policy, count)| facts.with(format!("refused by {policy}"), *count));
        let Some(latency) = &self.latency else { return facts };
        let times = [
            ("mean", latency.mean),
            ("p50", latency.p50),
            ("p90", latency.p90),
            ("p99", latency.p99),
            ("longest", latency.longest),
        ];
        times
            .into_iter()
            .fold(facts.with("measured", latency.count), |facts, (name, time)| facts.with(name, time))
    }
}

#[expect(clippy::ptr_arg, reason = "it is called with the field as it is")]
fn ranges<S: Serializer>(ranges: &Vec<(Duration, u64)>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(ranges.iter().map(|(end, count)| (end.as_secs_f64(), count)))
}

#[expect(clippy::ptr_arg, reason = "it is called with the field as it is")]
fn by_policy<S: Serializer>(refusals: &Vec<(Key, u64)>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(refusals.iter().map(|(policy, count)| (policy.as_str(), count)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_plain_data_and_facts() {
        let latency = Latency { count: 2, longest: Duration::from_millis(500), ..Latency::default() };
        let refusals = vec![(Key::RateLimit, 3)];
        let numbers =
            Numbers { calls: 5, refused: 3, refusals, latency: Some(latency), ..Numbers::default() };
        let json = serde_json::to_value(&numbers).unwrap();
        assert_eq!(json["refusals"]["rate_limit"], 3);
        assert_eq!(json["latency"]["longest"], 0.5);
        assert_eq!((numbers.refused_by(Key::RateLimit), numbers.refused_by(Key::Bulkhead)), (3, 0));
        let facts = numbers.facts();
        let shown: Vec<_> = facts.iter().map(|(name, fact)| format!("{name} {fact}")).collect();
        assert!(shown.contains(&"refused by rate_limit 3".to_owned()), "{shown:?}");
        assert!(shown.contains(&"longest 500.0ms".to_owned()), "{shown:?}");
    }
}
