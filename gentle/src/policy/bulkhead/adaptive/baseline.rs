//! What a call takes that does not wait where it is served.
//!
//! It is learned while less than half of the limit is used. Where that never happens, the limit is halved for one window
//! now and then: the more often, the more it looks as if there was a line; and again, as long as the times go down with
//! it. TCP BBR (Cardwell and others, 2016) and Envoy's gradient controller do the same. It costs half of the calls for the
//! time of two of them, every hundred times that long, and nothing while the times are as they were.
//!
//! A minimum would be simpler, and one lucky answer would spoil it (Netflix/concurrency-limits #37); an average of
//! everything follows a line that never empties.

use super::window::Seen;
use crate::time::Instant;

/// Above this many times the usual time it looks as if there was a line.
const SUSPICIOUS: f64 = 1.1;
/// How much a quiet window weighs, and a probe that found calls slower than they were.
const QUIET: f64 = 0.1;
const SLOWER: f64 = 0.5;
/// The doubt at which it is measured; a busy window adds one, a suspicious one ten.
const TOO_DOUBTFUL: u32 = 1_000;
/// A first guess is checked soon.
const GUESSED: u32 = 990;

#[derive(Debug)]
pub(super) struct Baseline {
    /// Seconds; zero while nothing is known.
    usual: f64,
    doubt: u32,
    probe: Option<Probe>,
}

/// A time with a lower limit.
#[derive(Debug)]
struct Probe {
    since: Instant,
    /// Of the limit, so much is in force.
    share: f64,
    /// What a call took before.
    before: f64,
}

impl Baseline {
    pub(super) const fn new() -> Self {
        Self { usual: 0.0, doubt: 0, probe: None }
    }

    /// The part of the limit that is in force.
    pub(super) fn share(&self) -> f64 {
        self.probe.as_ref().map_or(1.0, |probe| probe.share)
    }

    pub(super) fn is_probing(&self) -> bool {
        self.probe.is_some()
    }

    /// Whether a call that began then is older than the probe under way, and so has nothing to say about it.
    pub(super) fn is_older(&self, begun: Instant) -> bool {
        self.probe.as_ref().is_some_and(|probe| begun < probe.since)
    }

    /// How many times as long as usual calls take; `None` when none went well.
    pub(super) fn slowness(&self, seen: &Seen) -> Option<f64> {
        seen.mean.map(|mean| if self.usual > 0.0 { mean / self.usual } else { 1.0 })
    }

    /// Learns from a window in which less than half of the limit was used.
    pub(super) fn quiet(&mut self, seen: &Seen) {
        let Some(mean) = seen.mean else { return };
        let weight = if self.usual > 0.0 { QUIET } else { 1.0 };
        self.usual += weight * (mean - self.usual);
        self.doubt = 0;
    }

    /// Takes a busy window, which may show a line; begins a probe when that has been so for long.
    pub(super) fn busy(&mut self, seen: &Seen, at: Instant) {
        let Some(mean) = seen.mean else { return };
        if self.usual <= 0.0 {
            (self.usual, self.doubt) = (mean, GUESSED);
            return;
        }
        self.doubt += if mean > self.usual * SUSPICIOUS { 10 } else { 1 };
        if self.doubt >= TOO_DOUBTFUL {
            self.probe = Some(Probe { since: at, share: 0.5, before: mean });
        }
    }

    /// Takes a window of the probe: goes deeper as long as that makes calls faster, and ends it else.
    pub(super) fn probed(&mut self, seen: &Seen, at: Instant, least: bool) {
        let Some(probe) = &mut self.probe else { return };
        match seen.mean {
            Some(mean) if mean * SUSPICIOUS < probe.before && !least => {
                *probe = Probe { since: at, share: probe.share / 2.0, before: mean };
                return;
            }
            Some(mean) if mean < self.usual => self.usual = mean,
            Some(mean) => self.usual += SLOWER * (mean - self.usual),
            None => {}
        }
        self.probe = None;
        self.doubt = 0;
    }
}
