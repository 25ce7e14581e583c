use std::ops::Range;

use gentle_dsl::{Mistake, Sentence, Setting};
use proc_macro2::{Delimiter, Group, TokenStream};
use quote::ToTokens;
use syn::LitStr;

use super::arguments::{Argument, Value};
use super::bare::Bare;
use super::errors::Errors;
use super::messages;

/// Reads the sentence of a policy in either spelling: quoted with a picture of the mistake, bare with the very tokens
/// underlined.
pub(crate) fn read<T: Sentence>(argument: &Argument, errors: &Errors) -> Option<Setting<T>> {
    match &argument.value {
        Value::Text(text) => match T::parse(&text.value()) {
            Ok(setting) => Some(setting),
            Err(mistakes) => {
                mistakes.iter().for_each(|mistake| errors.at(text.span(), mistake));
                None
            }
        },
        Value::Bare(group) => in_brackets(group, errors),
        Value::Code(code) => {
            errors.mistake(code, &messages::value_unmarked(T::KEY, Bare::new(code.clone()).text()));
            None
        }
        Value::None => {
            errors.mistake(&argument.key, &messages::value_missing(errors.subject(), &argument.key, ""));
            None
        }
    }
}

/// Says what is wrong with a sentence that could be read: with the `part` of it, in either spelling.
pub(crate) fn refuse(
    argument: &Argument,
    mistake: Mistake,
    part: impl Fn(&str) -> Range<usize>,
    errors: &Errors,
) {
    match &argument.value {
        Value::Text(text) => {
            let written = text.value();
            errors.at(text.span(), mistake.with_picture(&written, part(&written)));
        }
        Value::Bare(group) => {
            let bare = Bare::new(group.stream());
            let tokens = bare.locate(part(bare.text()));
            let place = if tokens.is_empty() { group.to_token_stream() } else { tokens };
            errors.mistake(place, &mistake);
        }
        Value::Code(_) | Value::None => errors.mistake(&argument.key, &mistake),
    }
}

fn in_brackets<T: Sentence>(group: &Group, errors: &Errors) -> Option<Setting<T>> {
    if let Some(text) = quoted(group) {
        errors.mistake(group.stream(), &messages::value_marked_twice(T::KEY, &text));
        return None;
    }
    if group.delimiter() != Delimiter::Parenthesis {
        errors.mistake(group, &messages::value_unmarked(T::KEY, Bare::new(group.stream()).text()));
        return None;
    }
    read_bare(group.stream(), &group.to_token_stream(), errors)
}

fn quoted(group: &Group) -> Option<String> {
    syn::parse2::<LitStr>(group.stream()).ok().map(|text| text.value())
}

fn read_bare<T: Sentence>(stream: TokenStream, whole: &TokenStream, errors: &Errors) -> Option<Setting<T>> {
    let bare = Bare::new(stream);
    let mistakes = match T::parse(bare.text()) {
        Ok(setting) => return Some(setting),
        Err(mistakes) => mistakes,
    };
    for mistake in &mistakes {
        let tokens = bare.locate(mistake.span());
        let place = if tokens.is_empty() { whole } else { &tokens };
        errors.on(place, mistake.bare());
    }
    None
}
