//! What the service remembers of its callers.

use std::{collections::HashSet, fmt, time::Duration};

use super::manners::Answer;

const SECOND: Duration = Duration::from_secs(1);

/// Every call the service has seen, in the order of arrival.
#[derive(Clone, Debug, Default)]
pub struct Log(Vec<Entry>);

#[derive(Clone, Debug)]
struct Entry {
    /// Since the service was started.
    at: Duration,
    player: u64,
    answer: Answer,
}

impl Log {
    /// Adds a call; the caller sees to it that `at` never goes back.
    pub(super) fn add(&mut self, at: Duration, player: u64, answer: Answer) {
        self.0.push(Entry { at, player, answer });
    }

    /// The figures behind the calls.
    pub fn summary(&self) -> Summary {
        Summary {
            calls: self.0.len(),
            players: self.0.iter().map(|entry| entry.player).collect::<HashSet<_>>().len(),
            ok: self.count(Answer::Ok),
            failed: self.count(Answer::Failed),
            throttled: self.count(Answer::Throttled),
            hung: self.count(Answer::Hung),
            peak: self.peak(),
            average: self.average(),
        }
    }

    fn count(&self, answer: Answer) -> usize {
        self.0.iter().filter(|entry| entry.answer == answer).count()
    }

    /// Slides a window of one second along the calls: each call in turn is its last.
    fn peak(&self) -> usize {
        let mut first = 0;
        let mut peak = 0;
        for (last, entry) in self.0.iter().enumerate() {
            while self.0[first].at + SECOND <= entry.at {
                first += 1;
            }
            peak = peak.max(last - first + 1);
        }
        peak
    }

    #[expect(clippy::cast_precision_loss, reason = "a figure for people; nobody makes 2^52 calls")]
    fn average(&self) -> f64 {
        self.0.len() as f64 / self.busy().max(SECOND).as_secs_f64()
    }

    /// From the first call to the last.
    fn busy(&self) -> Duration {
        match self.0.as_slice() {
            [first, .., last] => last.at.saturating_sub(first.at),
            _ => Duration::ZERO,
        }
    }
}

/// How the service was called, and what it answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// All calls.
    pub calls: usize,
    /// Different players asked for.
    pub players: usize,
    /// Calls answered with a score.
    pub ok: usize,
    /// Calls answered with 500.
    pub failed: usize,
    /// Calls answered with 429.
    pub throttled: usize,
    /// Calls left hanging.
    pub hung: usize,
    /// Most calls within any one second.
    pub peak: usize,
    /// Calls a second from the first call to the last; less than a second counts as one.
    pub average: f64,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { calls, players, ok, failed, throttled, hung, peak, average } = self;
        writeln!(f, "The score service saw {calls} calls for {players} players:")?;
        writeln!(
            f,
            "  {ok} answered, {failed} failed (500), {throttled} throttled (429), {hung} left hanging,"
        )?;
        write!(f, "  at most {peak} within one second, {average:.1} a second on average.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One call at each of these milliseconds, all for one player.
    fn log(millis: impl IntoIterator<Item = u64>) -> Log {
        let mut log = Log::default();
        for at in millis {
            log.add(Duration::from_millis(at), 7, Answer::Ok);
        }
        log
    }

    #[test]
    fn no_calls_make_an_empty_summary() {
        let summary = Log::default().summary();

        assert_eq!((summary.calls, summary.players, summary.peak), (0, 0, 0));
        assert!(summary.average.abs() < f64::EPSILON);
    }

    #[test]
    fn answers_are_counted_by_kind() {
        let mut log = Log::default();
        for (player, answer) in
            [(1, Answer::Ok), (1, Answer::Failed), (2, Answer::Throttled), (2, Answer::Hung), (2, Answer::Ok)]
        {
            log.add(Duration::ZERO, player, answer);
        }

        let Summary { calls, players, ok, failed, throttled, hung, .. } = log.summary();
        assert_eq!((calls, players, ok, failed, throttled, hung), (5, 2, 2, 1, 1, 1));
    }

    #[test]
    fn the_peak_is_found_across_the_borders_of_whole_seconds() {
        assert_eq!(log([0, 900, 950, 1000, 1100, 1850, 1950]).summary().peak, 5);
    }

    #[test]
    fn calls_a_whole_second_apart_are_not_in_one_second() {
        assert_eq!(log([0, 1000, 2000]).summary().peak, 1);
    }

    #[test]
    fn the_average_spans_the_first_to_the_last_call() {
        assert!((log((0..=40).map(|call| 10_000 + call * 100)).summary().average - 10.25).abs() < 1e-9);
    }

    #[test]
    fn less_than_a_second_counts_as_one() {
        assert!((log([5, 6, 7]).summary().average - 3.0).abs() < 1e-9);
    }

    #[test]
    fn the_summary_reads_as_text() {
        let text = log([0, 100]).summary().to_string();

        assert!(
            text.starts_with("The score service saw 2 calls for 1 players:\n  2 answered, 0 failed (500)")
        );
    }
}
