//! How many instructions and allocations a call takes: this program once more, under valgrind.
//!
//! Callgrind writes down what it has counted whenever [`border`] is entered. Between two borders there are so many
//! calls, between the next two twice as many: the difference has the calls alone.

use std::ffi::OsString;
use std::hint::black_box;
use std::path::Path;
use std::process::{Command, Stdio};
use std::{env, fs, process};

use crate::allocations;
use crate::case::Counts;
use crate::{Subject, Suite};

/// Asks this program to do what is counted, and nothing else.
pub(crate) const COUNTED: &str = "--counted";

const CALLS: u64 = 1_000;
const BORDERS: usize = 3;

/// What the program under valgrind does: it says whose turn it was and how often it allocated.
pub(crate) fn counted(suite: &Suite) {
    for case in suite.cases {
        for mut subject in suite.subjects(case).into_iter().filter(|subject| subject.countable) {
            let allocations = pass(&mut subject);
            println!("{}/{} {allocations}", case.name, subject.name);
        }
    }
}

fn pass(subject: &mut Subject) -> u64 {
    (subject.run)(CALLS);
    border();
    (subject.run)(CALLS);
    border();
    let before = allocations::count();
    (subject.run)(2 * CALLS);
    let allocated = allocations::count() - before;
    border();
    allocated
}

#[inline(never)]
fn border() {
    black_box(());
}

/// Runs this program under valgrind and returns what each subject costs.
///
/// # Errors
///
/// There is no valgrind, or what it wrote cannot be read.
pub(crate) fn counts() -> Result<Vec<(String, Counts)>, String> {
    let folder = env::temp_dir().join(format!("gentle-benches-{}", process::id()));
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let counted = under_valgrind(&folder).and_then(|said| read(&folder, &said));
    // What is left behind is small and in the folder for such things.
    let _ = fs::remove_dir_all(&folder);
    counted
}

fn under_valgrind(folder: &Path) -> Result<String, String> {
    let program = env::current_exe().map_err(|error| format!("this program has no path: {error}"))?;
    let mut written = OsString::from("--callgrind-out-file=");
    written.push(folder.join("counts"));
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--quiet", "--dump-before=*gentle_benches*count*border*"])
        .arg(written)
        .arg(program)
        .arg(COUNTED)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("cannot run valgrind: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(format!("valgrind failed: {}", output.status))
    }
}

fn read(folder: &Path, said: &str) -> Result<Vec<(String, Counts)>, String> {
    said.lines().enumerate().map(|(nth, line)| one(folder, nth, line)).collect()
}

#[expect(clippy::cast_precision_loss, reason = "counts of this size are exact")]
fn one(folder: &Path, nth: usize, line: &str) -> Result<(String, Counts), String> {
    let unreadable = || format!("the program under valgrind said `{line}`");
    let (who, allocated) = line.rsplit_once(' ').ok_or_else(unreadable)?;
    let allocated: u64 = allocated.parse().map_err(|_| unreadable())?;
    let once = total(folder, BORDERS * nth + 2)?;
    let twice = total(folder, BORDERS * nth + 3)?;
    let counts = Counts {
        instructions: twice.saturating_sub(once) as f64 / CALLS as f64,
        allocations: allocated as f64 / (2 * CALLS) as f64,
    };
    Ok((who.to_owned(), counts))
}

fn total(folder: &Path, dump: usize) -> Result<u64, String> {
    let path = folder.join(format!("counts.{dump}"));
    let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    total_of(&text).ok_or_else(|| format!("{}: has no total", path.display()))
}

fn total_of(dump: &str) -> Option<u64> {
    dump.lines().find_map(|line| line.strip_prefix("totals: "))?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::total_of;

    #[test]
    fn the_total_is_at_the_end_of_a_dump() {
        assert_eq!(total_of("version: 1\nevents: Ir\nfn=(1) main\n3 7\n\ntotals: 4711\n"), Some(4711));
        assert_eq!(total_of("version: 1\n"), None);
    }
}
