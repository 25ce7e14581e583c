//! What is wrong with a text, in words, with its place and a way to correct it.

mod code;
mod correct;
mod draft;
mod list;

use core::{fmt, ops::Range};

pub use code::CODES;
pub(crate) use correct::finish;
pub(crate) use draft::{Draft, Edit};
pub use list::Mistakes;

use crate::{key::Key, suggest::did_you_mean};

/// One mistake: what is wrong, where, and what to write instead.
///
/// Printed it is a block that stands on its own: the message with its code, the text with carets under the place, and a corrected value.
///
/// # Examples
///
/// ```
/// use gentle_dsl::{Sentence, Timeout};
///
/// let mistakes = Timeout::parse("5mins").unwrap_err();
/// let mistake = mistakes.first();
/// assert_eq!((mistake.code(), mistake.span()), ("G006", 1..5));
/// assert_eq!(mistake.help(), "write `5m`");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    code: &'static str,
    subject: String,
    message: String,
    label: String,
    help: String,
    span: Range<usize>,
    source: String,
}

impl Mistake {
    /// A mistake that no text shows, for checks beyond the grammar; add a label, a help and, where there is one, a picture.
    ///
    /// `subject` is what the message speaks of: a key such as `retry`, or `gentle` for the attribute as a whole.
    ///
    /// # Examples
    ///
    /// ```
    /// use gentle_dsl::Mistake;
    ///
    /// let mistake = Mistake::new("G310", "retry", "this return type cannot fail").with_help("return `Result`");
    /// assert_eq!(mistake.to_string(), "retry: this return type cannot fail [G310]\n\nhelp: return `Result`");
    /// ```
    pub fn new(code: &'static str, subject: &str, message: impl Into<String>) -> Self {
        Self {
            code,
            subject: subject.into(),
            message: message.into(),
            label: String::new(),
            help: String::new(),
            span: 0..0,
            source: String::new(),
        }
    }

    /// A key that nobody knows, with the nearest of those that would be.
    ///
    /// # Examples
    ///
    /// ```
    /// use gentle_dsl::Mistake;
    ///
    /// let mistake = Mistake::unknown_key("ratelimit", ["rate_limit", "retry"]);
    /// assert_eq!(mistake.to_string(), "gentle: unknown key `ratelimit` [G008]\n\nhelp: did you mean `rate_limit`?");
    /// ```
    pub fn unknown_key<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Self {
        let candidates: Vec<&str> = candidates.into_iter().collect();
        let help = match did_you_mean(name, candidates.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("known: {}", candidates.join(", ")),
        };
        Self::new("G008", "gentle", format!("unknown key `{name}`")).with_help(help)
    }

    /// A key that is there already.
    pub fn given_twice(name: &str) -> Self {
        Self::new("G007", "gentle", format!("`{name}` is given twice")).with_help("keep one of them")
    }

    /// A key of the grammar that cannot be parsed yet.
    pub fn not_ready(key: Key) -> Self {
        let mistake = Self::new("G009", "gentle", format!("`{key}` is not there yet"));
        mistake.with_help("leave it out; the word is reserved for it")
    }

    /// With these words beside the carets.
    pub fn with_label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// With this help.
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// With a picture: carets under these bytes of a text. A place outside of it is moved to its nearest character.
    pub fn with_picture(mut self, source: &str, span: Range<usize>) -> Self {
        let start = floor(source, span.start);
        self.span = start..floor(source, span.end).max(start);
        self.source = source.into();
        self
    }

    /// The code, which the book has an entry for: `G001`.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// What the message speaks of: a key such as `rate_limit`, or `gentle` for the attribute as a whole.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The policy that the message speaks of, if it is one.
    pub fn key(&self) -> Option<Key> {
        Key::from_name(&self.subject)
    }

    /// The bytes of [`source`](Self::source) that are wrong; empty where something is missing.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// The text that was parsed.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// One plain sentence, without subject and code.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The words beside the carets.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// What to do about it, with a complete corrected value where there is one.
    pub fn help(&self) -> &str {
        &self.help
    }

    /// The text for places that the compiler underlines itself: without the picture, the words beside the carets are the second line.
    ///
    /// # Examples
    ///
    /// ```
    /// use gentle_dsl::{Bulkhead, Sentence};
    ///
    /// let mistakes = Bulkhead::parse("16 qeue 64").unwrap_err();
    /// assert_eq!(
    ///     mistakes.first().bare(),
    ///     "bulkhead: unknown word `qeue` [G001]\ndid you mean `queue`?\nhelp: write `16 queue 64`"
    /// );
    /// ```
    pub fn bare(&self) -> String {
        let mut text = self.headline();
        if !self.label.is_empty() {
            text = format!("{text}\n{}", self.label);
        }
        if !self.help.is_empty() {
            text = format!("{text}\nhelp: {}", self.help);
        }
        text
    }

    pub(crate) fn set_subject(&mut self, subject: &str) {
        self.subject = subject.into();
    }

    /// The same mistake where the text is a part of a longer one.
    pub(crate) fn within(&mut self, whole: &str, offset: usize) {
        let span = self.span.start.saturating_add(offset)..self.span.end.saturating_add(offset);
        *self = core::mem::replace(self, Self::new("", "", "")).with_picture(whole, span);
    }

    fn headline(&self) -> String {
        format!("{}: {} [{}]", self.subject, self.message, self.code)
    }

    /// The line of the source that the span starts in, and its place within the source.
    fn line(&self) -> (usize, &str) {
        let before = self.source.get(..self.span.start).unwrap_or_default();
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let rest = self.source.get(start..).unwrap_or_default();
        (start, rest.split('\n').next().unwrap_or_default())
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.headline())?;
        if !self.source.is_empty() {
            let (start, line) = self.line();
            let characters = |from: usize, to: usize| {
                self.source.get(from..to.min(start + line.len())).map_or(0, |text| text.chars().count())
            };
            let indent = " ".repeat(characters(start, self.span.start));
            let carets = "^".repeat(characters(self.span.start, self.span.end).max(1));
            let shown = line.replace(char::is_control, " ");
            let picture = format!("    {indent}{carets} {}", self.label);
            write!(f, "\n\n    {}\n{}", shown.trim_end(), picture.trim_end())?;
        } else if !self.label.is_empty() {
            write!(f, "\n{}", self.label)?;
        }
        if !self.help.is_empty() {
            write!(f, "\n\nhelp: {}", self.help)?;
        }
        Ok(())
    }
}

impl core::error::Error for Mistake {}

/// The start of the character that a byte belongs to.
fn floor(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carets_are_aligned_by_characters() {
        let mistake = Mistake::new("G001", "x", "wrong").with_label("here").with_picture("äö ü!", 5..7);
        assert_eq!(mistake.to_string(), "x: wrong [G001]\n\n    äö ü!\n       ^ here");
    }

    #[test]
    fn only_the_line_with_the_mistake_is_shown() {
        let mistake =
            Mistake::new("G001", "x", "wrong").with_label("here").with_picture("one\ntwo\nthree", 4..12);
        assert_eq!(mistake.to_string(), "x: wrong [G001]\n\n    two\n    ^^^ here");
    }

    #[test]
    fn a_place_outside_of_the_text_is_moved_into_it() {
        let mistake = Mistake::new("G001", "x", "wrong").with_picture("ä", 1..99);
        assert_eq!(mistake.span(), 0..2);
    }
}
