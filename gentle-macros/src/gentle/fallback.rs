//! `fallback`: what is answered when everything else has failed.

use proc_macro2::{Delimiter, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Expr, ExprLit, Ident, Lit, Token};

use super::expand::Names;
use crate::support::arguments::{Argument, Value};
use crate::support::errors::Errors;
use crate::support::{krate, messages};

/// What is asked, one after the other.
pub(crate) struct Fallbacks {
    /// `stale`, the word itself: before all others the cache is asked.
    pub(crate) stale: Option<Ident>,
    pub(crate) list: Vec<Answer>,
}

pub(crate) enum Answer {
    /// `default`
    Default(Span),
    /// A value, a function, a closure.
    Code(Box<Expr>),
}

impl Fallbacks {
    /// `fallback = code` or `fallback(code, code)`.
    pub(crate) fn read(argument: &Argument, errors: &Errors) -> Option<Self> {
        let mut list = match &argument.value {
            Value::Text(text) => vec![Expr::Lit(ExprLit { attrs: Vec::new(), lit: Lit::Str(text.clone()) })],
            Value::Code(code) => vec![expression(&argument.key, code, errors)?],
            Value::Bare(group) if group.delimiter() == Delimiter::Parenthesis => {
                expressions(&argument.key, &group.stream(), errors)?
            }
            Value::Bare(_) | Value::None => Vec::new(),
        };
        if list.is_empty() {
            errors.mistake(argument.tokens(), &messages::value_missing("fallback", &argument.key, ""));
            return None;
        }
        let bare = matches!(argument.value, Value::Bare(_));
        let stale = if bare { first_is_stale(&mut list) } else { None };
        let list: Option<Vec<Answer>> = list.into_iter().map(|code| answer(code, bare, errors)).collect();
        let read = Self { stale, list: list? };
        read.all_are_asked(errors);
        Some(read)
    }

    /// What may name the arguments of the call.
    pub(crate) fn code(&self) -> TokenStream {
        self.list.iter().map(Answer::code).collect()
    }

    // Behind a value that is always there nobody is asked.
    fn all_are_asked(&self, errors: &Errors) {
        for pair in self.list.windows(2) {
            if let [first, next] = pair {
                if first.is_always_there() {
                    errors.mistake(next.code(), &messages::never_asked());
                }
            }
        }
    }
}

impl Answer {
    fn code(&self) -> TokenStream {
        match self {
            Self::Default(span) => Ident::new("default", *span).into_token_stream(),
            Self::Code(code) => code.to_token_stream(),
        }
    }

    fn is_always_there(&self) -> bool {
        match self {
            Self::Default(_) => true,
            Self::Code(code) => matches!(**code, Expr::Lit(_)),
        }
    }
}

fn first_is_stale(list: &mut Vec<Expr>) -> Option<Ident> {
    let Some(Expr::Path(path)) = list.first() else { return None };
    let stale = path.path.get_ident().filter(|word| *word == "stale").cloned()?;
    list.remove(0);
    Some(stale)
}

/// Code, unless it is a word that stands for something.
fn answer(code: Expr, bare: bool, errors: &Errors) -> Option<Answer> {
    let word = match &code {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => text.value(),
        Expr::Path(path) => path.path.get_ident().map(ToString::to_string).unwrap_or_default(),
        _ => String::new(),
    };
    match word.as_str() {
        "on" | "off" => errors.mistake(&code, &messages::fallback_is_code(&word)),
        "default" if bare => return Some(Answer::Default(code.span())),
        "stale" if bare => errors.mistake(&code, &messages::stale_comes_first()),
        _ => return Some(Answer::Code(Box::new(code))),
    }
    None
}

pub(crate) fn expression(key: &Ident, code: &TokenStream, errors: &Errors) -> Option<Expr> {
    syn::parse2(code.clone()).map_err(|error| not_whole(key, &error, errors)).ok()
}

fn expressions(key: &Ident, code: &TokenStream, errors: &Errors) -> Option<Vec<Expr>> {
    let parser = Punctuated::<Expr, Token![,]>::parse_terminated;
    let list = parser.parse2(code.clone()).map_err(|error| not_whole(key, &error, errors)).ok()?;
    Some(list.into_iter().collect())
}

fn not_whole(key: &Ident, error: &syn::Error, errors: &Errors) {
    errors.at(key.span(), messages::not_an_expression(key, error).bare());
}

/// Behind the outcome of a call: the answers, one after the other.
pub(crate) fn expand(fallbacks: &Fallbacks, names: &Names) -> TokenStream {
    let Names { site, policies, outcome, failed, .. } = names;
    let mut code = TokenStream::new();
    let last = fallbacks.list.len().saturating_sub(1);
    for (index, answer) in fallbacks.list.iter().enumerate() {
        let asked = ask(answer);
        let fall_back = quote_spanned!(*site=> #policies.fall_back(#outcome));
        let (head, end, spared) = if index == last {
            (quote!(), quote!(), quote!(#outcome))
        } else {
            (quote!(let #outcome =), quote!(;), quote!(return #outcome))
        };
        code.extend(quote! {
            #head match #fall_back {
                ::core::ops::ControlFlow::Break(#outcome) => #spared,
                ::core::ops::ControlFlow::Continue(#failed) => #failed.#asked,
            } #end
        });
    }
    code
}

fn ask(answer: &Answer) -> TokenStream {
    match answer {
        Answer::Default(span) => {
            let method = Ident::new("default", krate::site(*span));
            quote!(#method())
        }
        Answer::Code(code) => {
            // Of a closure that takes the error, the type of the error is known before its body is looked at.
            let takes_error = matches!(&**code, Expr::Closure(closure) if closure.inputs.len() == 1);
            let method = if takes_error { "answer_with" } else { "answer" };
            let method = Ident::new(method, krate::site(code.span()));
            quote!(#method(#code).await)
        }
    }
}
