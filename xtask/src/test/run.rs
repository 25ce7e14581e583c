//! One step: its command runs, its output goes through, its tests are counted.

use std::io::{self, BufRead, BufReader};
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::count::Count;
use super::need::Need;
use super::step::Step;
use crate::workspace::cargo;

/// What became of a step.
pub(crate) struct Ran {
    pub(crate) step: &'static Step,
    pub(crate) outcome: Outcome,
    pub(crate) tests: Count,
    pub(crate) took: Duration,
}

pub(crate) enum Outcome {
    Passed,
    Failed,
    /// It could not run, and why.
    NotRun(String),
}

impl Ran {
    /// The step was not run, because this is missing.
    pub(crate) fn without(step: &'static Step, need: &Need) -> Self {
        let reason = format!("there is no {}; {}", need.name, need.by_hand);
        Self { step, outcome: Outcome::NotRun(reason), tests: Count::default(), took: Duration::ZERO }
    }
}

/// Runs `step`, with a heading before and its time behind.
pub(crate) fn run(step: &'static Step) -> Ran {
    println!("\n── {}: {}", step.name, step.command());
    let begun = Instant::now();
    let mut tests = Count::default();
    let outcome = match through(step, &mut tests) {
        Ok(true) => Outcome::Passed,
        Ok(false) => Outcome::Failed,
        Err(error) => Outcome::NotRun(error.to_string()),
    };
    let took = begun.elapsed();
    println!("── {}: {} in {:.1} s", step.name, outcome.word(), took.as_secs_f64());
    Ran { step, outcome, tests, took }
}

fn through(step: &Step, tests: &mut Count) -> io::Result<bool> {
    let variables = step.variables.iter().copied();
    let mut child = cargo(step.arguments).envs(variables).stdout(Stdio::piped()).spawn()?;
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).split(b'\n') {
            let line = line?;
            let line = String::from_utf8_lossy(&line);
            println!("{line}");
            if let Some(count) = Count::of(&line) {
                *tests += count;
            }
        }
    }
    Ok(child.wait()?.success())
}

impl Outcome {
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "FAILED",
            Self::NotRun(_) => "NOT RUN",
        }
    }
}
