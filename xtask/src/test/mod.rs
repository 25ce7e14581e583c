//! `cargo xtask test`: everything that must hold, one step after the other, and a table at the end.

mod count;
pub(crate) mod need;
mod run;
mod step;
mod summary;

use std::env;
use std::process::ExitCode;

use crate::near;
use need::Need;
use run::Ran;
use step::{STEPS, Step};

/// Runs the steps asked for. A failed one does not keep the others from running.
pub(crate) fn main(arguments: &[String]) -> Result<ExitCode, String> {
    let steps = chosen(arguments)?;
    let missing = need::provide(&steps);
    let ran: Vec<Ran> = steps.iter().map(|step| one(step, &missing)).collect();
    let strict = env::var_os("CI").is_some();
    summary::print(&ran, strict);
    Ok(if summary::is_good(&ran, strict) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn one(step: &'static Step, missing: &[&'static Need]) -> Ran {
    match missing.iter().find(|need| step.needs.contains(&need.name)) {
        Some(need) => Ran::without(step, need),
        None => run::run(step),
    }
}

fn chosen(arguments: &[String]) -> Result<Vec<&'static Step>, String> {
    match arguments {
        [] => Ok(STEPS.iter().collect()),
        [only, names] if only == "--only" => names.split(',').map(named).collect(),
        [only] if only == "--only" => {
            Err("`--only` wants the steps\nhelp: write `--only unit,doc`".to_owned())
        }
        [unknown, ..] => Err(near::unknown("option", unknown, &["--only"])),
    }
}

fn named(name: &str) -> Result<&'static Step, String> {
    let names: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
    STEPS.iter().find(|step| step.name == name).ok_or_else(|| near::unknown("step", name, &names))
}

#[cfg(test)]
mod tests {
    use super::chosen;

    fn names(arguments: &[&str]) -> Result<Vec<&'static str>, String> {
        let arguments: Vec<String> = arguments.iter().map(|&one| one.to_owned()).collect();
        chosen(&arguments).map(|steps| steps.iter().map(|step| step.name).collect())
    }

    #[test]
    fn only_the_steps_asked_for_are_run_in_the_order_asked_for() {
        assert_eq!(names(&["--only", "doc,unit"]), Ok(vec!["doc", "unit"]));
    }

    #[test]
    fn a_step_that_does_not_exist_is_told_with_the_nearest_one() {
        assert!(names(&["--only", "unti"]).is_err_and(|wrong| wrong.contains("did you mean `unit`?")));
    }
}
