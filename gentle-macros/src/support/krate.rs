use proc_macro2::TokenStream;
use quote::quote;

/// Where generated code finds gentle: `::gentle`, or what `crate = path` says.
pub(crate) fn path(given: Option<&syn::Path>) -> TokenStream {
    given.map_or_else(|| quote!(::gentle), |path| quote!(#path))
}
