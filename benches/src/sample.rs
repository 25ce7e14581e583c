//! How long a call takes: samples of so many calls that reading the clock does not matter, and the middle one of them.

use std::time::{Duration, Instant};

use crate::Subject;
use crate::case::Time;

const SAMPLES: usize = 21;
const LONG_ENOUGH: Duration = Duration::from_millis(4);
const FIRST_GUESS: u64 = 64;

/// How long a call of each takes. They take turns, so that a neighbour on this machine slows down all of them.
pub(crate) fn times(subjects: &mut [Subject]) -> Vec<Time> {
    let calls: Vec<u64> = subjects.iter_mut().map(enough).collect();
    let mut samples = vec![[0.0; SAMPLES]; subjects.len()];
    for round in 0..SAMPLES {
        for ((subject, calls), samples) in subjects.iter_mut().zip(&calls).zip(&mut samples) {
            samples[round] = per_call(sample(subject, *calls), *calls);
        }
    }
    samples.iter_mut().map(time).collect()
}

fn enough(subject: &mut Subject) -> u64 {
    let mut calls = FIRST_GUESS;
    while sample(subject, calls) < LONG_ENOUGH {
        calls *= 2;
    }
    calls
}

fn sample(subject: &mut Subject, calls: u64) -> Duration {
    let begun = Instant::now();
    (subject.run)(calls);
    begun.elapsed()
}

fn time(samples: &mut [f64; SAMPLES]) -> Time {
    samples.sort_unstable_by(f64::total_cmp);
    Time { median: samples[SAMPLES / 2], least: samples[0] }
}

#[expect(clippy::cast_precision_loss, reason = "counts of this size are exact")]
fn per_call(took: Duration, calls: u64) -> f64 {
    took.as_secs_f64() * 1e9 / calls as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_sample_is_not_moved_by_a_slow_one() {
        let mut samples = [2.0; SAMPLES];
        (samples[0], samples[1]) = (900.0, 1.0);
        assert_eq!(time(&mut samples), Time { median: 2.0, least: 1.0 });
    }

    #[test]
    fn a_sample_is_counted_for_one_call() {
        assert!((per_call(Duration::from_micros(3), 1_000) - 3.0).abs() < 1e-9);
    }
}
