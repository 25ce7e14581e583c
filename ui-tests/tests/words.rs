//! What holds for the words of every mistake, whoever wrote it.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::{fs, io};

use gentle_ui_tests::{MACROS, mistakes};

/// Each case with the words beside it.
fn cases() -> io::Result<Vec<(PathBuf, String)>> {
    let mut cases = Vec::new();
    for name in MACROS {
        for path in mistakes(name)? {
            let words = path.with_extension("stderr");
            let words = fs::read_to_string(&words)
                .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", words.display())))?;
            cases.push((path, words));
        }
    }
    Ok(cases)
}

fn headlines(words: &str) -> impl Iterator<Item = &str> {
    words.lines().filter(|line| line.starts_with("error"))
}

#[test]
fn a_mistake_never_takes_the_users_item_away() -> io::Result<()> {
    // There it is a name that the user has misspelt that cannot be found.
    let of_the_user = |path: &PathBuf| path.ends_with("a_key_names_nothing.rs");
    for (path, words) in cases()?.into_iter().filter(|(path, _)| !of_the_user(path)) {
        let lost = words.contains("cannot find") || words.contains("not found in this scope");
        assert!(!lost, "{}:\n{words}", path.display());
    }
    Ok(())
}

#[test]
fn no_mistake_is_said_twice_at_one_place() -> io::Result<()> {
    for (path, words) in cases()? {
        let said: Vec<&str> =
            words.split("\n\nerror").map(|block| block.trim_start_matches("error")).collect();
        let different: BTreeSet<&&str> = said.iter().collect();
        assert_eq!(said.len(), different.len(), "{}:\n{words}", path.display());
    }
    Ok(())
}

/// What the compiler explains better than anybody, or serde.
const NOT_OURS: [&str; 8] = [
    "a_body_",
    "a_key_names_nothing",
    "what_is_handed_over_are_no_policies",
    "a_constructor_is_not_send",
    "a_future_is_not_send",
    "an_event_cannot_be_stored",
    "an_event_cannot_be_read_back",
    "an_observer_",
];

#[test]
fn every_mistake_has_a_code_and_a_help() -> io::Result<()> {
    for (path, words) in cases()? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if NOT_OURS.iter().any(|case| name.starts_with(case)) {
            continue;
        }
        for headline in headlines(&words) {
            let code = headline.trim_end_matches(']').rsplit(" [G").next().unwrap_or_default();
            assert!(
                code.len() == 3 && code.bytes().all(|b| b.is_ascii_digit()),
                "{}: {headline}",
                path.display()
            );
        }
        let helps = words.matches("help: ").count();
        assert!(helps >= headlines(&words).count(), "{}: help is missing\n{words}", path.display());
    }
    Ok(())
}

#[test]
fn every_mistake_is_shown_at_its_line() -> io::Result<()> {
    for (path, words) in cases()? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let places: Vec<&str> = words.lines().filter(|line| line.ends_with(&name)).collect();
        assert_eq!(places, Vec::<&str>::new(), "{}: a place without a line", path.display());
        assert!(words.contains(&format!("{name}:")), "{}:\n{words}", path.display());
    }
    Ok(())
}
