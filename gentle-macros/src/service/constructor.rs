use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{FnArg, ItemFn, PatType, ReturnType};

use super::attribute::Attribute;
use super::{edges, structure};
use crate::support::errors::Errors;

/// The function, and the registration of the value it makes.
pub(crate) fn expand(attribute: &Attribute, mut function: ItemFn, errors: &Errors) -> TokenStream {
    check(&function, errors);
    let arguments = arguments(&mut function);
    if !errors.is_empty() {
        return quote!(#function);
    }
    let krate = attribute.krate();
    let ident = &function.sig.ident;
    let (name, calls) = (attribute.name(ident), attribute.calls());
    let values = arguments.iter().map(|argument| argument.value(&krate));
    let edges = arguments.iter().map(|argument| argument.edge(attribute, &krate));
    quote! {
        #function
        #krate::__private::submit! {
            #krate::service::Registration::new(|| {
                #krate::service::Definition::constructor(#name, #krate::here!(), |__build| async move {
                    let _ = &__build;
                    ::core::result::Result::Ok(#ident(#(#values),*).await?)
                })
                #(#edges)* #calls
            })
        }
    }
}

struct Argument {
    ty: syn::Type,
    configured: bool,
}

impl Argument {
    fn value(&self, krate: &TokenStream) -> TokenStream {
        if self.configured {
            quote_spanned!(self.ty.span()=> #krate::config::FromSection::from_section(&__build.section())?)
        } else {
            quote_spanned!(self.ty.span()=> __build.inject()?)
        }
    }

    fn edge(&self, attribute: &Attribute, krate: &TokenStream) -> TokenStream {
        if self.configured {
            structure::configured(&self.ty, attribute)
        } else {
            edges::takes(&self.ty, krate)
        }
    }
}

fn arguments(function: &mut ItemFn) -> Vec<Argument> {
    let typed = function.sig.inputs.iter_mut().filter_map(|input| match input {
        FnArg::Typed(typed) => Some(typed),
        FnArg::Receiver(_) => None,
    });
    typed.map(argument).collect()
}

fn argument(argument: &mut PatType) -> Argument {
    let configured = argument.attrs.iter().any(|attribute| attribute.path().is_ident("config"));
    argument.attrs.retain(|attribute| !attribute.path().is_ident("config"));
    Argument { ty: (*argument.ty).clone(), configured }
}

fn check(function: &ItemFn, errors: &Errors) {
    let sig = &function.sig;
    if sig.asyncness.is_none() {
        let help = "help: write `async fn`";
        errors.on(sig.fn_token, format!("service: a constructor is an async function [G707]\n{help}"));
    }
    if !sig.generics.params.is_empty() {
        let help = "help: write a function for one concrete type";
        errors.on(&sig.generics, format!("service: a service is one concrete type [G704]\n{help}"));
    }
    if let Some(receiver) = sig.receiver() {
        let help = "help: write a free function";
        errors.on(receiver, format!("service: a constructor has no `self` [G708]\n{help}"));
    }
    if matches!(sig.output, ReturnType::Default) {
        let help = "help: return `Result<T, E>`: the value, or why there is none";
        errors.on(&sig.ident, format!("service: a constructor returns what it makes [G709]\n{help}"));
    }
}
