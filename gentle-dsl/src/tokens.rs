//! From the tokens of a macro to text, and from places in the text back to tokens.

use core::ops::Range;

/// The text of a token stream, and which piece of it came from which token.
///
/// An attribute may say `retry(exp(100ms..30s), 5 attempts)` without quotes. The macro pushes the tokens one by one, groups as their brackets, parses
/// [`as_str`](Self::as_str) with the same parser as any text, and underlines the tokens that [`locate`](Self::locate) names. The text is spaced the way
/// people write it, so it is fit to be quoted in a help.
///
/// # Examples
///
/// ```
/// use gentle_dsl::{Sentence, Timeout, Tokens};
///
/// let mut tokens = Tokens::new();
/// for piece in ["10s", ",", "2", "s", "each", "attempt"] {
///     tokens.push(piece);
/// }
/// assert_eq!(tokens.as_str(), "10s, 2 s each attempt");
///
/// let mistakes = Timeout::parse(tokens.as_str()).unwrap_err();
/// assert_eq!(tokens.locate(mistakes.first().span()), 2..4);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Tokens {
    text: String,
    places: Vec<Range<usize>>,
    joint: bool,
}

impl Tokens {
    /// No tokens yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a token and returns its index.
    pub fn push(&mut self, piece: &str) -> usize {
        if self.needs_space(piece) {
            self.text.push(' ');
        }
        let start = self.text.len();
        self.text.push_str(piece);
        self.places.push(start..self.text.len());
        self.joint = false;
        self.places.len() - 1
    }

    /// Adds a punctuation character that the next token follows without a space, and returns its index.
    pub fn push_joint(&mut self, piece: &str) -> usize {
        let index = self.push(piece);
        self.joint = true;
        index
    }

    /// The text so far.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// How many tokens there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The tokens that a range of bytes of the text touches.
    ///
    /// A range that touches none, because something is missing there, gives the token before it, or else the first. It is empty only when there are no tokens.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut tokens = gentle_dsl::Tokens::new();
    /// for piece in ["exp", "(", "1s", ")"] {
    ///     tokens.push(piece);
    /// }
    /// assert_eq!(tokens.as_str(), "exp(1s)");
    /// assert_eq!(tokens.locate(4..6), 2..3);
    /// assert_eq!(tokens.locate(7..7), 3..4);
    /// ```
    pub fn locate(&self, span: Range<usize>) -> Range<usize> {
        let first = self.places.iter().position(|place| place.end > span.start).unwrap_or(self.len());
        let end = self.places.iter().rposition(|place| place.start < span.end).map_or(0, |last| last + 1);
        if first < end {
            return first..end;
        }
        let before = self.places.iter().rposition(|place| place.end <= span.start).unwrap_or(0);
        before..(before + 1).min(self.len())
    }

    fn needs_space(&self, piece: &str) -> bool {
        let Some(last) = self.places.last().and_then(|place| self.text.get(place.clone())) else {
            return false;
        };
        if self.joint || matches!(last, "(" | "/" | "." | "..") {
            return false;
        }
        match piece {
            "," | ")" | "%" | "/" | "." | ".." => false,
            "(" => last == "each" || !last.starts_with(char::is_alphabetic),
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(pieces: &str) -> Tokens {
        let mut tokens = Tokens::new();
        for piece in pieces.split(' ') {
            tokens.push(piece);
        }
        tokens
    }

    #[test]
    fn text_is_spaced_as_people_write_it() {
        let written = |pieces| text(pieces).as_str().to_owned();
        assert_eq!(written("5 / 500ms , burst 10"), "5/500ms, burst 10");
        assert_eq!(
            written("exp ( 100ms . . 30s , x2 . 5 , 5 attempts )"),
            "exp(100ms..30s, x2.5, 5 attempts)"
        );
        assert_eq!(written("budget 20 % floor 10 / s"), "budget 20% floor 10/s");
        assert_eq!(written("4 each ( user , lang )"), "4 each (user, lang)");
        assert_eq!(written("100 / s wait 2 s"), "100/s wait 2 s");
    }

    #[test]
    fn joint_punctuation_stays_together() {
        let mut tokens = Tokens::new();
        tokens.push_joint(":");
        tokens.push(":");
        tokens.push("x");
        assert_eq!(tokens.as_str(), ":: x");
    }

    #[test]
    fn every_place_leads_to_a_token() {
        let tokens = text("5 / 500 burst 10");
        assert_eq!(tokens.as_str(), "5/500 burst 10");
        assert_eq!(tokens.locate(2..5), 2..3);
        assert_eq!(tokens.locate(0..5), 0..3);
        assert_eq!(tokens.locate(5..6), 2..3);
        assert_eq!(tokens.locate(99..99), 4..5);
        assert_eq!(tokens.locate(0..0), 0..1);
        assert_eq!(Tokens::new().locate(0..3), 0..0);
    }
}
