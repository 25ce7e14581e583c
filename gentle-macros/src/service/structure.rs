use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Field, Fields, Ident, ItemStruct, Type};

use super::attribute::Attribute;
use super::edges;
use crate::support::errors::Errors;

/// A field attribute of ours: taken off before the struct is emitted.
const CONFIG: &str = "config";

/// How one field gets its value.
enum Source {
    /// `Svc<T>` and its like, or `#[inject]`.
    Injected,
    /// `#[config]`, and the inside of a newtype.
    Configured,
    /// Everything else.
    Default,
}

pub(crate) fn expand(attribute: &Attribute, mut structure: ItemStruct, errors: &Errors) -> TokenStream {
    let sources = sources(&mut structure);
    check(&structure, attribute, &sources, errors);
    if !errors.is_empty() {
        return quote!(#structure);
    }
    let component = component(attribute, &structure, &sources);
    let delegation = match &structure.fields {
        Fields::Unnamed(_) => delegation(attribute, &structure),
        Fields::Named(_) | Fields::Unit => TokenStream::new(),
    };
    quote!(#structure #component #delegation)
}

fn sources(structure: &mut ItemStruct) -> Vec<Source> {
    let newtype = matches!(structure.fields, Fields::Unnamed(_));
    structure.fields.iter_mut().map(|field| source(field, newtype)).collect()
}

fn source(field: &mut Field, newtype: bool) -> Source {
    let ours = |name: &str| field.attrs.iter().any(|attribute| attribute.path().is_ident(name));
    let source = if ours(CONFIG) || newtype {
        Source::Configured
    } else if ours("inject") || edges::is_injected(&field.ty) {
        Source::Injected
    } else {
        Source::Default
    };
    field
        .attrs
        .retain(|attribute| !attribute.path().is_ident(CONFIG) && !attribute.path().is_ident("inject"));
    source
}

fn check(structure: &ItemStruct, attribute: &Attribute, sources: &[Source], errors: &Errors) {
    if !structure.generics.params.is_empty() {
        let help = "help: make a newtype of one concrete type and put `#[service]` on that";
        errors.on(&structure.generics, format!("service: a service is one concrete type [G704]\n{help}"));
    }
    if let (Fields::Unnamed(fields), false) = (&structure.fields, structure.fields.len() == 1) {
        let help = "help: give the fields names, or wrap exactly one service";
        errors.on(fields, format!("service: a tuple struct wraps one service [G705]\n{help}"));
    }
    if let Some(env) = &attribute.env
        && !sources.iter().any(|source| matches!(source, Source::Configured))
    {
        let help = "help: remove `env`, or mark the field that is read from it `#[config]`";
        errors.on(env, format!("service: nothing in it is configured [G706]\n{help}"));
    }
}

/// `impl Component for Leaderboard { … }` and its registration.
fn component(attribute: &Attribute, structure: &ItemStruct, sources: &[Source]) -> TokenStream {
    let krate = attribute.krate();
    let ty = &structure.ident;
    let name = attribute.name(ty);
    let value = value(structure, sources, &krate);
    let edges = edges(structure, sources, attribute, &krate);
    let calls = attribute.calls();
    // A struct without fields does not look at what it is built with.
    quote! {
        impl #krate::service::Component for #ty {
            fn definition() -> #krate::service::Definition {
                #krate::service::Definition::new(#name, #krate::here!(), |__build| {
                    let _ = __build;
                    ::core::result::Result::Ok(#value)
                })
                #edges #calls
            }
        }
        #krate::__private::submit! { #krate::service::Registration::of::<#ty>() }
    }
}

fn value(structure: &ItemStruct, sources: &[Source], krate: &TokenStream) -> TokenStream {
    let ty = &structure.ident;
    let fields = structure.fields.iter().zip(sources).map(|(field, source)| {
        let (span, value) = (field.ty.span(), field_value(field, source, krate));
        match &field.ident {
            Some(name) => quote_spanned!(span=> #name: #value),
            None => value,
        }
    });
    match structure.fields {
        Fields::Named(_) => quote!(#ty { #(#fields),* }),
        Fields::Unnamed(_) => quote!(#ty(#(#fields),*)),
        Fields::Unit => quote!(#ty),
    }
}

fn field_value(field: &Field, source: &Source, krate: &TokenStream) -> TokenStream {
    let span = field.ty.span();
    match source {
        Source::Injected => quote_spanned!(span=> __build.inject()?),
        Source::Configured => {
            quote_spanned!(span=> #krate::config::FromSection::from_section(&__build.section())?)
        }
        Source::Default => quote_spanned!(span=> ::core::default::Default::default()),
    }
}

fn edges(
    structure: &ItemStruct,
    sources: &[Source],
    attribute: &Attribute,
    krate: &TokenStream,
) -> TokenStream {
    let fields = structure.fields.iter().zip(sources);
    let mut edges = TokenStream::new();
    for (field, source) in fields {
        edges.extend(match source {
            Source::Injected => edges::takes(&field.ty, krate),
            Source::Configured => configured(&field.ty, attribute),
            Source::Default => TokenStream::new(),
        });
    }
    edges
}

/// `.configured::<Sqlite>("SCORES_DB")`: checked with all configuration before anything starts.
pub(super) fn configured(ty: &Type, attribute: &Attribute) -> TokenStream {
    let prefix = match &attribute.env {
        Some(prefix) => quote!(::core::option::Option::Some(#prefix)),
        None => quote!(::core::option::Option::None),
    };
    quote_spanned!(ty.span()=> .configured::<#ty>(#prefix))
}

/// A newtype is the service inside it, under a name and a configuration of its own.
fn delegation(attribute: &Attribute, structure: &ItemStruct) -> TokenStream {
    let krate = attribute.krate();
    let ty = &structure.ident;
    let Some(inner) = structure.fields.iter().next().map(|field| &field.ty) else {
        return TokenStream::new();
    };
    let methods = ["start", "run", "stop"].map(|method| {
        let method = Ident::new(method, Span::call_site());
        quote_spanned! {inner.span()=>
            fn #method(
                &self,
                cx: &#krate::service::Context,
            ) -> impl ::core::future::Future<Output = #krate::service::Result> + ::core::marker::Send {
                #krate::service::Service::#method(&self.0, cx)
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
