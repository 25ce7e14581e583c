//! The gate: what is counted must not grow beyond what is recorded. Time is not looked at; it is never the same twice.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

use crate::case::Counts;

/// How much more than recorded is let through.
const MORE: f64 = 1.03;

const HEADER: &str = "\
# One call of gentle's own: instructions and allocations. `cargo xtask bench policies --check` holds against it,
# `cargo xtask bench policies --record` writes it. The compiler has a say in it too: record again when it changes.
";

pub(crate) type Counted = Vec<(String, Counts)>;

/// Writes `counted` down.
pub(crate) fn record(counted: &Counted) -> Result<(), String> {
    let counted = own(counted);
    let path = recorded();
    fs::write(&path, text(&counted)).map_err(|error| format!("{}: {error}", path.display()))?;
    println!("recorded in {}", path.display());
    Ok(())
}

/// Holds `counted` against what is written down; says everything that is wrong.
pub(crate) fn check(counted: &Counted) -> Result<(), String> {
    let path = recorded();
    let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let recorded = parse(&path, &text)?;
    let wrong: Vec<String> = own(counted).iter().filter_map(|one| compare(one, &recorded)).collect();
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

// What gentle can do something about: not the operation alone, and nothing of others.
fn own(counted: &Counted) -> Counted {
    counted.iter().filter(|(case, _)| case.contains("/gentle")).cloned().collect()
}

fn compare((case, now): &(String, Counts), recorded: &Counted) -> Option<String> {
    let Some((_, before)) = recorded.iter().find(|(name, _)| name == case) else {
        return Some(format!("{case}: is not recorded\nhelp: run `cargo xtask bench policies --record`"));
    };
    println!("{case:<28} {:>7.0} instructions, recorded {:.0}", now.instructions, before.instructions);
    let slower = now.instructions > before.instructions * MORE;
    if slower || now.allocations > before.allocations * MORE {
        let Counts { instructions, allocations } = now;
        let was = format!("{:.0} and {}", before.instructions, before.allocations);
        return Some(format!(
            "{case}: {instructions:.0} instructions and {allocations} allocations, recorded are {was}"
        ));
    }
    None
}

fn text(counted: &Counted) -> String {
    counted.iter().fold(HEADER.to_owned(), |mut text, (case, counts)| {
        let _ = writeln!(text, "{case:<28} {:>7.0} {:>5}", counts.instructions, counts.allocations);
        text
    })
}

fn parse(path: &Path, text: &str) -> Result<Counted, String> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.starts_with('#'));
    lines
        .map(|(at, line)| {
            one(line).ok_or_else(|| format!("{}:{}: cannot be read: `{line}`", path.display(), at + 1))
        })
        .collect()
}

fn one(line: &str) -> Option<(String, Counts)> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [case, instructions, allocations] = words[..] else { return None };
    let counts = Counts { instructions: instructions.parse().ok()?, allocations: allocations.parse().ok()? };
    Some((case.to_owned(), counts))
}

// Asked at run time first: two checkouts that share a target folder share this program too.
fn recorded() -> PathBuf {
    let package =
        env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    package.join("recorded.txt")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(instructions: f64, allocations: f64) -> (String, Counts) {
        ("four_ready".to_owned(), Counts { instructions, allocations })
    }

    #[test]
    fn what_is_written_is_what_is_read() {
        let before = vec![counted(131.0, 0.5)];
        assert_eq!(parse(Path::new("recorded.txt"), &text(&before)), Ok(before));
    }

    #[test]
    fn a_fifth_more_instructions_and_no_more_allocations_are_let_through() {
        let recorded = vec![counted(100.0, 0.0)];
        assert_eq!(compare(&counted(120.0, 0.0), &recorded), None);
        assert!(compare(&counted(121.0, 0.0), &recorded).is_some());
        assert!(compare(&counted(90.0, 0.001), &recorded).is_some(), "an allocation where there was none");
    }

    #[test]
    fn what_is_not_recorded_is_wrong() {
        assert!(compare(&counted(1.0, 0.0), &Vec::new()).is_some_and(|wrong| wrong.contains("--record")));
    }

    #[test]
    fn a_line_that_cannot_be_read_is_told_with_its_place() {
        let wrong = parse(Path::new("recorded.txt"), "# head\nfour_ready many 0\n");
        assert!(wrong.is_err_and(|wrong| wrong.starts_with("recorded.txt:2:")));
    }
}
