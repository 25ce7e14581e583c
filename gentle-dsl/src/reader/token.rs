//! From text to tokens.

use core::ops::Range;

/// What a token looks like; what it means depends on its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Begins with a digit: `5`, `5_000`, `500ms`, `2.5`.
    Amount,
    /// Begins with a letter: `burst`, `x2.5`.
    Word,
    /// `..`
    Range,
    /// Any other character.
    Symbol(char),
}

/// A piece of the text and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) span: Range<usize>,
}

/// Cuts a text into tokens; every character that is not white space belongs to one.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (kind, length) = token(first, rest);
        let start = text.len() - rest.len();
        tokens.push(Token { kind, span: start..start + length });
        rest = rest.get(length..).unwrap_or_default().trim_start();
    }
    tokens
}

fn token(first: char, rest: &str) -> (Kind, usize) {
    if first.is_ascii_digit() {
        (Kind::Amount, amount(rest))
    } else if is_factor(rest) {
        (Kind::Word, 1 + amount(rest.get(1..).unwrap_or_default()))
    } else if first.is_alphabetic() || first == '_' {
        (Kind::Word, rest.find(|c| !belongs(c)).unwrap_or(rest.len()))
    } else if rest.starts_with("..") {
        (Kind::Range, 2)
    } else {
        (Kind::Symbol(first), first.len_utf8())
    }
}

fn belongs(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn is_factor(rest: &str) -> bool {
    rest.strip_prefix('x').is_some_and(|after| after.starts_with(|c: char| c.is_ascii_digit()))
}

/// Letters, digits, and points that have a digit behind them.
fn amount(rest: &str) -> usize {
    let mut characters = rest.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        let digit_follows = characters.peek().is_some_and(|(_, next)| next.is_ascii_digit());
        let point = c == '.' && digit_follows;
        if !belongs(c) && !point {
            return at;
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str) -> Vec<&str> {
        tokens(text).into_iter().map(|token| text.get(token.span).unwrap()).collect()
    }

    #[test]
    fn ranges_are_not_fractions() {
        assert_eq!(pieces("exp(1.5s..30s,x2.5)"), ["exp", "(", "1.5s", "..", "30s", ",", "x2.5", ")"]);
    }

    #[test]
    fn a_rate_is_three_tokens() {
        assert_eq!(pieces(" 5_000/h each"), ["5_000", "/", "h", "each"]);
    }

    #[test]
    fn every_character_has_its_token() {
        assert_eq!(pieces("ä5½ €"), ["ä5½", "€"]);
        assert_eq!(pieces("5µs 1. ..."), ["5µs", "1", ".", "..", "."]);
    }
}
