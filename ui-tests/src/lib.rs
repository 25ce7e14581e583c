//! What users see of the macros when they make a mistake, and code that must compile however hostile it is.
//!
//! One folder for each macro: `fail/<the_mistake>.rs` with the compiler's words beside it, and `pass/*.rs`. The words
//! are compared only on the compiler that `compiler.txt` names, for every compiler has its own; on others the cases
//! must fail to compile, and nothing is said about how.
//!
//! `TRYBUILD=overwrite cargo test -p gentle-ui-tests` writes the words anew, on the compiler of `compiler.txt`.
#![forbid(unsafe_code)]

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

use trybuild::TestCases;

// Names the copy of the cases whose words are not compared, in the process that runs them.
const COPY: &str = "GENTLE_UI_UNCOMPARED";

/// The macros that have a folder.
pub const MACROS: [&str; 5] = ["gentle", "policies", "service", "event", "event_handler"];

/// Runs the cases of one macro, as the only test of a process.
///
/// # Errors
///
/// On another compiler: the cases cannot be copied, or one of them did not do as it should.
///
/// # Panics
///
/// A case that should compile does not, or one that should not does, or says something else than before.
pub fn run(macro_name: &str) -> io::Result<()> {
    // Not from the root: trybuild shows the lines of what it knows by the path it was given.
    let (pass, fail) = (format!("{macro_name}/pass/*.rs"), format!("{macro_name}/fail/*.rs"));
    if let Some(copy) = env::var_os(COPY) {
        TestCases::new().compile_fail(Path::new(&copy).join("*.rs"));
    } else if compares()? {
        let cases = TestCases::new();
        cases.pass(pass);
        cases.compile_fail(fail);
    } else {
        TestCases::new().pass(pass);
        run_uncompared(macro_name, &copied(macro_name)?)?;
    }
    Ok(())
}

/// The cases of one macro that must not compile.
///
/// # Errors
///
/// The folder cannot be read.
pub fn mistakes(macro_name: &str) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(root().join(macro_name).join("fail"))?;
    let paths: io::Result<Vec<PathBuf>> = entries.map(|entry| Ok(entry?.path())).collect();
    Ok(paths?.into_iter().filter(|path| path.extension() == Some(OsStr::new("rs"))).collect())
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Whether this is the compiler that the words were written with.
fn compares() -> io::Result<bool> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("--version").output()?.stdout;
    let written_with = fs::read(root().join("compiler.txt"))?;
    Ok(version.trim_ascii() == written_with.trim_ascii())
}

/// The cases without the words beside them.
fn copied(macro_name: &str) -> io::Result<PathBuf> {
    let copy = env::temp_dir().join(format!("gentle-ui-{}-{macro_name}", std::process::id()));
    fs::create_dir_all(&copy)?;
    for case in mistakes(macro_name)? {
        fs::copy(&case, copy.join(case.file_name().unwrap_or_default()))?;
    }
    Ok(copy)
}

/// This test once more, told to write down whatever the compiler says: only a case that compiles fails then.
fn run_uncompared(macro_name: &str, copy: &Path) -> io::Result<()> {
    let status = Command::new(env::current_exe()?)
        .args(["--exact", macro_name, "--nocapture"])
        .env(COPY, copy)
        .env("TRYBUILD", "overwrite")
        .status()?;
    fs::remove_dir_all(copy)?;
    if status.success() { Ok(()) } else { Err(io::Error::other("a mistake compiles")) }
}
