//! `#[event_handler(…)]` on an async function.

mod attribute;
mod expand;
mod signature;
#[cfg(test)]
mod snapshot;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Item, ItemFn};

use crate::support::errors::Errors;
use crate::support::guard::guard;
use crate::support::{item, messages};
use attribute::Attribute;
use signature::Arguments;

/// The function, and the handler it is registered as.
pub(crate) fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    guard("event_handler", item, |item| checked(attribute, item))
}

fn checked(attribute: TokenStream, item: &TokenStream) -> TokenStream {
    let errors = Errors::of("event_handler");
    let attribute = Attribute::parse(attribute, &errors);
    let function = parse(item, &errors);
    let arguments = function.as_ref().and_then(|function| Arguments::read(&function.sig, &errors));
    let registration = match (function, arguments) {
        (Some(function), Some(arguments)) if errors.is_empty() => {
            expand::registration(&attribute, &function, &arguments)
        }
        _ => errors.into_tokens(),
    };
    quote!(#item #registration)
}

// The parser's own words are kept for what is not ours to explain, such as a body that is being typed.
fn parse(item: &TokenStream, errors: &Errors) -> Option<ItemFn> {
    match (syn::parse2(item.clone()), syn::parse2::<Item>(item.clone())) {
        (Ok(function), _) => return Some(function),
        (Err(_), Ok(other)) => {
            let is_impl = matches!(other, Item::Impl(_));
            errors.mistake(item::head(item.clone()), &messages::not_a_function(errors.subject(), is_impl));
        }
        (Err(error), Err(_)) => errors.push(error),
    }
    None
}
