use quote::ToTokens;

/// `HttpClient` as `http_client`, with the separator of choice.
pub(crate) fn separated(name: &str, separator: char) -> String {
    let letters: Vec<char> = name.trim_start_matches("r#").chars().collect();
    let mut separated = String::new();
    for (index, letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|before| letters.get(before));
        let after = letters.get(index + 1);
        if letter.is_uppercase() && before.is_some_and(|before| begins_word(*before, after.copied())) {
            separated.push(separator);
        }
        separated.extend(letter.to_lowercase());
    }
    separated
}

// A capital begins a word after a small letter, and at the end of a run of capitals: `HTTPClient`.
fn begins_word(before: char, after: Option<char>) -> bool {
    before.is_lowercase()
        || before.is_ascii_digit()
        || (before.is_uppercase() && after.is_some_and(char::is_lowercase))
}

/// A type as people write it: `Result<(), E>`.
pub(crate) fn written(ty: impl ToTokens) -> String {
    let spaced = ty.to_token_stream().to_string();
    let mut written = String::new();
    let mut letters = spaced.chars().peekable();
    while let Some(letter) = letters.next() {
        let before = written.chars().next_back().unwrap_or(' ');
        let after = letters.peek().copied().unwrap_or(' ');
        let needed = matches!(before, ',' | '+' | '=' | ';')
            || matches!(after, '+' | '=')
            || (in_word(before) && in_word(after));
        if letter != ' ' || needed {
            written.push(letter);
        }
    }
    written
}

fn in_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

#[cfg(test)]
mod tests {
    use super::{separated, written};
    use quote::quote;

    #[test]
    fn types_are_shown_as_they_are_written() {
        assert_eq!(written(quote!(&mut Option<Svc<db::Database>>)), "&mut Option<Svc<db::Database>>");
        assert_eq!(written(quote!(Result<(), Box<dyn Error + Send>>)), "Result<(), Box<dyn Error + Send>>");
        assert_eq!(written(quote!([u8; 4])), "[u8; 4]");
    }

    #[test]
    fn words_begin_at_capitals() {
        for (name, snake) in [
            ("Leaderboard", "leaderboard"),
            ("ScoreClient", "score_client"),
            ("HTTPClient", "http_client"),
            ("Db2Pool", "db2_pool"),
            ("snake_already", "snake_already"),
        ] {
            assert_eq!(separated(name, '_'), snake);
        }
    }
}
