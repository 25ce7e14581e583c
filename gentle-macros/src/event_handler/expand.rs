use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{ItemFn, Type};

use super::attribute::Attribute;
use super::signature::{Arguments, Shape};
use crate::support::krate::{at, site};
use crate::support::{item, names};

/// What registers the function as a handler.
pub(crate) fn registration(attribute: &Attribute, function: &ItemFn, arguments: &Arguments) -> TokenStream {
    let krate = attribute.krate();
    let topic = topic(attribute, &arguments.event, &krate);
    let handler = handler(attribute, function, arguments, &krate);
    let takes = arguments.shapes.iter().filter_map(|shape| match shape {
        Shape::Injected(ty) => {
            let site = site(ty.span());
            Some(quote_spanned!(site=> .takes::<#ty>()))
        }
        _ => None,
    });
    let calls = attribute.calls();
    quote! {
        #topic
        #krate::__private::submit!(#krate::event::Registration::new(|| { #handler #(#takes)* #calls }));
    }
}

/// `Handler::new(…)`; what is said about the future as a whole is said at the name of the function.
fn handler(
    attribute: &Attribute,
    function: &ItemFn,
    arguments: &Arguments,
    krate: &TokenStream,
) -> TokenStream {
    let (ident, event) = (&function.sig.ident, &arguments.event);
    let site = site(ident.span());
    let delivery = delivery(site);
    let (name, outcome) = (name(attribute, ident), outcome(function, arguments, krate));
    let here = at(krate, site);
    quote_spanned! {site=>
        #here::event::Handler::new::<#event, _, _>(#name, #krate::here!(), |#delivery| async move { #outcome })
    }
}

/// `IntoOutcome::into_outcome(save_score(…).await)`; what is said about the outcome is said at the return type.
fn outcome(function: &ItemFn, arguments: &Arguments, krate: &TokenStream) -> TokenStream {
    let values = arguments.shapes.iter().map(|shape| value(shape, &arguments.event, krate));
    let site = site(item::output_span(&function.sig));
    let (krate, mut ident) = (at(krate, site), function.sig.ident.clone());
    ident.set_span(site);
    quote_spanned!(site=> #krate::event::IntoOutcome::into_outcome(#ident(#(#values),*).await))
}

fn value(shape: &Shape, event: &Type, krate: &TokenStream) -> TokenStream {
    let site = match shape {
        Shape::Injected(ty) => site(ty.span()),
        _ => site(event.span()),
    };
    let (krate, delivery) = (at(krate, site), delivery(site));
    match shape {
        Shape::Borrowed => quote_spanned!(site=> #delivery.event()),
        Shape::Shared => quote_spanned!(site=> #delivery.shared()),
        Shape::Owned => quote_spanned!(site=> #krate::__private::owned(&#delivery)),
        Shape::Injected(ty) => quote_spanned!(site=> #delivery.inject::<#ty>()?),
    }
}

fn delivery(site: Span) -> Ident {
    Ident::new("__delivery", site)
}

fn name(attribute: &Attribute, function: &Ident) -> TokenStream {
    if let Some(name) = &attribute.name {
        return name.to_token_stream();
    }
    let function = format!("::{}", function.unraw());
    quote!(::core::concat!(::core::module_path!(), #function))
}

/// The topic is the event's; writing it again is checked by the compiler.
fn topic(attribute: &Attribute, event: &Type, krate: &TokenStream) -> Option<TokenStream> {
    let topic = attribute.topic.as_ref()?;
    let (shown, site) = (names::written(event), site(topic.span()));
    let krate = at(krate, site);
    Some(quote_spanned! {site=>
        const _: () = {
            #[allow(unused_imports)]
            use #krate::__private::NoEvent;
            #krate::__private::same_topic(#shown, #krate::__private::TopicOf::<#event>::TOPIC, #topic);
        };
    })
}
