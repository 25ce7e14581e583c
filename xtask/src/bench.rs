//! `cargo xtask bench`: runs a benchmark of `benches/`, which prints what it has measured.

use std::env;
use std::process::ExitCode;

use crate::near;
use crate::test::need;
use crate::workspace::{cargo, root};

const BENCHES: [&str; 2] = ["boot", "policies"];
const PACKAGE: [&str; 2] = ["--package", "gentle-benches"];
const OPTIONS: [&str; 3] = ["--json", "--check", "--record"];
/// What is about gentle alone, and is counted in a program without the others.
const ALONE: [&str; 2] = ["--check", "--record"];

/// Runs the benchmarks asked for, all of them unless one is named.
pub(crate) fn main(arguments: &[String]) -> Result<ExitCode, String> {
    let (options, names): (Vec<&str>, Vec<&str>) =
        arguments.iter().map(String::as_str).partition(|argument| argument.starts_with('-'));
    let option = chosen(&options)?;
    if let Some(unknown) = names.iter().find(|name| !BENCHES.contains(name)) {
        return Err(near::unknown("benchmark", unknown, &BENCHES));
    }
    need::provide_one("valgrind")?;
    real_clock()?;
    let names = if names.is_empty() { BENCHES.to_vec() } else { names };
    let all_ran = names.iter().map(|name| run(name, option)).collect::<Result<Vec<bool>, String>>()?;
    Ok(if all_ran.iter().all(|ran| *ran) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn chosen<'a>(options: &[&'a str]) -> Result<Option<&'a str>, String> {
    if let Some(unknown) = options.iter().find(|option| !OPTIONS.contains(option)) {
        return Err(near::unknown("option", unknown, &OPTIONS));
    }
    match options {
        [] => Ok(None),
        [option] => Ok(Some(option)),
        _ => Err(format!("one option at a time\nhelp: choose one of {}", OPTIONS.join(", "))),
    }
}

// With the clock of the tests every figure would be that of another library.
fn real_clock() -> Result<(), String> {
    let tree = ["tree", PACKAGE[0], PACKAGE[1], "--edges", "normal", "--depth", "1", "--format", "{p} {f}"];
    let output = cargo(&tree).output().map_err(|error| format!("cannot run cargo: {error}"))?;
    let tree = String::from_utf8_lossy(&output.stdout);
    if has_test_clock(&tree) {
        return Err("gentle is built with its feature `testing` for the benchmarks".to_owned());
    }
    Ok(())
}

fn has_test_clock(tree: &str) -> bool {
    let gentle =
        tree.lines().find(|line| line.trim_start_matches(['├', '└', '─', ' ']).starts_with("gentle v"));
    gentle.is_some_and(|line| line.contains("testing"))
}

fn run(name: &str, option: Option<&str>) -> Result<bool, String> {
    let alone = option.is_some_and(|option| ALONE.contains(&option));
    let peers: &[&str] = if alone { &[] } else { &["--features", "peers"] };
    let arguments = [&["run", "--quiet", "--release"], &PACKAGE[..], peers, &["--bin", name, "--"]].concat();
    let mut command = cargo(&arguments);
    command.args(option);
    if alone {
        command.env("RUSTFLAGS", anywhere());
    }
    command.status().map(|status| status.success()).map_err(|error| format!("cannot run cargo: {error}"))
}

// The compiler goes by hashes of paths in what it inlines: without this the same source would be counted otherwise in
// every folder.
fn anywhere() -> String {
    let given = env::var("RUSTFLAGS").unwrap_or_default();
    format!("{given} --remap-path-prefix={}=/gentle", root().display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_option_is_chosen_and_a_wrong_one_is_told() {
        assert_eq!(chosen(&["--check"]), Ok(Some("--check")));
        assert!(chosen(&["--chekc"]).is_err_and(|wrong| wrong.contains("did you mean `--check`?")));
        assert!(chosen(&["--json", "--check"]).is_err());
    }

    #[test]
    fn the_clock_of_the_tests_is_seen() {
        let tree = |features| {
            format!("gentle-benches v0.0.0 (/w/benches) peers\n├── gentle v0.1.0 (/w/gentle) {features}\n")
        };
        assert!(has_test_clock(&tree("sqlite,testing")));
        assert!(!has_test_clock(&tree("")));
    }
}
