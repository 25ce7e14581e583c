use proc_macro2::{Delimiter, Group, Ident, Literal, TokenStream, TokenTree};
use quote::ToTokens;
use syn::LitStr;

use super::bare::Bare;
use super::errors::Errors;
use super::messages;

/// One argument of an attribute, in one of its shapes.
#[derive(Clone)]
pub(crate) struct Argument {
    pub(crate) key: Ident,
    pub(crate) value: Value,
}

#[derive(Clone)]
pub(crate) enum Value {
    /// `key`
    None,
    /// `key(tokens)`
    Bare(Group),
    /// `key = "text"`
    Text(LitStr),
    /// `key = anything else`
    Code(TokenStream),
}

impl Argument {
    /// Everything that was written, to underline it.
    pub(crate) fn tokens(&self) -> TokenStream {
        let mut tokens = self.key.to_token_stream();
        match &self.value {
            Value::None => {}
            Value::Bare(group) => group.to_tokens(&mut tokens),
            Value::Text(text) => text.to_tokens(&mut tokens),
            Value::Code(code) => code.to_tokens(&mut tokens),
        }
        tokens
    }
}

impl Value {
    /// The text of a sentence, in whichever spelling.
    pub(crate) fn written(&self) -> String {
        match self {
            Self::Text(text) => text.value(),
            Self::Bare(group) => Bare::new(group.stream()).text().to_owned(),
            Self::None | Self::Code(_) => String::new(),
        }
    }
}

/// Splits the inside of an attribute at its commas. What has no shape is reported and left out, the rest goes on.
pub(crate) fn split(attribute: TokenStream, errors: &Errors) -> Vec<Argument> {
    let mut arguments = Vec::new();
    let mut piece = Vec::new();
    for token in attribute {
        match token {
            TokenTree::Punct(comma)
                if comma.as_char() == ',' && !in_closure(&piece) && !in_generics(&piece) =>
            {
                read_piece(std::mem::take(&mut piece), &mut arguments, errors);
            }
            other => piece.push(other),
        }
    }
    read_piece(piece, &mut arguments, errors);
    arguments
}

// The commas of `|a, b| …` do not end an argument.
fn in_closure(piece: &[TokenTree]) -> bool {
    let bar = |token: &&TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '|');
    piece.iter().filter(bar).count() == 1
}

// Nor do those of `::<A, B>` and of `-> Result<A, B>`.
fn in_generics(piece: &[TokenTree]) -> bool {
    let (mut depth, mut arrow, mut before) = (0_usize, false, ' ');
    for token in piece {
        let punct = match token {
            TokenTree::Punct(punct) => punct.as_char(),
            _ => ' ',
        };
        match punct {
            '<' if arrow || depth > 0 || before == ':' => depth += 1,
            '>' if before == '-' => arrow = true,
            '>' if before != '=' => depth = depth.saturating_sub(1),
            _ => arrow &= punct == ':' || matches!(token, TokenTree::Ident(_)),
        }
        before = punct;
    }
    depth > 0
}

/// Reads what stands between two commas: one argument, or several that lack theirs.
fn read_piece(mut piece: Vec<TokenTree>, arguments: &mut Vec<Argument>, errors: &Errors) {
    while let Some(length) = complete(&piece) {
        let rest = piece.split_off(length);
        if let Some(next) = rest.first() {
            errors.mistake(next, &messages::comma_missing(errors.subject(), next));
        }
        arguments.extend(argument(&piece, errors));
        piece = rest;
    }
    arguments.extend(argument(&piece, errors));
}

/// Where an argument is complete and the next begins without a comma.
fn complete(piece: &[TokenTree]) -> Option<usize> {
    use TokenTree::{Group, Ident, Literal, Punct};
    let length = match piece {
        [Ident(_), Group(_), Ident(_), ..] => 2,
        [Ident(_), Punct(equals), Literal(value), Ident(_), ..]
            if equals.as_char() == '=' && is_text(value) =>
        {
            3
        }
        [Ident(_), Ident(_), Punct(equals), ..] if equals.as_char() == '=' => 1,
        _ => return None,
    };
    Some(length)
}

fn is_text(literal: &Literal) -> bool {
    text(literal).is_some()
}

fn argument(piece: &[TokenTree], errors: &Errors) -> Option<Argument> {
    match piece {
        [] => None,
        [TokenTree::Ident(key), rest @ ..] => {
            let value = value(key, rest, errors)?;
            Some(Argument { key: key.clone(), value })
        }
        [other, ..] => {
            errors.mistake(other, &messages::key_missing(errors.subject()));
            None
        }
    }
}

fn value(key: &Ident, rest: &[TokenTree], errors: &Errors) -> Option<Value> {
    match rest {
        [] => Some(Value::None),
        [TokenTree::Group(group)] => Some(Value::Bare(group.clone())),
        [TokenTree::Punct(equals), code @ ..] if equals.as_char() == '=' && !code.is_empty() => {
            Some(text_or_code(code))
        }
        other => {
            let place: TokenStream = other.iter().cloned().collect();
            errors.mistake(place, &messages::value_missing(errors.subject(), key, &written(other)));
            None
        }
    }
}

/// What someone wrote as a value, without the quotes and what stands in place of a `=`.
fn written(tokens: &[TokenTree]) -> String {
    let mut tokens = tokens;
    while let [TokenTree::Punct(_), rest @ ..] = tokens {
        tokens = rest;
    }
    match text_or_code(tokens) {
        Value::Text(text) => text.value(),
        Value::Code(code) => Bare::new(code).text().to_owned(),
        Value::None | Value::Bare(_) => String::new(),
    }
}

fn text_or_code(tokens: &[TokenTree]) -> Value {
    match tokens {
        [TokenTree::Literal(literal)] => match text(literal) {
            Some(text) => Value::Text(text),
            None => Value::Code(literal.to_token_stream()),
        },
        // A literal that came through another macro is wrapped in an invisible group.
        [TokenTree::Group(group)] if group.delimiter() == Delimiter::None => {
            text_or_code(&group.stream().into_iter().collect::<Vec<_>>())
        }
        _ => Value::Code(tokens.iter().cloned().collect()),
    }
}

fn text(literal: &Literal) -> Option<LitStr> {
    syn::parse2(literal.to_token_stream()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;

    /// Each argument as its key, its shape and its text; behind them what was said.
    fn read(attribute: TokenStream) -> (Vec<String>, String) {
        let errors = Errors::of("gentle");
        let shown = split(attribute, &errors).into_iter().map(|argument| {
            let key = argument.key;
            match argument.value {
                Value::None => format!("{key}"),
                Value::Bare(group) => format!("{key} bare {}", group.stream()),
                Value::Text(text) => format!("{key} text {}", text.value()),
                Value::Code(code) => format!("{key} code {code}"),
            }
        });
        (shown.collect(), errors.into_tokens().to_string())
    }

    fn arguments(attribute: TokenStream) -> Vec<String> {
        let (arguments, said) = read(attribute);
        assert_eq!(said, "");
        arguments
    }

    #[test]
    fn every_shape_is_told_apart() {
        let shapes = arguments(quote!(idempotent, retry(on), name = "a", policy = self.limits, count = 16,));
        assert_eq!(
            shapes,
            ["idempotent", "retry bare on", "name text a", "policy code self . limits", "count code 16"]
        );
    }

    #[test]
    fn the_commas_of_a_closure_do_not_end_an_argument() {
        let closures = arguments(quote!(cost = |a, b| a + b, on_event = |_| (), name = r"x"));
        assert_eq!(closures, ["cost code | a , b | a + b", "on_event code | _ | ()", "name text x"]);
    }

    #[test]
    fn the_commas_of_types_do_not_end_an_argument() {
        let read = |attribute| arguments(attribute).len();
        assert_eq!(read(quote!(fallback = HashMap::<K, Vec<V>>::new(), name = "x")), 2);
        assert_eq!(read(quote!(retry_if = |error| error.is::<Tagged<A, B>>(), name = "x")), 2);
        assert_eq!(
            read(quote!(fallback = |error| -> std::result::Result<u32, E> { Err(error) }, name = "x")),
            2
        );
        assert_eq!(read(quote!(fallback = a::B < 1, name = "x")), 2, "a comparison");
        assert_eq!(
            read(quote!(
                fallback = |e| match e {
                    _ => 1,
                },
                retry(on),
                name = "x"
            )),
            3
        );
    }

    #[test]
    fn a_text_that_came_through_another_macro_is_a_text() {
        let text = TokenTree::Group(Group::new(Delimiter::None, quote!("on")));
        assert_eq!(arguments(quote!(retry = #text)), ["retry text on"]);
    }

    #[test]
    fn reading_goes_on_where_a_comma_is_missing() {
        for attribute in [quote!(a = "1" b = "2", c), quote!(a("1") b("2"), c), quote!(a b = "2", c)] {
            let (read, said) = read(attribute);
            assert_eq!(read.len(), 3, "{read:?}");
            assert!(said.contains("a comma is missing before `b`"), "{said}");
        }
    }

    #[test]
    fn what_has_no_shape_is_left_out() {
        let (read, said) = read(quote!("on", retry: "on", timeout 2s, name =, c));
        assert_eq!(read, ["c"]);
        for help in
            ["begins with its key", r#"write `retry = \"on\"`"#, "or `timeout(2s)`", "write `name = …`"]
        {
            assert!(said.contains(help), "{said}");
        }
    }
}
