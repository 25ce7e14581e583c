use std::fs;
use std::path::{Path, PathBuf};

/// What the macros say, in the order of its codes.
const MESSAGES: [&str; 5] = [
    include_str!("mod.rs"),
    include_str!("cache.rs"),
    include_str!("service.rs"),
    include_str!("event.rs"),
    include_str!("event_handler.rs"),
];

/// Where gentle has the traits that the compiler explains in our words.
const TRAITS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../gentle/src");

/// The codes in a text, each as often as it stands there: `G`, three digits, and nothing more.
fn codes(text: &str) -> Vec<&str> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    let is_code = |word: &&str| {
        word.len() == 4 && word.strip_prefix('G').is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()))
    };
    words.filter(is_code).collect()
}

fn explained() -> Vec<&'static str> {
    codes(include_str!("../../../docs/codes.md"))
}

fn of_the_grammar() -> Vec<&'static str> {
    gentle_dsl::CODES.iter().map(|(code, _)| *code).collect()
}

fn said_by_macros() -> Vec<&'static str> {
    MESSAGES.into_iter().flat_map(codes).collect()
}

/// The codes in the sources of gentle, which say with traits what only the compiler can find out.
fn said_by_traits() -> Vec<String> {
    let mut said = Vec::new();
    for file in sources(Path::new(TRAITS)) {
        let text = fs::read_to_string(file).unwrap();
        let (text, _) = text.split_once("#[cfg(test)]").unwrap_or((&text, ""));
        said.extend(codes(text).into_iter().map(ToOwned::to_owned));
    }
    said.sort_unstable();
    said
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

#[test]
fn every_code_has_one_message_and_all_messages_are_here() {
    let said = said_by_macros();
    assert!(said.is_sorted_by(|one, other| one < other), "twice, or out of order: {said:?}");
    let all = sources(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")));
    for file in all
        .iter()
        .filter(|file| !file.starts_with(concat!(env!("CARGO_MANIFEST_DIR"), "/src/support/messages")))
    {
        let text = fs::read_to_string(file).unwrap();
        assert_eq!(codes(&text), Vec::<&str>::new(), "a code outside of `messages`: {}", file.display());
    }
}

#[test]
fn the_traits_of_gentle_have_codes_of_their_own() {
    let said = said_by_traits();
    assert!(said.len() > 5, "{said:?}");
    assert!(said.is_sorted_by(|one, other| one < other), "twice: {said:?}");
    for code in said.iter().filter(|code| *code != "G310") {
        assert!(!said_by_macros().contains(&code.as_str()), "{code} is said by a macro");
    }
}

#[test]
fn every_code_is_explained_once_either_here_or_by_the_grammar() {
    let (explained, grammar, traits) = (explained(), of_the_grammar(), said_by_traits());
    let mut said = said_by_macros();
    said.extend(traits.iter().map(String::as_str));
    assert!(explained.is_sorted_by(|one, other| one < other), "twice, or out of order: {explained:?}");
    for code in &explained {
        assert!(!grammar.contains(code), "{code} means something else in the grammar");
        assert!(said.contains(code), "{code} is explained and never said");
    }
    for code in said {
        assert!(explained.contains(&code) || grammar.contains(&code), "{code} is nowhere explained");
    }
}
