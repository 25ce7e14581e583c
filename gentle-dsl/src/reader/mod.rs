//! What every sentence is read with: a place in the tokens, and the mistakes so far.

mod amount;
mod brackets;
mod clause;
mod grammar;
mod range;
mod sample;
mod token;

use core::ops::Range;

pub(crate) use brackets::brackets;
pub(crate) use clause::Slot;
pub(crate) use grammar::{Grammar, Head};
pub(crate) use sample::{Failures, Sample};
use token::{Kind, Token, tokens};

use crate::{
    mistake::{Draft, Edit},
    ready::Reach,
};

/// A value and the place it was read from.
#[derive(Clone, Debug)]
pub(crate) struct Spanned<T> {
    pub(crate) value: T,
    pub(crate) span: Range<usize>,
}

/// A place in the tokens of a text, and the mistakes found before it.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    grammar: &'a Grammar,
    reach: Reach,
    text: &'a str,
    tokens: Vec<Token>,
    at: usize,
    drafts: Vec<Draft>,
}

impl<'a> Reader<'a> {
    fn new(grammar: &'a Grammar, reach: Reach, text: &'a str) -> Self {
        Self { grammar, reach, text, tokens: tokens(text), at: 0, drafts: Vec::new() }
    }

    /// Looks for something in a text without reading it as a sentence.
    pub(crate) fn scan<T>(text: &str, look: impl FnOnce(&mut Reader<'_>) -> T) -> T {
        look(&mut Reader::new(&Grammar::NONE, Reach::Ahead, text))
    }

    pub(crate) fn report(&mut self, draft: Draft) {
        self.drafts.push(draft);
    }

    /// Whether nothing was wrong so far: checks of the whole make sense only then.
    pub(crate) fn is_clean(&self) -> bool {
        self.drafts.is_empty()
    }

    pub(crate) fn at_end(&self) -> bool {
        self.at >= self.tokens.len()
    }

    fn token(&self, ahead: usize) -> Option<&Token> {
        self.tokens.get(self.at + ahead)
    }

    fn kind(&self, ahead: usize) -> Option<Kind> {
        self.token(ahead).map(|token| token.kind)
    }

    /// The text of a token ahead, empty behind the last one.
    pub(crate) fn piece(&self, ahead: usize) -> &'a str {
        self.token(ahead).map_or("", |token| self.slice(token.span.clone()))
    }

    pub(crate) fn slice(&self, span: Range<usize>) -> &'a str {
        self.text.get(span).unwrap_or_default()
    }

    /// The place of a token ahead; behind the last one, the end of the text.
    pub(crate) fn place(&self, ahead: usize) -> Range<usize> {
        let end = self.text.trim_end().len();
        self.token(ahead).map_or(end..end, |token| token.span.clone())
    }

    /// From a token that was read to the last one that was read.
    pub(crate) fn since(&self, start: &Range<usize>) -> Range<usize> {
        start.start..self.end().max(start.end)
    }

    /// The end of the last token that was read.
    pub(crate) fn end(&self) -> usize {
        let last = self.at.checked_sub(1).and_then(|last| self.tokens.get(last));
        last.map_or(0, |token| token.span.end)
    }

    pub(crate) fn is_amount(&self, ahead: usize) -> bool {
        self.kind(ahead) == Some(Kind::Amount)
    }

    /// The word ahead, if it is one.
    pub(crate) fn word(&self, ahead: usize) -> Option<&'a str> {
        (self.kind(ahead) == Some(Kind::Word)).then(|| self.piece(ahead))
    }

    pub(crate) fn is_symbol(&self, ahead: usize, symbol: char) -> bool {
        self.kind(ahead) == Some(Kind::Symbol(symbol))
    }

    pub(crate) fn is_range(&self, ahead: usize) -> bool {
        self.kind(ahead) == Some(Kind::Range)
    }

    /// Goes past one token and returns its place.
    pub(crate) fn step(&mut self) -> Range<usize> {
        let place = self.place(0);
        self.at = (self.at + 1).min(self.tokens.len());
        place
    }

    pub(crate) fn eat_word(&mut self, word: &str) -> Option<Range<usize>> {
        (self.word(0) == Some(word)).then(|| self.step())
    }

    pub(crate) fn eat_symbol(&mut self, symbol: char) -> Option<Range<usize>> {
        self.is_symbol(0, symbol).then(|| self.step())
    }

    /// The edit that takes a piece out, together with what separates it from the piece before, or, at the start, from the piece behind.
    pub(crate) fn cut(&self, span: &Range<usize>) -> Edit {
        let is_separator = |c: char| c.is_whitespace() || c == ',';
        let before = self.slice(0..span.start).trim_end_matches(is_separator);
        let after = self.slice(span.end..self.text.len());
        let opens = before.is_empty() || before.ends_with('(');
        let skipped = if opens { after.len() - after.trim_start_matches(is_separator).len() } else { 0 };
        Edit::replace(before.len()..span.end + skipped, "")
    }

    /// Goes on to the next word that begins a clause, the next comma, or the bracket that closes what is open.
    pub(crate) fn recover(&mut self) {
        let mut depth = 0_usize;
        while let Some(kind) = self.kind(0) {
            match kind {
                Kind::Symbol('(') => depth += 1,
                Kind::Symbol(')' | ',') if depth == 0 => return,
                Kind::Symbol(')') => depth -= 1,
                Kind::Word if depth == 0 && self.knows(self.piece(0)) => return,
                _ => {}
            }
            self.step();
        }
    }

    /// Goes on to the bracket that closes what is open.
    pub(crate) fn skip_to_close(&mut self) {
        while !self.at_end() && !self.is_symbol(0, ')') {
            if self.is_symbol(0, '(') {
                self.skip_brackets();
            } else {
                self.step();
            }
        }
    }

    /// Goes past brackets and all that stands in them.
    pub(crate) fn skip_brackets(&mut self) {
        let mut depth = 0_usize;
        while let Some(kind) = self.kind(0) {
            match kind {
                Kind::Symbol('(') => depth += 1,
                Kind::Symbol(')') => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.step();
            if depth == 0 {
                return;
            }
        }
    }
}
