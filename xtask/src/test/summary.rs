//! The table at the end, what failed, what could not run, and the closing line.

use super::count::Count;
use super::run::{Outcome, Ran};

/// Whether the run as a whole is good. A strict one wants everything to have run.
pub(crate) fn is_good(ran: &[Ran], strict: bool) -> bool {
    let complete = ran.iter().all(|ran| !matches!(ran.outcome, Outcome::NotRun(_)) && ran.tests.ignored == 0);
    ran.iter().all(|ran| !matches!(ran.outcome, Outcome::Failed)) && (complete || !strict)
}

pub(crate) fn print(ran: &[Ran], strict: bool) {
    println!("\n── all steps");
    println!("{:<12} {:<8} {:>7} {:>7} {:>9}", "step", "", "passed", "failed", "time");
    ran.iter().for_each(line);
    let failed: Vec<&Ran> = ran.iter().filter(|ran| matches!(ran.outcome, Outcome::Failed)).collect();
    if !failed.is_empty() {
        println!("\nfailed:");
        for ran in failed {
            println!("  {}: {}", ran.step.name, ran.step.command());
        }
    }
    not_run(ran, strict);
    let Count { passed, failed, .. } = total(ran, strict);
    println!("\n{passed} passed, {failed} failed");
}

fn line(ran: &Ran) {
    let Count { passed, failed, .. } = ran.tests;
    let (name, word, took) = (ran.step.name, ran.outcome.word(), ran.took.as_secs_f64());
    if ran.tests == Count::default() {
        println!("{name:<12} {word:<8} {:>7} {:>7} {took:>7.1} s", "", "");
    } else {
        println!("{name:<12} {word:<8} {passed:>7} {failed:>7} {took:>7.1} s");
    }
}

fn not_run(ran: &[Ran], strict: bool) {
    let missing: Vec<String> = ran.iter().filter_map(missing).collect();
    if missing.is_empty() {
        return;
    }
    let weight = if strict { "fails this run, because CI is set" } else { "would fail in CI" };
    println!("\nnot run, which {weight}:");
    for missing in missing {
        println!("  {missing}");
    }
}

fn missing(ran: &Ran) -> Option<String> {
    let name = ran.step.name;
    match (&ran.outcome, ran.tests.ignored) {
        (Outcome::NotRun(reason), _) => Some(format!("{name}: {reason}")),
        (_, 0) => None,
        (_, ignored) => Some(format!("{name}: {ignored} tests are marked `ignore`")),
    }
}

/// All tests, for a line that must not read as success when the run is none: a step that fails without a failed test,
/// such as one that does not compile, counts as a failure, and in a strict run so does one that could not run.
fn total(ran: &[Ran], strict: bool) -> Count {
    let mut total = Count::default();
    for ran in ran {
        total += ran.tests;
        let hidden = match ran.outcome {
            Outcome::Passed => strict && ran.tests.ignored > 0,
            Outcome::Failed => ran.tests.failed == 0,
            Outcome::NotRun(_) => strict,
        };
        total.failed += usize::from(hidden);
    }
    total
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::step::STEPS;
    use super::*;

    fn ran(outcome: Outcome, passed: usize, failed: usize, ignored: usize) -> Ran {
        let tests = Count { passed, failed, ignored };
        Ran { step: &STEPS[0], outcome, tests, took: Duration::ZERO }
    }

    #[test]
    fn what_did_not_run_is_bad_only_when_strict() {
        for incomplete in [ran(Outcome::NotRun("no cc".into()), 0, 0, 0), ran(Outcome::Passed, 3, 0, 1)] {
            let all = [ran(Outcome::Passed, 3, 0, 0), incomplete];
            assert!(is_good(&all, false));
            assert!(!is_good(&all, true));
            assert_eq!((total(&all, false).failed, total(&all, true).failed), (0, 1));
        }
    }

    #[test]
    fn a_step_that_fails_without_a_test_counts_as_one_failure() {
        let all = [ran(Outcome::Failed, 0, 0, 0), ran(Outcome::Failed, 7, 2, 0)];
        assert_eq!(total(&all, false), Count { passed: 7, failed: 3, ignored: 0 });
        assert!(!is_good(&all, false));
    }
}
