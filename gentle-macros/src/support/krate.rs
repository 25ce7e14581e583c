use proc_macro2::{Span, TokenStream};
use quote::quote;

/// Where generated code finds gentle: `::gentle`, or what `crate = path` says.
pub(crate) fn path(given: Option<&syn::Path>) -> TokenStream {
    given.map_or_else(|| quote!(::gentle), |path| quote!(#path))
}

/// Generated code that the compiler shows at `span` when it has something to say about it.
pub(crate) fn site(span: Span) -> Span {
    Span::mixed_site().located_at(span)
}

/// The path, shown at `span` too.
pub(crate) fn at(path: &TokenStream, span: Span) -> TokenStream {
    let moved = path.clone().into_iter().map(|mut token| {
        token.set_span(span);
        token
    });
    moved.collect()
}
