use syn::LitStr;

use crate::support::arguments::Argument;
use crate::support::errors::Errors;
use crate::support::{messages, names, options};

const EXAMPLE: &str = "score.read";
const LONGEST: usize = 128;

/// `topic = "score.read"`: words of letters, digits, `-` and `_`, between dots.
pub(crate) fn read(argument: &Argument, errors: &Errors) -> Option<LitStr> {
    let topic = options::text(argument, EXAMPLE, errors)?;
    let text = topic.value();
    if let Some(why) = mistake(&text) {
        errors.mistake(&topic, &messages::not_a_topic(errors.subject(), &text, why, &corrected(&text)));
    }
    Some(topic)
}

fn mistake(topic: &str) -> Option<String> {
    if topic.len() > LONGEST {
        return Some(format!("it is {} bytes long, and at most {LONGEST} fit", topic.len()));
    }
    if let Some(strange) = topic.chars().find(|letter| !is_fine(*letter) && *letter != '.') {
        let strange = strange.escape_debug();
        return Some(format!("`{strange}` is no letter from a to z, no digit, and none of `.`, `-` and `_`"));
    }
    let empty = topic.split('.').any(str::is_empty);
    empty.then(|| "there is nothing on one side of a dot".to_owned())
}

fn is_fine(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '-' || letter == '_'
}

/// The nearest that is a topic.
fn corrected(topic: &str) -> String {
    let words = topic.split(|letter: char| !is_fine(letter) && letter != ' ');
    let words = words.map(|word| names::separated(&word.trim().replace(' ', "-"), '-'));
    let words: Vec<String> = words.filter(|word| !word.is_empty()).collect();
    let mut corrected = words.join(".");
    while corrected.len() > LONGEST {
        let shorter = corrected.rfind('.').unwrap_or(LONGEST);
        corrected.truncate(shorter);
    }
    if corrected.is_empty() { EXAMPLE.to_owned() } else { corrected }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_suggested_is_a_topic() {
        for (topic, suggestion) in [
            ("Score Read", "score-read"),
            ("score/read!", "score.read"),
            ("score..read", "score.read"),
            ("größe", "gr.e"),
            ("…", "score.read"),
            (&"x".repeat(200), &"x".repeat(128)),
        ] {
            assert!(mistake(topic).is_some());
            assert_eq!(corrected(topic), suggestion);
            assert_eq!(mistake(suggestion), None);
        }
    }
}
