//! The attribute and derive macros of gentle. Use them through the crate `gentle`, which documents and re-exports
//! them.
//!
//! Each macro is a pipeline that can be read off its folder: `parse` (tokens to our own model, every mistake
//! noted), `expand` (the model to code that calls ordinary typed functions). `support` knows no macro in
//! particular. Whatever is wrong with an attribute, the user's item is emitted, so that an editor keeps working.
#![forbid(unsafe_code)]

mod gentle;
mod policies;
mod support;

use proc_macro::TokenStream;

#[doc = include_str!("../docs/gentle.md")]
#[proc_macro_attribute]
pub fn gentle(attribute: TokenStream, item: TokenStream) -> TokenStream {
    gentle::expand(attribute.into(), item.into()).into()
}

#[doc = include_str!("../docs/policies.md")]
#[proc_macro]
pub fn policies(input: TokenStream) -> TokenStream {
    policies::expand(input.into()).into()
}
