use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Field, Fields, ItemStruct, Type};

use super::attribute::Attribute;
use super::edges::{Source, Surroundings, is_injected, parameter};
use super::{is_marked, unmark};
use crate::support::errors::Errors;
use crate::support::krate::{at, site};
use crate::support::{messages, names};

pub(crate) fn expand(attribute: &Attribute, mut structure: ItemStruct, errors: &Errors) -> TokenStream {
    let sources = sources(&mut structure);
    check(&structure, errors);
    attribute.check_env(&sources, errors);
    let component = if errors.is_empty() {
        component(attribute, &structure, &sources)
    } else {
        stand_in(attribute, &structure)
    };
    let delegation = inner(&structure).map(|inner| delegation(attribute, &structure.ident, inner));
    quote!(#structure #component #delegation)
}

fn sources(structure: &mut ItemStruct) -> Vec<Source> {
    let newtype = matches!(structure.fields, Fields::Unnamed(_));
    structure.fields.iter_mut().map(|field| source(field, newtype)).collect()
}

fn source(field: &mut Field, newtype: bool) -> Source {
    let source = if newtype || is_marked(&field.attrs, "config") {
        Source::Configured
    } else if is_marked(&field.attrs, "inject") || is_injected(&field.ty) {
        Source::Injected
    } else {
        Source::Default
    };
    unmark(&mut field.attrs);
    source
}

fn check(structure: &ItemStruct, errors: &Errors) {
    let ident = &structure.ident;
    if !structure.generics.params.is_empty() {
        errors.mistake(&structure.generics, &messages::generic_service(ident));
    }
    if matches!(structure.fields, Fields::Unnamed(_)) && structure.fields.len() != 1 {
        errors.mistake(&structure.fields, &messages::not_a_newtype(ident, structure.fields.len()));
    }
    for field in &structure.fields {
        check_field(&field.ty, errors);
    }
}

fn check_field(ty: &Type, errors: &Errors) {
    let Type::Reference(reference) = ty else { return };
    if is_injected(&reference.elem) {
        errors.mistake(ty, &messages::injected_by_reference(&names::written(&reference.elem)));
    }
}

/// The service that a newtype wraps.
fn inner(structure: &ItemStruct) -> Option<&Type> {
    match &structure.fields {
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 && structure.generics.params.is_empty() => {
            fields.unnamed.first().map(|field| &field.ty)
        }
        _ => None,
    }
}

/// `impl Component for Leaderboard { … }` and its registration.
fn component(attribute: &Attribute, structure: &ItemStruct, sources: &[Source]) -> TokenStream {
    let (ty, around) = (&structure.ident, attribute.surroundings());
    let (krate, name, calls) = (&around.krate, attribute.name(ty), attribute.calls());
    let with = parameter(sources.iter().all(Source::is_default));
    let value = value(structure, sources, &around);
    let fields = structure.fields.iter().zip(sources);
    let edges = fields.map(|(field, source)| source.edge(&field.ty, &around));
    quote! {
        impl #krate::service::Component for #ty {
            fn definition() -> #krate::service::Definition {
                #krate::service::Definition::component(#name, #krate::here!(), |#with| ::core::result::Result::Ok(#value))
                #(#edges)* #calls
            }
        }
        #krate::__private::submit!(#krate::service::Registration::of::<#ty>());
    }
}

fn value(structure: &ItemStruct, sources: &[Source], around: &Surroundings) -> TokenStream {
    let fields = structure.fields.iter().zip(sources).map(|(field, source)| {
        let value = source.value(&field.ty, around);
        match &field.ident {
            Some(name) => quote!(#name: #value),
            None => value,
        }
    });
    match structure.fields {
        Fields::Named(_) => quote!(Self { #(#fields),* }),
        Fields::Unnamed(_) => quote!(Self(#(#fields),*)),
        Fields::Unit => quote!(Self),
    }
}

/// What keeps the uses of a broken service from failing too.
fn stand_in(attribute: &Attribute, structure: &ItemStruct) -> TokenStream {
    let wrong_shape = matches!(structure.fields, Fields::Unnamed(_)) && structure.fields.len() != 1;
    if wrong_shape || !structure.generics.params.is_empty() {
        return TokenStream::new();
    }
    let (krate, ty) = (attribute.krate(), &structure.ident);
    quote! {
        impl #krate::service::Component for #ty {
            fn definition() -> #krate::service::Definition {
                ::core::unreachable!()
            }
        }
    }
}

/// A newtype is the service inside it, under a name and a configuration of its own.
fn delegation(attribute: &Attribute, ty: &Ident, inner: &Type) -> TokenStream {
    let (krate, site) = (attribute.krate(), site(inner.span()));
    let here = at(&krate, site);
    let methods = ["start", "run", "stop"].map(|method| {
        let method = format_ident!("{method}");
        quote_spanned! {site=>
            async fn #method(&self, cx: &#here::service::Context) -> #here::service::Result {
                #here::service::Service::#method(&self.0, cx).await
            }
        }
    });
    quote! {
        impl #krate::service::Service for #ty { #(#methods)* }
        impl ::core::ops::Deref for #ty {
            type Target = #inner;
            fn deref(&self) -> &Self::Target { &self.0 }
        }
    }
}
