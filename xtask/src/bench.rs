//! `cargo xtask bench`: runs a benchmark of `benches/`, which prints what it has measured.

use std::process::ExitCode;

use crate::near;
use crate::workspace::cargo;

const BENCHES: [&str; 1] = ["policies"];

/// Runs the benchmarks asked for, all of them unless one is named.
pub(crate) fn main(arguments: &[String]) -> Result<ExitCode, String> {
    let (options, names): (Vec<&str>, Vec<&str>) =
        arguments.iter().map(String::as_str).partition(|argument| argument.starts_with('-'));
    if let Some(unknown) = options.iter().find(|option| **option != "--json") {
        return Err(near::unknown("option", unknown, &["--json"]));
    }
    if let Some(unknown) = names.iter().find(|name| !BENCHES.contains(name)) {
        return Err(near::unknown("benchmark", unknown, &BENCHES));
    }
    let names = if names.is_empty() { BENCHES.to_vec() } else { names };
    let all_ran = names.iter().map(|name| run(name, &options)).collect::<Result<Vec<bool>, String>>()?;
    Ok(if all_ran.iter().all(|ran| *ran) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn run(name: &str, options: &[&str]) -> Result<bool, String> {
    let arguments = ["run", "--quiet", "--release", "--package", "gentle-benches", "--bin", name, "--"];
    let status = cargo(&arguments).args(options).status();
    status.map(|status| status.success()).map_err(|error| format!("cannot run cargo: {error}"))
}
