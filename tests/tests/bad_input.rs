//! Bad input, as whoever runs a program meets it: what is said, with which exit code, and that nothing was started.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bad_input {
    mod configuration;
    mod events;
    mod names;
    mod services;
}

use std::process::Command;

use gentle_tests::{Ended, Folder, Program};

/// Runs one of the small programs of this package in `folder`, with these variables.
fn run(program: &str, folder: &Folder, variables: &[(&str, &str)]) -> Ended {
    let variables = variables.iter().copied();
    Program::start(Command::new(program).current_dir(folder.path()).envs(variables)).end()
}

/// Whether all of them are in `text`, which is shown when one is not.
fn says(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "it does not say\n{part}\nbut\n{text}");
    }
}
