//! By how the times of now compare with those of before.
//!
//! **Source:** `Gradient2Limit` of Netflix's concurrency-limits: the limit is multiplied by the time before over the time
//! now, of which up to one and a half is tolerated, and never by less than a half; then some room for a line is
//! added; and a fifth of the way there is gone at a time.
//!
//! **What differs:** Netflix's time before is an average over the last 600 windows, which follows a line that
//! never empties until the limit has no bound; here it is the [baseline](super::baseline), which is measured without a line.
//! The room for a line is the square root of the limit, as in Envoy's gradient controller, rather than always four. And
//! what fails counts: Gradient2 does not look at it, and its predecessor halves the limit for one; here the share of
//! failures lowers the factor, so that one failure in a hundred does next to nothing and one in two leads to the lower bound.

const TOLERANCE: f64 = 1.5;
const STEEPEST: f64 = 0.5;
const SMOOTHING: f64 = 0.2;

/// The limit after a window in which calls took so many times as long as usual.
pub(super) fn step(limit: f64, slowness: Option<f64>, dropped: f64) -> f64 {
    let slope = slowness.map_or(STEEPEST, |slowness| TOLERANCE / slowness).min(1.0);
    let slope = (slope * (1.0 - dropped)).max(STEEPEST);
    let room = if dropped < STEEPEST { limit.sqrt() } else { 0.0 };
    let wanted = limit * slope + room;
    limit + SMOOTHING * (wanted - limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_grows_while_the_times_are_tolerable_and_shrinks_by_a_tenth_at_most() {
        assert!((step(100.0, Some(1.0), 0.0) - 102.0).abs() < 1e-9);
        assert!((step(100.0, Some(1.5), 0.0) - 102.0).abs() < 1e-9);
        assert!(step(100.0, Some(2.0), 0.0) < 100.0);
        assert!((step(100.0, Some(1e9), 1.0) - 90.0).abs() < 1e-9);
    }

    #[test]
    fn one_failure_in_a_hundred_does_next_to_nothing_and_one_in_two_leads_down() {
        assert!(step(100.0, Some(1.0), 0.01) > 100.0);
        assert!((step(100.0, Some(1.0), 0.5) - 90.0).abs() < 1e-9);
        assert!(step(2.0, Some(1.0), 0.5) < 2.0, "even where the room would be more than what is cut");
    }
}
