//! `cache`: what stands around the attempts of a function whose answers are kept.

use gentle_dsl::{Cache, Key, Setting};
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::{GenericArgument, PathArguments, Type};

use super::attribute::Attribute;
use super::expand::{Names, output};
use super::function::Function;
use crate::support::errors::Errors;
use crate::support::{krate, messages};

/// Whether answers are kept, as far as the attribute can tell.
pub(crate) fn is_kept(attribute: &Attribute) -> bool {
    matches!(attribute.set.cache, Some(Setting::On(_)))
}

/// The rules that need both the cache and the function.
pub(crate) fn check(attribute: &Attribute, function: &Function, errors: &Errors) {
    let (Some(Setting::On(cache)), Some((written, place))) = (&attribute.set.cache, &attribute.cache) else {
        return;
    };
    if let Some(key) = &attribute.cache_key {
        key.check(&function.arguments(), errors);
    }
    let arguments: Vec<Ident> = function.arguments().into_iter().filter(|name| name != "self").collect();
    if cache.keyed().is_none() && !arguments.is_empty() {
        let names: Vec<String> = arguments.iter().map(ToString::to_string).collect();
        errors.mistake(place, &messages::one_answer_for_all(written, &names));
    }
    if is_lent(&function.output()) {
        errors.mistake(function.output(), &messages::lent_answer());
    }
    stale(attribute, cache, errors);
}

fn stale(attribute: &Attribute, cache: &Cache, errors: &Errors) {
    // A fallback that is wrong may have been meant for them.
    if attribute.key(Key::Fallback).is_some() && attribute.fallbacks.is_none() {
        return;
    }
    if let (Some((written, place)), Some(_), false) =
        (&attribute.cache, cache.stays(), attribute.stale().is_some())
    {
        errors.mistake(place, &messages::stale_for_nobody(written));
    }
}

/// Whether the value in a `Result` holds a reference.
fn is_lent(output: &Type) -> bool {
    let value = value(output).unwrap_or(output).to_token_stream();
    let mut tokens = value.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let is_lifetime = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '\'');
        let is_static = matches!(tokens.peek(), Some(TokenTree::Ident(name)) if name == "static");
        let is_reference = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '&');
        let has_lifetime = matches!(tokens.peek(), Some(TokenTree::Punct(punct)) if punct.as_char() == '\'');
        if is_lifetime && !is_static || is_reference && !has_lifetime {
            return true;
        }
    }
    false
}

fn value(output: &Type) -> Option<&Type> {
    let Type::Path(path) = output else { return None };
    let PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(value) => Some(value),
        _ => None,
    })
}

/// What there is already, or else what the attempts make of it. The name of the operation tells it apart from all others,
/// and from itself with other types.
pub(crate) fn around(
    attribute: &Attribute,
    function: &Function,
    (parts, mutable): (&TokenStream, &[Ident]),
    (begin, attempts): (&TokenStream, &TokenStream),
    (names, krate): (&Names, &TokenStream),
) -> TokenStream {
    let Names { policies, call, recall, outcome, site, .. } = names;
    let (here, output) = (krate::at(krate, *site), output(function));
    let errors =
        attribute.set.cache.and_then(Setting::on).is_some_and(|cache| cache.keeps_errors().is_some());
    let sort = if errors { quote!(Outcomes) } else { quote!(Values) };
    let (import, key) = match &attribute.cache_key {
        Some(key) => (quote!(use #krate::__private::AsPolicyKey as _;), key.tokens(mutable)),
        None => (TokenStream::new(), quote!(&())),
    };
    let or_stale = attribute.stale().is_some();
    let recalled = quote_spanned! {*site=>
        #policies.recall::<#here::policy::cache::#sort, #output, _>(
            #key, ::core::any::type_name_of_val(&|| ()), #or_stale
        ).await
    };
    let keep = quote_spanned!(*site=> #recall.keep(#outcome, &#call));
    quote! {
        match { #import #parts #recalled } {
            ::core::ops::ControlFlow::Break(#outcome) => #outcome,
            ::core::ops::ControlFlow::Continue(#recall) => {
                #begin
                #recall.prepare(&mut #call);
                let #outcome = #attempts;
                #keep
            }
        }
    }
}
