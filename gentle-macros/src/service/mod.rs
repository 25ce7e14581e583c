//! `#[service(…)]` on a struct, on a newtype over a service, on an async constructor function.

mod attribute;
mod constructor;
pub(crate) mod edges;
#[cfg(test)]
mod snapshot;
mod structure;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Attribute as Written, Field, Item};

use crate::support::errors::Errors;
use crate::support::guard::guard;
use crate::support::{item, messages};
use attribute::Attribute;

/// The item, without our field attributes, and what registers it.
pub(crate) fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    guard("service", item, |item| checked(attribute, item))
}

fn checked(attribute: TokenStream, item: &TokenStream) -> TokenStream {
    let errors = Errors::of("service");
    let attribute = Attribute::parse(attribute, &errors);
    let expanded = match syn::parse2::<Item>(item.clone()) {
        Ok(Item::Struct(structure)) => structure::expand(&attribute, structure, &errors),
        Ok(Item::Fn(function)) => constructor::expand(&attribute, function, &errors),
        Ok(other) => {
            errors.mistake(item::head(item.clone()), &messages::not_a_service());
            without_ours(other).into_token_stream()
        }
        Err(error) => {
            errors.push(error);
            item.clone()
        }
    };
    let errors = errors.into_tokens();
    quote!(#errors #expanded)
}

/// Whether one of our attributes is on a field or an argument.
fn is_marked(attributes: &[Written], name: &str) -> bool {
    attributes.iter().any(|attribute| attribute.path().is_ident(name))
}

/// Takes our attributes off.
fn unmark(attributes: &mut Vec<Written>) {
    attributes.retain(|attribute| {
        let path = attribute.path();
        !path.is_ident("config") && !path.is_ident("inject")
    });
}

// What is no service keeps its fields, and the compiler does not know our attributes on them.
fn without_ours(mut item: Item) -> Item {
    let unmark = |field: &mut Field| unmark(&mut field.attrs);
    match &mut item {
        Item::Enum(item) => {
            item.variants.iter_mut().flat_map(|variant| variant.fields.iter_mut()).for_each(unmark);
        }
        Item::Union(item) => item.fields.named.iter_mut().for_each(unmark),
        _ => {}
    }
    item
}
