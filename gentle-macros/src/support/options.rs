//! The options that several attributes share, read one by one.

use std::time::Duration;

use gentle_dsl::{Mistakes, parse_count, parse_duration};
use proc_macro2::TokenStream;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Expr, LitStr, Path, Token};

use super::arguments::{Argument, Value};
use super::bare::Bare;
use super::errors::Errors;
use super::messages;

/// The keys of one attribute: for what is unknown, and for what is given twice.
pub(crate) struct Keys {
    known: &'static [&'static str],
    listed: &'static [&'static str],
    given: Vec<String>,
}

impl Keys {
    pub(crate) fn new(known: &'static [&'static str]) -> Self {
        Self { known, listed: known, given: Vec::new() }
    }

    /// Shows only these to somebody who asks what there is.
    pub(crate) fn listing(self, listed: &'static [&'static str]) -> Self {
        Self { listed, ..self }
    }

    /// Whether the argument may be read: its key is known and comes for the first time.
    pub(crate) fn admit(&mut self, argument: &Argument, errors: &Errors) -> bool {
        let (key, subject) = (argument.key.to_string(), errors.subject());
        if !self.known.contains(&key.as_str()) {
            errors.mistake(&argument.key, &messages::unknown_key(subject, &key, self.known, self.listed));
            return false;
        }
        if self.given.contains(&key) {
            errors.mistake(argument.tokens(), &messages::given_twice(subject, key));
            return false;
        }
        self.given.push(key);
        true
    }
}

/// `key = "text"`, not empty.
pub(crate) fn text(argument: &Argument, example: &str, errors: &Errors) -> Option<LitStr> {
    match &argument.value {
        Value::Text(text) if !text.value().trim().is_empty() => Some(text.clone()),
        _ => {
            errors
                .mistake(argument.tokens(), &messages::not_a_text(errors.subject(), &argument.key, example));
            None
        }
    }
}

/// `key = "30s"` or `key(30s)`.
pub(crate) fn duration(argument: &Argument, errors: &Errors) -> Option<Duration> {
    amount(argument, "30s", errors, parse_duration)
}

/// `key = 16`, `key = "16"` or `key(16)`.
pub(crate) fn count(argument: &Argument, errors: &Errors) -> Option<u32> {
    amount(argument, "16", errors, parse_count)
}

fn amount<T>(
    argument: &Argument,
    example: &str,
    errors: &Errors,
    parse: impl Fn(&str) -> Result<T, Mistakes>,
) -> Option<T> {
    let (bare, place) = match &argument.value {
        Value::Text(text) => return quoted(argument, text, errors, parse),
        Value::Bare(group) => (Bare::new(group.stream()), group.stream()),
        Value::Code(code) => (Bare::new(code.clone()), code.clone()),
        Value::None => (Bare::new(TokenStream::new()), TokenStream::new()),
    };
    if place.is_empty() {
        errors.mistake(argument.tokens(), &messages::value_missing(errors.subject(), &argument.key, example));
        return None;
    }
    let about = |mistakes: Mistakes| mistakes.about(&argument.key.to_string());
    let mistakes = match parse(bare.text()).map_err(about) {
        Ok(value) => return Some(value),
        Err(mistakes) => mistakes,
    };
    for mistake in &mistakes {
        let tokens = bare.locate(mistake.span());
        errors.on(if tokens.is_empty() { &place } else { &tokens }, mistake.bare());
    }
    None
}

fn quoted<T>(
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
pub(crate) fn flag(argument: &Argument, errors: &Errors) -> bool {
    let alone = matches!(argument.value, Value::None);
    if !alone {
        errors.mistake(argument.tokens(), &messages::takes_no_value(errors.subject(), &argument.key));
    }
    alone
}

/// `key = path`.
pub(crate) fn path(argument: &Argument, example: &str, errors: &Errors) -> Option<Path> {
    let parsed = match &argument.value {
        Value::Code(code) => syn::parse2(code.clone()).ok(),
        _ => None,
    };
    if parsed.is_none() {
        errors.mistake(argument.tokens(), &messages::not_code(errors.subject(), &argument.key, example));
    }
    parsed
}

/// `key = ["redis", Database]`: each one an expression.
pub(crate) fn list(argument: &Argument, example: &str, errors: &Errors) -> Vec<Expr> {
    let stream = match &argument.value {
        Value::Code(code) => match syn::parse2::<syn::ExprArray>(code.clone()) {
            Ok(array) => return array.elems.into_iter().collect(),
            Err(_) => None,
        },
        Value::Bare(group) => Some(group.stream()),
        _ => None,
    };
    let parser = Punctuated::<Expr, Token![,]>::parse_terminated;
    let listed = stream.and_then(|stream| parser.parse2(stream).ok());
    if listed.is_none() {
        errors.mistake(argument.tokens(), &messages::not_a_list(errors.subject(), &argument.key, example));
    }
    listed.into_iter().flatten().collect()
}
