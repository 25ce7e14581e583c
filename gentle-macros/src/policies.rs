//! `policies!(…)`: policies in a `static` of the user's own.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use crate::gentle::attribute::Attribute;
use crate::support::errors::Errors;
use crate::support::{krate, tokens};

/// `Policies::of(…)`: a constant expression.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let errors = Errors::default();
    let attribute = Attribute::parse(input, &errors);
    if let Some(policy) = &attribute.policy {
        errors.on(policy, "gentle: `policies!` makes policies, it takes none over [G012]\nhelp: name the policies themselves");
    }
    if !errors.is_empty() {
        let errors = errors.into_tokens();
        return quote!({ #errors });
    }
    let krate = krate::path(attribute.krate.as_ref());
    let name = match &attribute.name {
        Some(name) => name.to_token_stream(),
        None => quote!(::core::concat!(::core::module_path!(), ":", ::core::line!())),
    };
    let set = tokens::policy_set(&attribute.set, &quote!(#krate::policy));
    quote!(#krate::policy::Policies::of(#name, #krate::here!(), #set))
}
