//! By the number of calls that wait where they are served.
//!
//! **Source:** Brakmo and Peterson, "TCP Vegas: End to End Congestion Avoidance on a Global Internet" (1995), as in
//! `VegasLimit` of Netflix's concurrency-limits: of a limit of `n` calls that take `k` times as long as one that finds no
//! line, `n * (1 - 1/k)` stand in one. With fewer than log n of them the limit grows by 6 log n, with fewer than 3 log n
//! by log n; with more than 6 log n it shrinks by log n.
//!
//! **What differs:** Netflix goes by single answers and by the fastest one that it has seen, which one lucky answer spoils.
//! Here it is the mean of a window against the [baseline](super::baseline). Failures are no sign of a line; only when
//! one in ten fails it shrinks too.

/// The share of failures from which on it shrinks.
const MANY: f64 = 0.1;

/// The limit after a window in which calls took so many times as long as usual.
pub(super) fn step(limit: f64, slowness: Option<f64>, dropped: f64) -> f64 {
    let unit = limit.log10().max(1.0);
    let Some(slowness) = slowness.filter(|_| dropped < MANY) else { return limit - unit };
    let waiting = limit * (1.0 - 1.0 / slowness.max(1.0));
    if waiting <= unit {
        limit + 6.0 * unit
    } else if waiting < 3.0 * unit {
        limit + unit
    } else if waiting > 6.0 * unit {
        limit - unit
    } else {
        limit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_grows_fast_without_a_line_slowly_with_a_short_one_and_shrinks_with_a_long_one() {
        let step = |slowness: f64| step(100.0, Some(slowness), 0.0) - 100.0;
        assert!((step(1.0) - 12.0).abs() < 1e-9);
        assert!((step(1.04) - 2.0).abs() < 1e-9);
        assert!(step(1.1).abs() < 1e-9);
        assert!((step(1.5) + 2.0).abs() < 1e-9);
    }

    #[test]
    fn a_few_failures_are_no_line_and_many_are() {
        assert!(step(100.0, Some(1.0), 0.05) > 100.0);
        assert!(step(100.0, Some(1.0), 0.1) < 100.0);
        assert!(step(100.0, None, 1.0) < 100.0);
    }
}
