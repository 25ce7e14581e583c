//! `#[derive(Event)]`.

mod attribute;
#[cfg(test)]
mod snapshot;
pub(crate) mod topic;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput};

use crate::support::errors::Errors;
use crate::support::guard::guard;
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
    let topic = quote!(const TOPIC: &'static str = #topic;);
    if errors.is_empty() {
        return quote!(impl #krate::event::Event for #ty { #topic });
    }
    stand_in(input, &krate, &topic)
}

/// What keeps the uses of a broken event from failing too: where it is generic, under the bounds of an event.
fn stand_in(input: &DeriveInput, krate: &TokenStream, topic: &TokenStream) -> TokenStream {
    if matches!(input.data, Data::Union(_)) {
        return TokenStream::new();
    }
    let (ty, private) = (&input.ident, quote!(#krate::__private));
    let (generics, arguments, bounds) = input.generics.split_for_impl();
    if input.generics.params.is_empty() {
        return quote!(impl #krate::event::Event for #ty { #topic });
    }
    let bounds = bounds.into_iter().flat_map(|bounds| &bounds.predicates);
    quote! {
        impl #generics #krate::event::Event for #ty #arguments
        where
            #(#bounds,)*
            Self: #private::Serialize + #private::DeserializeOwned
                + ::core::marker::Send + ::core::marker::Sync + 'static,
        {
            #topic
        }
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
