use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::spanned::Spanned;
use syn::{GenericArgument, PathArguments, Type};

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

/// `.takes::<Svc<Database>>().at(here!())`, so that a missing dependency is reported where it is written.
pub(crate) fn takes(ty: &Type, krate: &TokenStream) -> TokenStream {
    quote_spanned!(ty.span()=> .takes::<#ty>().at(#krate::here!()))
}
