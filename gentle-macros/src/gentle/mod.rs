//! `#[gentle(…)]` on an async function.

mod again;
pub(crate) mod attribute;
mod cached;
mod check;
mod each;
pub(crate) mod expand;
mod fallback;
mod function;
mod mentions;
mod receiver;
mod rules;
#[cfg(test)]
mod snapshot;

use proc_macro2::TokenStream;
use quote::quote;

use crate::support::errors::Errors;
use crate::support::guard::guard;
use attribute::Attribute;
use function::Function;

/// The item with its policies around its body; as it was, with every mistake beside it, when there is one.
pub(crate) fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    guard("gentle", item, |item| checked(attribute, item))
}

fn checked(attribute: TokenStream, item: &TokenStream) -> TokenStream {
    let errors = Errors::of("gentle");
    let attribute = Attribute::parse("gentle", attribute, &errors);
    let function = Function::parse(item.clone(), &errors);
    if let Some(function) = &function {
        check::check(&attribute, function, &errors);
    }
    match function {
        Some(function) if errors.is_empty() => expand::expand(&attribute, function),
        _ => {
            let errors = errors.into_tokens();
            quote!(#errors #item)
        }
    }
}
