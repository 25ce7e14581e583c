use std::collections::BTreeMap;
use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

static BUILT: Mutex<BTreeMap<String, PathBuf>> = Mutex::new(BTreeMap::new());

/// The binary of the example `package`, built once per test binary, with the same profile, next to the tests.
///
/// # Panics
///
/// When it does not build; cargo's own words are in the message.
pub fn example(package: &str) -> PathBuf {
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    built.entry(package.to_owned()).or_insert_with(|| build(package)).clone()
}

fn build(package: &str) -> PathBuf {
    let (target, profile) = surroundings();
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["build", "--quiet", "--message-format", "json", "--package", package]);
    command.arg("--profile").arg(profile).arg("--target-dir").arg(target);
    command.current_dir(env!("CARGO_MANIFEST_DIR")).stderr(Stdio::piped());
    let output = match command.output() {
        Ok(output) => output,
        Err(error) => panic!("cannot run cargo to build `{package}`: {error}"),
    };
    let said = String::from_utf8_lossy(&output.stdout);
    match said.lines().filter_map(|line| executable(line, package)).next_back() {
        Some(path) if output.status.success() => path,
        _ => panic!("`{package}` does not build:\n{}", String::from_utf8_lossy(&output.stderr)),
    }
}

/// The target folder and the profile of this very test: `target/debug/deps/scores-0123` is of `dev`.
fn surroundings() -> (PathBuf, OsString) {
    let this = env::current_exe().unwrap_or_default();
    let folder = this.ancestors().nth(2).unwrap_or_else(|| Path::new("target/debug"));
    let profile = match folder.file_name().and_then(OsStr::to_str) {
        None | Some("debug") => "dev",
        Some(name) => name,
    };
    (folder.parent().unwrap_or_else(|| Path::new("target")).to_owned(), profile.into())
}

fn executable(line: &str, package: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(line).ok()?;
    let name = message["target"]["name"].as_str()?;
    let path = message["executable"].as_str()?;
    (name == package).then(|| path.into())
}
