//! The attribute and derive macros of gentle. Use them through the crate `gentle`, which documents and re-exports
//! them.
//!
//! Each macro is a pipeline that can be read off its folder: `parse` (tokens to our own model, every mistake
//! noted), `expand` (the model to code that calls ordinary typed functions). `support` knows no macro in
//! particular. Whatever is wrong with an attribute, the user's item is emitted, so that an editor keeps working.
#![forbid(unsafe_code)]

mod event;
mod event_handler;
mod gentle;
mod policies;
mod service;
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

#[doc = include_str!("../docs/service.md")]
#[proc_macro_attribute]
pub fn service(attribute: TokenStream, item: TokenStream) -> TokenStream {
    service::expand(attribute.into(), item.into()).into()
}

#[doc = include_str!("../docs/event.md")]
#[proc_macro_derive(Event, attributes(event))]
pub fn event(input: TokenStream) -> TokenStream {
    event::expand(input.into()).into()
}

#[doc = include_str!("../docs/event_handler.md")]
#[proc_macro_attribute]
pub fn event_handler(attribute: TokenStream, item: TokenStream) -> TokenStream {
    event_handler::expand(attribute.into(), item.into()).into()
}
