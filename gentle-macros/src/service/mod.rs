//! `#[service(…)]` on a struct, on a newtype over a service, on an async constructor function.

mod attribute;
mod constructor;
pub(crate) mod edges;
mod structure;

use proc_macro2::TokenStream;
use quote::quote;
use syn::Item;

use crate::support::errors::Errors;
use attribute::Attribute;

/// The item, without our field attributes, and what registers it.
pub(crate) fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let errors = Errors::default();
    let attribute = Attribute::parse(attribute, &errors);
    let expanded = match syn::parse2::<Item>(item.clone()) {
        Ok(Item::Struct(structure)) => structure::expand(&attribute, structure, &errors),
        Ok(Item::Fn(function)) => constructor::expand(&attribute, function, &errors),
        Ok(other) => {
            let help = "help: put it on a struct, or on an async function that makes the service";
            errors.on(&other, format!("service: this is neither a struct nor a function [G701]\n{help}"));
            item
        }
        Err(error) => {
            errors.push(error);
            item
        }
    };
    let errors = errors.into_tokens();
    quote!(#expanded #errors)
}
