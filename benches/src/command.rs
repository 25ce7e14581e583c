use std::env;
use std::process::ExitCode;

use crate::case::{Cost, Counts, Time};
use crate::check::{self, Counted};
use crate::subject::within_runtime;
use crate::{Case, Size, Subject, count, json, sample, table};

/// Everything that one program measures.
#[derive(Clone, Copy, Debug)]
pub struct Suite {
    /// The situations.
    pub cases: &'static [Case],
    /// What others put into the case of this name.
    pub peers: fn(&str) -> Vec<Subject>,
    /// How much room things take.
    pub sizes: fn() -> Vec<Size>,
    /// What is wanted and cannot be measured, because it does not exist.
    pub missing: &'static [&'static str],
}

impl Suite {
    pub(crate) fn subjects(&self, case: &Case) -> Vec<Subject> {
        within_runtime(|| {
            let mut subjects = (case.own)();
            subjects.extend((self.peers)(case.name));
            subjects
        })
    }
}

/// Does what the command line says: a table, `--json`, `--check` or `--record`.
pub fn main(suite: &Suite) -> ExitCode {
    let done = match env::args().nth(1).as_deref() {
        Some(count::COUNTED) => {
            count::counted(suite);
            Ok(())
        }
        Some("--check") => count::counts().and_then(|counted| check::check(&counted)),
        Some("--record") => count::counts().and_then(|counted| check::record(&counted)),
        Some("--json") => print_json(suite),
        None => print_table(suite),
        Some(unknown) => Err(format!("there is no option `{unknown}`")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(wrong) => {
            eprintln!("error: {wrong}");
            ExitCode::FAILURE
        }
    }
}

fn print_table(suite: &Suite) -> Result<(), String> {
    println!("{}", table::heading());
    measure(suite, |costs| print!("{}", table::case(costs)))?;
    println!("\nsize");
    for size in (suite.sizes)() {
        println!("{}", table::size(&size));
    }
    if !suite.missing.is_empty() {
        println!("\nnot there yet\n  {}", suite.missing.join("\n  "));
    }
    Ok(())
}

fn print_json(suite: &Suite) -> Result<(), String> {
    measure(suite, |costs| costs.iter().for_each(|cost| println!("{}", json::cost(cost))))?;
    for size in (suite.sizes)() {
        println!("{}", json::size(&size));
    }
    Ok(())
}

fn measure(suite: &Suite, print: impl Fn(&[Cost])) -> Result<(), String> {
    let counted = count::counts()?;
    for case in suite.cases {
        print(&costs(suite, case, &counted));
    }
    Ok(())
}

fn costs(suite: &Suite, case: &Case, counted: &Counted) -> Vec<Cost> {
    let mut subjects = suite.subjects(case);
    let times = sample::times(&mut subjects);
    let cost = |(subject, time): (&Subject, Time)| Cost {
        case: case.name,
        subject: subject.name,
        time,
        counts: counts_of(counted, case.name, subject.name),
    };
    subjects.iter().zip(times).map(cost).collect()
}

fn counts_of(counted: &Counted, case: &str, subject: &str) -> Option<Counts> {
    let who = format!("{case}/{subject}");
    counted.iter().find(|(name, _)| *name == who).map(|(_, counts)| *counts)
}
