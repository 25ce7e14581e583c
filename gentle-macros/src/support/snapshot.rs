//! What a macro makes of an item, formatted, beside what it made when somebody last looked at it.
//!
//! `GENTLE_SNAPSHOTS=overwrite cargo test -p gentle-macros` writes the files anew.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use proc_macro2::TokenStream;

/// The code as `rustfmt` would have it.
pub(crate) fn format(code: &TokenStream) -> String {
    let code = code.to_string();
    let config = concat!(env!("CARGO_MANIFEST_DIR"), "/../rustfmt.toml");
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024", "--config-path", config])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("rustfmt, which formats the snapshots");
    rustfmt.stdin.take().unwrap().write_all(code.as_bytes()).unwrap();
    let done = rustfmt.wait_with_output().unwrap();
    assert!(done.status.success(), "rustfmt refused:\n{code}");
    String::from_utf8(done.stdout).unwrap()
}

/// Compares with `src/FOLDER/snapshots/NAME.rs`, where `name` is `FOLDER/NAME`.
pub(crate) fn check(name: &str, expanded: &str) {
    let (folder, name) = name.split_once('/').unwrap();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/{folder}/snapshots/{name}.rs"));
    if std::env::var_os("GENTLE_SNAPSHOTS").is_some_and(|what| what == "overwrite") {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, expanded).unwrap();
    }
    let before = std::fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(expanded, before, "{} is another one now", file.display());
}
