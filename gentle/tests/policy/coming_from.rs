//! The page that puts other libraries' words beside ours.

use gentle::policy::{Key, Policies};

const PAGE: &str = include_str!("../../src/policy/coming_from.md");

/// What stands between two backticks and begins with the name of a policy.
fn sentences() -> Vec<&'static str> {
    let quoted = PAGE.split('`').skip(1).step_by(2);
    let ours = quoted.filter(|code| Key::ALL.iter().any(|key| code.starts_with(&format!("{key} = "))));
    ours.collect()
}

#[test]
fn every_sentence_on_the_page_is_one_that_gentle_understands() {
    let sentences = sentences();
    assert!(sentences.len() > 30, "{}", sentences.len());
    for sentence in sentences {
        if let Err(mistakes) = Policies::parse(sentence) {
            panic!("{sentence}\n{mistakes}");
        }
    }
}

#[test]
fn the_page_speaks_of_all_the_libraries_that_people_come_from() {
    for library in ["go-gentle", "tower", "governor", "backon", "Polly", "resilience4j"] {
        assert!(PAGE.contains(&format!("\n# {library}\n")), "{library}");
    }
}
