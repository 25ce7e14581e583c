use gentle_dsl::{Sentence, Setting};
use proc_macro2::{Group, TokenStream};
use quote::ToTokens;
use syn::LitStr;

use super::arguments::{Argument, Value};
use super::bare::Bare;
use super::errors::Errors;

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
        Value::Bare(group) if quoted(group).is_some() => {
            let (key, text) = (T::KEY, quoted(group).unwrap_or_default());
            errors.on(
                group.stream(),
                format!("{key}: the value is quoted and in parentheses [G019]\nhelp: write `{key} = \"{text}\"` or `{key}({text})`"),
            );
            None
        }
        Value::Bare(group) => read_bare(group.stream(), &group.to_token_stream(), errors),
        Value::Code(code) => {
            let key = T::KEY;
            let text = Bare::new(code.clone()).text().to_owned();
            errors.on(
                code,
                format!("{key}: the value is neither quoted nor in parentheses [G019]\nhelp: write `{key} = \"{text}\"` or `{key}({text})`"),
            );
            None
        }
        Value::None => {
            let key = T::KEY;
            errors.on(
                &argument.key,
                format!(
                    "{key}: the value is missing [G018]\nhelp: write `{key} = \"…\"`, such as `{}`",
                    example(key)
                ),
            );
            None
        }
    }
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
    for mistake in mistakes.iter() {
        let tokens = bare.locate(mistake.span());
        let place = if tokens.is_empty() { whole } else { &tokens };
        errors.on(place, mistake.bare());
    }
    None
}

/// A sentence to copy for who has none yet.
pub(crate) fn example(key: gentle_dsl::Key) -> &'static str {
    match key {
        gentle_dsl::Key::RateLimit => "rate_limit = \"5/500ms\"",
        gentle_dsl::Key::Bulkhead => "bulkhead = \"16\"",
        gentle_dsl::Key::Timeout => "timeout = \"2s each attempt\"",
        _ => "retry = \"exp(100ms..30s), 5 attempts\"",
    }
}
