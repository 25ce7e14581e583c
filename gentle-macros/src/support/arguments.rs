use proc_macro2::{Group, Ident, Literal, TokenStream, TokenTree};
use quote::ToTokens;
use syn::LitStr;

use super::errors::Errors;

/// One argument of an attribute, in one of its three shapes.
pub(crate) struct Argument {
    pub(crate) key: Ident,
    pub(crate) value: Value,
}

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

/// Splits the inside of an attribute at its commas. What has no shape is reported and left out, the rest goes on.
pub(crate) fn split(attribute: TokenStream, errors: &Errors) -> Vec<Argument> {
    let mut arguments = Vec::new();
    let mut piece = Vec::new();
    for token in attribute {
        match token {
            TokenTree::Punct(comma) if comma.as_char() == ',' && !in_closure(&piece) => {
                arguments.extend(argument(std::mem::take(&mut piece), errors));
            }
            other => piece.push(other),
        }
    }
    arguments.extend(argument(piece, errors));
    arguments
}

// The commas of `|a, b| …` do not end an argument.
fn in_closure(piece: &[TokenTree]) -> bool {
    let bar = |token: &&TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '|');
    piece.iter().filter(bar).count() == 1
}

fn argument(piece: Vec<TokenTree>, errors: &Errors) -> Option<Argument> {
    let mut rest = piece.into_iter();
    let key = match rest.next()? {
        TokenTree::Ident(key) => key,
        other => {
            errors.on(other, "gentle: an argument begins with its key [G017]\nhelp: write `key = \"value\"`");
            return None;
        }
    };
    let value = value(&key, rest.collect(), errors)?;
    Some(Argument { key, value })
}

fn value(key: &Ident, mut rest: Vec<TokenTree>, errors: &Errors) -> Option<Value> {
    if rest.is_empty() {
        return Some(Value::None);
    }
    let first = rest.remove(0);
    match first {
        TokenTree::Group(group) if rest.is_empty() => Some(Value::Bare(group)),
        TokenTree::Punct(equals) if equals.as_char() == '=' && !rest.is_empty() => Some(text_or_code(rest)),
        other => {
            let help = format!("help: write `{key} = \"value\"` or `{key}(value)`");
            errors.on(other, format!("gentle: `{key}` has no value [G018]\n{help}"));
            None
        }
    }
}

fn text_or_code(tokens: Vec<TokenTree>) -> Value {
    match tokens.as_slice() {
        [TokenTree::Literal(literal)] => match text(literal) {
            Some(text) => Value::Text(text),
            None => Value::Code(literal.to_token_stream()),
        },
        // A literal that came through another macro is wrapped in an invisible group.
        [TokenTree::Group(group)] if group.delimiter() == proc_macro2::Delimiter::None => {
            text_or_code(group.stream().into_iter().collect())
        }
        _ => Value::Code(tokens.into_iter().collect()),
    }
}

fn text(literal: &Literal) -> Option<LitStr> {
    syn::parse2(literal.to_token_stream()).ok()
}
