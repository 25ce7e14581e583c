//! The five minutes of README.md, walked: a new crate with the files that stand there, built and run.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const PACKAGE: &str = "\
[package]
name = \"manners\"
version = \"0.1.0\"
edition = \"2024\"

";
// Not in the README: they keep the crate out of this workspace, and let it share what is built already.
const APART: &str = "
[workspace]

[profile.dev]
debug = \"line-tables-only\"
";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn write(path: &Path, text: &str) {
    fs::write(path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

/// The block of the README that begins with `fence`.
fn block(readme: &str, fence: &str) -> String {
    let (_, behind) = readme.split_once(fence).unwrap_or_else(|| panic!("README.md has no {fence}"));
    behind.split("```").next().unwrap_or_default().to_owned()
}

/// The crate, in a folder of its own.
fn manners() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("five_minutes");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("src")).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let readme = read(&root().join("README.md"));
    let gentle = root().join("gentle").display().to_string();
    let manifest = block(&readme, "```toml\n# Cargo.toml\n").replace("../gentle/gentle", &gentle);
    write(&folder.join("Cargo.toml"), &format!("{PACKAGE}{manifest}{APART}"));
    write(&folder.join("gentle.toml"), &block(&readme, "```toml\n# gentle.toml\n"));
    write(&folder.join("src/main.rs"), &block(&readme, "```rust,no_run\n"));
    // The same versions as here, so that nothing has to be fetched.
    write(&folder.join("Cargo.lock"), &read(&root().join("Cargo.lock")));
    folder
}

fn run(folder: &Path) -> Output {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("..");
    let mut command = Command::new(cargo);
    command.args(["run", "--offline", "--quiet"]).current_dir(folder).env("CARGO_TARGET_DIR", target);
    command.output().unwrap_or_else(|error| panic!("cargo: {error}"))
}

#[test]
fn a_new_crate_with_the_files_of_the_readme_runs() {
    let folder = manners();
    let output = run(&folder);
    let (printed, told) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{printed}\n{told}");
    for player in 1..=8 {
        let line = format!("player {player} has {player}00 points");
        assert!(printed.contains(&line), "`{line}` is not in\n{printed}\n{told}");
    }
    let report = format!("{printed}{told}");
    assert!(report.contains("exp(50ms..1s, x2), 10 attempts"), "gentle.toml has no effect:\n{report}");
}
