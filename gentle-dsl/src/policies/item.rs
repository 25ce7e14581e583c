//! Cutting a text into `key = "value"` and `key(value)`.

use core::ops::Range;

use crate::mistake::Mistake;

/// A key and the text of its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item<'a> {
    pub(super) name: &'a str,
    pub(super) start: usize,
    pub(super) value: &'a str,
    /// Where the value begins in the whole text.
    pub(super) offset: usize,
}

/// The items of a text, or what is wrong in place of one.
pub(super) fn items(text: &str) -> impl Iterator<Item = Result<Item<'_>, Mistake>> {
    let mut cutter = Cutter { text, at: 0 };
    core::iter::from_fn(move || cutter.next_item())
}

struct Cutter<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cutter<'a> {
    fn next_item(&mut self) -> Option<Result<Item<'a>, Mistake>> {
        self.skip_space();
        if self.rest().is_empty() {
            return None;
        }
        let start = self.at;
        let item = self.item().filter(|_| self.ends());
        if item.is_none() {
            self.skip_to_comma();
        }
        let end = self.at;
        self.eat(",");
        Some(item.ok_or_else(|| malformed(self.text, start..end)))
    }

    fn item(&mut self) -> Option<Item<'a>> {
        let start = self.at;
        let name = self.take(|c| c.is_alphanumeric() || c == '_');
        self.skip_space();
        if name.is_empty() {
            return None;
        }
        let (offset, value) = if self.eat("(") { self.bracketed()? } else { self.assigned()? };
        Some(Item { name, start, value, offset })
    }

    fn assigned(&mut self) -> Option<(usize, &'a str)> {
        let equals = self.eat("=");
        self.skip_space();
        if equals && self.eat("\"") { self.quoted() } else { None }
    }

    fn quoted(&mut self) -> Option<(usize, &'a str)> {
        let offset = self.at;
        let value = self.take(|c| c != '"');
        self.eat("\"").then_some((offset, value))
    }

    fn bracketed(&mut self) -> Option<(usize, &'a str)> {
        let offset = self.at;
        let mut depth = 1_usize;
        let value = self.take(|c| {
            depth = match c {
                '(' => depth + 1,
                ')' => depth - 1,
                _ => depth,
            };
            depth > 0
        });
        self.eat(")").then_some((offset, value))
    }

    fn ends(&mut self) -> bool {
        self.skip_space();
        self.rest().is_empty() || self.rest().starts_with(',')
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_space(&mut self) {
        self.take(char::is_whitespace);
    }

    fn skip_to_comma(&mut self) {
        self.take(|c| c != ',');
    }

    fn eat(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        self.at += if found { text.len() } else { 0 };
        found
    }

    fn take(&mut self, mut belongs: impl FnMut(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c| !belongs(c)).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }
}

fn malformed(text: &str, span: Range<usize>) -> Mistake {
    let shown = text.get(span.clone()).unwrap_or_default().trim_end();
    let message =
        if shown.is_empty() { "a policy is missing".into() } else { format!("`{shown}` is not a policy") };
    let mistake = Mistake::new("G023", "gentle", message).with_label("a key and its value");
    let help = "write `key = \"value\"` or `key(value)`, e.g. `retry = \"3 attempts\"`, with commas between";
    mistake.with_help(help).with_picture(text, span.start..span.start + shown.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<Option<(&str, &str)>> {
        items(text).map(|item| item.ok().map(|item| (item.name, item.value))).collect()
    }

    #[test]
    fn both_forms_are_items() {
        assert_eq!(values("a = \"1, 2\", b(c(3), 4)"), [Some(("a", "1, 2")), Some(("b", "c(3), 4"))]);
    }

    #[test]
    fn reading_goes_on_behind_a_malformed_item() {
        assert_eq!(values("a, b(1"), [None, None]);
        assert_eq!(values("= 5, b(1) c, d(2)"), [None, None, Some(("d", "2"))]);
        assert_eq!(values(",,"), [None, None]);
        assert_eq!(values("é€, a = \"x"), [None, None]);
    }

    #[test]
    fn nothing_is_no_items() {
        assert_eq!(values(" \n "), []);
    }
}
