use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{FnArg, ItemFn, PatType, ReturnType, Type};

use super::attribute::Attribute;
use super::edges::{Source, is_injected, parameter};
use super::{is_marked, unmark};
use crate::support::errors::Errors;
use crate::support::krate::{at, site};
use crate::support::{item, messages, names};

/// One argument: its type, and how it gets its value.
type Argument = (Type, Source);

/// The function, and the registration of the value it makes.
pub(crate) fn expand(attribute: &Attribute, mut function: ItemFn, errors: &Errors) -> TokenStream {
    let (types, sources): (Vec<Type>, Vec<Source>) = arguments(&mut function).into_iter().unzip();
    check(&function, errors);
    for ty in &types {
        check_argument(ty, errors);
    }
    attribute.check_env(&sources, errors);
    if !errors.is_empty() {
        return quote!(#function);
    }
    let registration = registration(attribute, &function, &types, &sources);
    quote!(#function #registration)
}

fn registration(attribute: &Attribute, function: &ItemFn, types: &[Type], sources: &[Source]) -> TokenStream {
    let (around, ident) = (attribute.surroundings(), &function.sig.ident);
    let (name, calls) = (attribute.name(ident), attribute.calls());
    let values = sources.iter().zip(types).map(|(source, ty)| source.value(ty, &around));
    let edges = sources.iter().zip(types).map(|(source, ty)| source.edge(ty, &around));
    let (krate, site) = (&around.krate, site(ident.span()));
    let made = made(function, krate, &quote!(#(#values),*));
    let with = parameter(sources.is_empty());
    let here = at(krate, site);
    let definition = quote_spanned!(site=> #here::service::Definition::constructor(#name, #krate::here!(), |#with| async move { #made }));
    quote! {
        #krate::__private::submit!(#krate::service::Registration::new(|| #definition #(#edges)* #calls));
    }
}

/// What is said about the value is said where the function says what it returns.
fn made(function: &ItemFn, krate: &TokenStream, arguments: &TokenStream) -> TokenStream {
    let site = site(item::output_span(&function.sig));
    let (krate, mut ident) = (at(krate, site), function.sig.ident.clone());
    ident.set_span(site);
    quote_spanned!(site=> #krate::__private::Made::made(#ident(#arguments).await))
}

fn arguments(function: &mut ItemFn) -> Vec<Argument> {
    let typed = function.sig.inputs.iter_mut().filter_map(|input| match input {
        FnArg::Typed(typed) => Some(typed),
        FnArg::Receiver(_) => None,
    });
    typed.map(argument).collect()
}

fn argument(argument: &mut PatType) -> Argument {
    let source = if is_marked(&argument.attrs, "config") { Source::Configured } else { Source::Injected };
    unmark(&mut argument.attrs);
    ((*argument.ty).clone(), source)
}

fn check(function: &ItemFn, errors: &Errors) {
    let sig = &function.sig;
    let ident = &sig.ident;
    if sig.asyncness.is_none() {
        errors.mistake(sig.fn_token, &messages::constructor_not_async(&format!("fn {ident}(…)")));
    }
    if let Some(receiver) = sig.receiver() {
        errors.mistake(receiver, &messages::constructor_with_self());
    }
    if matches!(sig.output, ReturnType::Default) {
        errors.mistake(ident, &messages::constructor_of_nothing(ident));
    }
    if !sig.generics.params.is_empty() {
        errors.mistake(&sig.generics, &messages::generic_constructor(ident));
    }
}

fn check_argument(ty: &Type, errors: &Errors) {
    let Type::Reference(reference) = ty else { return };
    if is_injected(&reference.elem) {
        errors.mistake(ty, &messages::injected_by_reference(&names::written(&reference.elem)));
    }
}
