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
            errors.mistake(&argument.key, &messages::unknown_key(attribute, &key, self.known, self.known));
            return false;
        }
        if self.given.contains(&key) {
            errors.mistake(argument.tokens(), &messages::given_twice(attribute, key));
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
            errors.mistake(argument.tokens(), &messages::not_a_text(attribute, &argument.key, example));
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
        errors.mistake(argument.tokens(), &messages::value_missing(attribute, &argument.key, example));
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
        errors.mistake(argument.tokens(), &messages::takes_no_value(attribute, &argument.key));
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
        errors.mistake(argument.tokens(), &messages::not_code(attribute, &argument.key, example));
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
    let listed = stream.and_then(|stream| parser.parse2(stream).ok());
    if listed.is_none() {
        errors.mistake(argument.tokens(), &messages::not_a_list(attribute, &argument.key, example));
    }
    listed.into_iter().flatten().collect()
}
