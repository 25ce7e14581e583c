//! `#[event_handler(…)]` on an async function.

mod attribute;
mod signature;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::ItemFn;
use syn::spanned::Spanned;

use crate::support::errors::Errors;
use attribute::Attribute;
use signature::{Arguments, Shape};

/// The function, and the handler it is registered as.
pub(crate) fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let errors = Errors::default();
    let attribute = Attribute::parse(attribute, &errors);
    let function = match syn::parse2::<ItemFn>(item.clone()) {
        Ok(function) => Some(function),
        Err(error) => {
            errors.push(explain(&item, error));
            None
        }
    };
    let registration = function.and_then(|function| {
        let arguments = Arguments::read(&function.sig, &errors)?;
        errors.is_empty().then(|| registration(&attribute, &function, &arguments))
    });
    let errors = errors.into_tokens();
    quote!(#item #registration #errors)
}

fn explain(item: &TokenStream, error: syn::Error) -> syn::Error {
    match syn::parse2::<syn::Item>(item.clone()) {
        Ok(other) => {
            let message = "event_handler: this is not a function [G016]\nhelp: put it on an `async fn`";
            syn::Error::new_spanned(other, message)
        }
        Err(_) => error,
    }
}

fn registration(attribute: &Attribute, function: &ItemFn, arguments: &Arguments) -> TokenStream {
    let krate = attribute.krate();
    let ident = &function.sig.ident;
    let event = &arguments.event;
    let name = match &attribute.name {
        Some(name) => name.to_token_stream(),
        None => {
            let ident = ident.to_string();
            quote!(::core::concat!(::core::module_path!(), "::", #ident))
        }
    };
    let values = arguments.shapes.iter().map(|shape| match shape {
        Shape::Borrowed => quote!(__delivery.event()),
        Shape::Shared => quote!(__delivery.shared()),
        Shape::Owned => quote_spanned!(event.span()=> __delivery.owned()),
        Shape::Injected(ty) => quote_spanned!(ty.span()=> __delivery.inject()?),
    });
    let takes = arguments.shapes.iter().filter_map(|shape| match shape {
        Shape::Injected(ty) => Some(quote_spanned!(ty.span()=> .takes::<#ty>())),
        _ => None,
    });
    let calls = attribute.calls();
    let topic = topic(attribute, event, &krate);
    let call =
        quote_spanned!(ident.span()=> #krate::event::IntoOutcome::into_outcome(#ident(#(#values),*).await));
    quote! {
        #topic
        #krate::__private::submit! {
            #krate::event::Registration::new(|| {
                #krate::event::Handler::new(#name, #krate::here!(), |__delivery: #krate::event::Delivery<#event>| async move {
                    #call
                })
                #(#takes)* #calls
            })
        }
    }
}

/// The topic is the event's; writing it again is checked by the compiler.
fn topic(attribute: &Attribute, event: &syn::Type, krate: &TokenStream) -> Option<TokenStream> {
    let topic = attribute.topic.as_ref()?;
    let event_name = event.to_token_stream().to_string();
    let message = format!(
        "event_handler: the topic of `{event_name}` is another one than `{}` [G901]; remove `topic`, or write the one of the event",
        topic.value()
    );
    Some(quote_spanned! {topic.span()=>
        const _: () = ::core::assert!(#krate::__private::same(<#event as #krate::event::Event>::TOPIC, #topic), #message);
    })
}
