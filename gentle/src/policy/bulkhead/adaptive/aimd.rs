//! A little more as long as all goes well, a tenth less when something fails.
//!
//! **Source:** Chiu and Jain, "Analysis of the Increase and Decrease Algorithms for Congestion Avoidance in Computer
//! Networks" (1989), as in `AIMDLimit` of Netflix's concurrency-limits, with its factor of 0.9 and its rule to grow
//! only while half of the limit is used.
//!
//! **What differs:** Netflix grows by one and cuts with every answer. Here, as in TCP (RFC 5681), it grows by one with every
//! answer only until the first cut, and then by one in the time in which as many calls answer as the limit allows; and it
//! is cut once for all that was under way when it was cut: hundred calls that fail together are one piece of news.

use super::Answer;
use crate::time::Instant;

const CUT: f64 = 0.9;

#[derive(Debug)]
pub(super) struct Aimd {
    /// When it was cut last.
    cut: Option<Instant>,
}

impl Aimd {
    pub(super) const fn new() -> Self {
        Self { cut: None }
    }

    /// The limit after this answer.
    pub(super) fn step(&mut self, limit: f64, answer: &Answer, dropped: bool) -> f64 {
        match (dropped, self.cut) {
            (true, Some(cut)) if answer.begun < cut => limit,
            (true, _) => {
                self.cut = Some(answer.at);
                limit * CUT
            }
            (false, None) => limit + 1.0,
            (false, Some(_)) => limit + 1.0 / limit,
        }
    }
}
