//! What README.md says that gentle does: each line of its list names the tests that prove it, in a comment that only
//! the source shows: `<!-- proof: gentle_5_…, band_14_… -->`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::source::{all, document, library};

/// The heading of the list.
const LIST: &str = "## What it does today";

/// The items of the list, each as one text.
fn items(readme: &str) -> Vec<String> {
    let list = readme.split_once(LIST).map_or("", |(_, rest)| rest);
    let list = list.split("\n## ").next().unwrap_or_default();
    list.split("\n* ").skip(1).map(str::to_owned).collect()
}

fn proofs(item: &str) -> Vec<&str> {
    let Some((_, comment)) = item.split_once("<!-- proof: ") else { return Vec::new() };
    comment.split("-->").next().unwrap_or_default().split(',').map(str::trim).collect()
}

/// The names of all functions that only tests have: those in test files, where some are called by a macro once per
/// store, and those behind an attribute elsewhere.
fn tests() -> BTreeSet<String> {
    let folders = ["gentle", "gentle-macros", "gentle-dsl", "examples", "tests", "ui-tests"];
    let library: BTreeSet<PathBuf> =
        folders.into_iter().flat_map(library).map(|source| source.path).collect();
    let mut names = BTreeSet::new();
    for source in folders.into_iter().flat_map(all) {
        let is_test = |path: &Path| path.components().any(|part| part.as_os_str() == "tests");
        if is_test(&source.path) || !library.contains(&source.path) {
            names.extend(source.code.split("fn ").skip(1).filter_map(name));
        }
        for attribute in ["#[test]", "#[tokio::test"] {
            let behind = source.text.split(attribute).skip(1);
            names.extend(behind.filter_map(|behind| name(behind.split_once("fn ")?.1)));
        }
    }
    names
}

fn name(behind_fn: &str) -> Option<String> {
    behind_fn.split('(').next().map(str::to_owned)
}

#[test]
fn every_claim_of_the_readme_names_a_test_that_exists() {
    let readme = document("README.md");
    let tests = tests();
    let items = items(&readme);
    assert!(!items.is_empty(), "README.md has no list under `{LIST}`");
    let mut wrong = Vec::new();
    for item in &items {
        let proofs = proofs(item);
        let first = item.lines().next().unwrap_or_default();
        if proofs.is_empty() {
            wrong.push(format!("no proof: {first}"));
        }
        let unknown = proofs.iter().filter(|proof| !tests.contains(**proof));
        wrong.extend(unknown.map(|proof| format!("no test is called `{proof}`: {first}")));
    }
    crate::none(&wrong, "claims of README.md");
}
