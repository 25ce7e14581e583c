use std::time::Duration;

use gentle_dsl::Open;

/// How long it stays open after it has opened `again` times without a long enough time closed in between.
///
/// `chance` is from 0 to below 1. A growing time doubles and varies by a fifth, but never beyond the end of its range;
/// a fixed one varies by a tenth. So many programs that saw the same failure do not all come back at once.
pub(super) fn open_time(open: Open, again: u32, chance: f64) -> Duration {
    let doubled = open.from.saturating_mul(2_u32.saturating_pow(again));
    let (middle, spread, most) = if open.is_fixed() {
        (open.from, open.from / 10, Duration::MAX)
    } else {
        let middle = doubled.min(open.to);
        (middle, middle / 5, open.to)
    };
    let least = middle.saturating_sub(spread);
    let width = middle.saturating_add(spread).min(most).saturating_sub(least);
    let more = Duration::try_from_secs_f64(width.as_secs_f64() * chance).unwrap_or(width);
    least.saturating_add(more).min(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn range(from: Duration, to: Duration, again: u32) -> (u128, u128) {
        let at = |chance| open_time(Open { from, to }, again, chance).as_millis();
        (at(0.0), at(1.0))
    }

    #[test]
    fn a_growing_time_doubles_and_varies_by_a_fifth_but_not_beyond_its_end() {
        let growing = |again| range(5 * SECOND, 60 * SECOND, again);
        assert_eq!(growing(0), (4_000, 6_000));
        assert_eq!(growing(1), (8_000, 12_000));
        assert_eq!(growing(3), (32_000, 48_000));
        assert_eq!(growing(4), (48_000, 60_000));
        assert_eq!(growing(u32::MAX), (48_000, 60_000));
    }

    #[test]
    fn a_fixed_time_never_grows_and_varies_by_a_tenth() {
        for again in [0, 7] {
            assert_eq!(range(30 * SECOND, 30 * SECOND, again), (27_000, 33_000));
        }
    }

    #[test]
    fn the_longest_time_there_is_does_not_overflow() {
        for chance in [0.0, 0.5, 1.0] {
            let open = Open { from: Duration::MAX / 4, to: Duration::MAX / 2 };
            assert!(open_time(open, 9, chance) <= open.to);
        }
    }
}
