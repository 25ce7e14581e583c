//! `#[derive(Event)]`.

mod attribute;
#[cfg(test)]
mod snapshot;
pub(crate) mod topic;

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Data, DeriveInput};

use crate::support::errors::Errors;
use crate::support::guard::guard;
use crate::support::krate::{at, site};
use crate::support::{messages, names};
use attribute::Attribute;

/// `impl Event for ScoreRead { const TOPIC … }`.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    // The item itself is the compiler's: a derive only adds to it.
    guard("event", TokenStream::new(), |_| checked(input))
}

fn checked(input: TokenStream) -> TokenStream {
    let errors = Errors::of("event");
    let expanded = match syn::parse2::<DeriveInput>(input) {
        Ok(input) => implementation(&input, &errors),
        Err(error) => error.to_compile_error(),
    };
    let errors = errors.into_tokens();
    quote!(#errors #expanded)
}

// Even with a mistake in it the type is an event, so that its uses do not fail too.
fn implementation(input: &DeriveInput, errors: &Errors) -> TokenStream {
    let attribute = Attribute::parse(input, errors);
    check(input, errors);
    let (krate, ty) = (attribute.krate(), &input.ident);
    let topic = match &attribute.topic {
        Some(topic) => topic.value(),
        None => names::separated(&ty.to_string(), '-'),
    };
    let (site, topic) = (site(ty.span()), quote!(const TOPIC: &'static str = #topic;));
    if errors.is_empty() {
        let krate = at(&krate, site);
        return quote_spanned!(site=> impl #krate::event::Event for #ty { #topic });
    }
    let (generics, arguments, bounds) = input.generics.split_for_impl();
    let bounds = bounds.map(|bounds| &bounds.predicates);
    let bounds = bounds.into_iter().flatten();
    let storable = quote!(#krate::event::Storable + ::core::marker::Send + ::core::marker::Sync + 'static);
    quote! {
        impl #generics #krate::event::Event for #ty #arguments where #(#bounds,)* Self: #storable { #topic }
    }
}

fn check(input: &DeriveInput, errors: &Errors) {
    let ident = &input.ident;
    if !input.generics.params.is_empty() {
        errors.mistake(&input.generics, &messages::generic_event(ident));
    }
    if matches!(input.data, Data::Union(_)) {
        errors.mistake(ident, &messages::union_event(ident));
    }
}
