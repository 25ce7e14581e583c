//! Some answers together, because one alone says little.

use std::time::Duration;

use super::Answer;
use crate::time::Instant;

/// Fewer answers say nothing.
const FEWEST: u32 = 10;
const SHORTEST: f64 = 0.01;
const LONGEST: f64 = 1.0;
/// Answers that come so slowly belong to different times.
const STALE: Duration = Duration::from_secs(30);

#[derive(Debug)]
pub(super) struct Window {
    since: Instant,
    answers: u32,
    dropped: u32,
    /// What all of them took, in seconds.
    took: f64,
    /// What those took that went well.
    took_well: f64,
    most: u32,
}

/// What a full window has seen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    /// What a call that went well took, in seconds; `None` when there was none.
    pub(super) mean: Option<f64>,
    /// The share of those that failed.
    pub(super) dropped: f64,
    /// The most calls that were inside.
    pub(super) most: f64,
}

impl Window {
    pub(super) const fn new() -> Self {
        Self { since: Instant::UNKNOWN, answers: 0, dropped: 0, took: 0.0, took_well: 0.0, most: 0 }
    }

    /// Adds an answer. When enough have come, for at least twice as long as one takes, it begins anew.
    pub(super) fn add(&mut self, answer: &Answer, took: f64, dropped: bool) -> Option<Seen> {
        if self.answers == 0 || (self.answers < FEWEST && answer.at - self.since > STALE) {
            *self = Self { since: answer.at, ..Self::new() };
        }
        self.answers += 1;
        self.took += took;
        self.most = self.most.max(answer.inside);
        if dropped {
            self.dropped += 1;
        } else {
            self.took_well += took;
        }
        let answers = f64::from(self.answers);
        let span = (2.0 * self.took / answers).clamp(SHORTEST, LONGEST);
        if self.answers < FEWEST || (answer.at - self.since).as_secs_f64() < span {
            return None;
        }
        let well = self.answers - self.dropped;
        let seen = Seen {
            mean: (well > 0).then(|| self.took_well / f64::from(well)),
            dropped: f64::from(self.dropped) / answers,
            most: f64::from(self.most),
        };
        *self = Self::new();
        Some(seen)
    }
}
