use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{GenericArgument, PathArguments, Type};

use crate::support::krate::{at, site};

/// How a field or an argument gets its value.
pub(crate) enum Source {
    /// `Svc<T>` and its like, or `#[inject]`.
    Injected,
    /// `#[config]`, and the inside of a newtype.
    Configured,
    /// Everything else.
    Default,
}

/// What generated code knows beside the type: where gentle is, and where its configuration is read from.
pub(crate) struct Surroundings {
    pub(crate) krate: TokenStream,
    pub(crate) prefix: TokenStream,
}

impl Source {
    /// The value, out of what the service is built with.
    pub(crate) fn value(&self, ty: &Type, around: &Surroundings) -> TokenStream {
        let site = site(ty.span());
        let (krate, build) = (at(&around.krate, site), build(site));
        match self {
            Self::Injected => quote_spanned!(site=> #build.inject::<#ty>()?),
            Self::Configured => {
                quote_spanned!(site=> <#ty as #krate::config::FromSection>::from_section(&#build.section())?)
            }
            Self::Default => quote_spanned!(site=> #krate::__private::unset()),
        }
    }

    /// `.takes::<Svc<Database>>().at(here!())`, so that a missing dependency is reported where it is written, or
    /// `.configured::<Sqlite>(Some("SCORES_DB"))`, which is checked before anything starts.
    pub(crate) fn edge(&self, ty: &Type, around: &Surroundings) -> TokenStream {
        let (site, prefix) = (site(ty.span()), &around.prefix);
        let krate = at(&around.krate, site);
        match self {
            Self::Injected => quote_spanned!(site=> .takes::<#ty>().at(#krate::here!())),
            Self::Configured => quote_spanned!(site=> .configured::<#ty>(#prefix)),
            Self::Default => TokenStream::new(),
        }
    }

    pub(crate) fn is_default(&self) -> bool {
        matches!(self, Self::Default)
    }
}

/// What a service is built with, in generated code.
fn build(site: Span) -> Ident {
    Ident::new("__build", site)
}

/// It as the parameter of a closure, which has no name where nothing asks for it.
pub(crate) fn parameter(unused: bool) -> TokenStream {
    let build = build(Span::mixed_site());
    if unused { quote!(_) } else { quote!(#build) }
}

/// Whether a field or an argument of this type is injected rather than made: `Svc<T>`, `Option<Svc<T>>`, `Context`,
/// `Dispatcher`.
pub(crate) fn is_injected(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    let Some(last) = path.path.segments.last() else { return false };
    match last.ident.to_string().as_str() {
        "Svc" | "Context" | "Dispatcher" => true,
        "Option" => only_argument(&last.arguments).is_some_and(is_injected),
        _ => false,
    }
}

fn only_argument(arguments: &PathArguments) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = arguments else { return None };
    match arguments.args.first() {
        Some(GenericArgument::Type(ty)) if arguments.args.len() == 1 => Some(ty),
        _ => None,
    }
}
