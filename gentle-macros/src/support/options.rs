//! The options that several attributes share, read one by one.

use std::time::Duration;

use gentle_dsl::{Mistakes, did_you_mean, parse_count, parse_duration};
use proc_macro2::TokenStream;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Expr, LitStr, Path, Token};

use super::arguments::{Argument, Value};
use super::bare::Bare;
use super::errors::Errors;

/// The keys of one attribute: for what is unknown, and for what is given twice.
pub(crate) struct Keys {
    attribute: &'static str,
    known: &'static [&'static str],
    given: Vec<String>,
}

impl Keys {
    pub(crate) fn new(attribute: &'static str, known: &'static [&'static str]) -> Self {
        Self { attribute, known, given: Vec::new() }
    }

    /// Whether the argument may be read: its key is known and comes for the first time.
    pub(crate) fn admit(&mut self, argument: &Argument, errors: &Errors) -> bool {
        let (key, attribute) = (argument.key.to_string(), self.attribute);
        if !self.known.contains(&key.as_str()) {
            let help = match did_you_mean(&key, self.known.iter().copied()) {
                Some(near) => format!("help: did you mean `{near}`?"),
                None => format!("help: known are {}", self.known.join(", ")),
            };
            errors.on(&argument.key, format!("{attribute}: unknown key `{key}` [G008]\n{help}"));
            return false;
        }
        if self.given.contains(&key) {
            errors.on(
                argument.tokens(),
                format!("{attribute}: `{key}` is given twice [G007]\nhelp: keep one of the two"),
            );
            return false;
        }
        self.given.push(key);
        true
    }
}

/// `key = "text"`, not empty.
pub(crate) fn text(attribute: &str, argument: &Argument, example: &str, errors: &Errors) -> Option<LitStr> {
    match &argument.value {
        Value::Text(text) if !text.value().trim().is_empty() => Some(text.clone()),
        _ => {
            let key = &argument.key;
            let message = format!("{attribute}: `{key}` is a text that is not empty [G020]");
            errors.on(argument.tokens(), format!("{message}\nhelp: write `{key} = \"{example}\"`"));
            None
        }
    }
}

/// `key = "30s"` or `key(30s)`.
pub(crate) fn duration(attribute: &str, argument: &Argument, errors: &Errors) -> Option<Duration> {
    amount(attribute, argument, "30s", errors, parse_duration)
}

/// `key = 16`, `key = "16"` or `key(16)`.
pub(crate) fn count(attribute: &str, argument: &Argument, errors: &Errors) -> Option<u32> {
    amount(attribute, argument, "16", errors, parse_count)
}

fn amount<T>(
    attribute: &str,
    argument: &Argument,
    example: &str,
    errors: &Errors,
    parse: impl Fn(&str) -> Result<T, Mistakes>,
) -> Option<T> {
    let (bare, place) = match &argument.value {
        Value::Text(text) => return quoted(attribute, argument, text, errors, parse),
        Value::Bare(group) => (Bare::new(group.stream()), group.stream()),
        Value::Code(code) => (Bare::new(code.clone()), code.clone()),
        Value::None => (Bare::new(TokenStream::new()), TokenStream::new()),
    };
    if place.is_empty() {
        let key = &argument.key;
        let message =
            format!("{attribute}: `{key}` has no value [G018]\nhelp: write `{key} = \"{example}\"`");
        errors.on(argument.tokens(), message);
        return None;
    }
    let about = |mistakes: Mistakes| mistakes.about(&argument.key.to_string());
    let mistakes = match parse(bare.text()).map_err(about) {
        Ok(value) => return Some(value),
        Err(mistakes) => mistakes,
    };
    for mistake in mistakes.iter() {
        let tokens = bare.locate(mistake.span());
        errors.on(if tokens.is_empty() { &place } else { &tokens }, mistake.bare());
    }
    None
}

fn quoted<T>(
    _attribute: &str,
    argument: &Argument,
    text: &LitStr,
    errors: &Errors,
    parse: impl Fn(&str) -> Result<T, Mistakes>,
) -> Option<T> {
    let mistakes = match parse(&text.value()) {
        Ok(value) => return Some(value),
        Err(mistakes) => mistakes.about(&argument.key.to_string()),
    };
    mistakes.iter().for_each(|mistake| errors.at(text.span(), mistake));
    None
}

/// `key`, alone.
pub(crate) fn flag(attribute: &str, argument: &Argument, errors: &Errors) -> bool {
    let alone = matches!(argument.value, Value::None);
    if !alone {
        let key = &argument.key;
        errors.on(
            argument.tokens(),
            format!("{attribute}: `{key}` takes no value [G022]\nhelp: write `{key}`"),
        );
    }
    alone
}

/// `key = path`.
pub(crate) fn path(attribute: &str, argument: &Argument, example: &str, errors: &Errors) -> Option<Path> {
    let parsed = match &argument.value {
        Value::Code(code) => syn::parse2(code.clone()).ok(),
        _ => None,
    };
    if parsed.is_none() {
        let key = &argument.key;
        let message = format!("{attribute}: `{key}` takes a path [G021]\nhelp: write `{key} = {example}`");
        errors.on(argument.tokens(), message);
    }
    parsed
}

/// `key = ["redis", Database]`: each one an expression.
pub(crate) fn list(attribute: &str, argument: &Argument, example: &str, errors: &Errors) -> Vec<Expr> {
    let stream = match &argument.value {
        Value::Code(code) => match syn::parse2::<syn::ExprArray>(code.clone()) {
            Ok(array) => return array.elems.into_iter().collect(),
            Err(_) => None,
        },
        Value::Bare(group) => Some(group.stream()),
        _ => None,
    };
    let parser = Punctuated::<Expr, Token![,]>::parse_terminated;
    match stream.and_then(|stream| parser.parse2(stream).ok()) {
        Some(list) => list.into_iter().collect(),
        None => {
            let key = &argument.key;
            let message = format!("{attribute}: `{key}` is a list [G023]\nhelp: write `{key} = {example}`");
            errors.on(argument.tokens(), message);
            Vec::new()
        }
    }
}
