//! `policies!(…)`: policies in a `static` of the user's own.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use crate::gentle::attribute::Attribute;
use crate::gentle::expand::{features, observer};
use crate::support::errors::Errors;
use crate::support::guard::guard;
use crate::support::{krate, messages, tokens};

/// `Policies::of(…)`: a constant expression, also beside mistakes.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let none = of(&Attribute::default());
    guard("policies", none, |_| checked(input))
}

fn checked(input: TokenStream) -> TokenStream {
    let errors = Errors::of("gentle");
    let attribute = Attribute::parse("policies", input, &errors);
    if let Some(policy) = &attribute.policy {
        errors.mistake(policy, &messages::policy_in_policies());
    }
    if let Some(idempotent) = &attribute.idempotent {
        errors.mistake(idempotent, &messages::idempotent_in_policies());
    }
    let policies = of(&attribute);
    if errors.is_empty() {
        return policies;
    }
    let errors = errors.into_tokens();
    quote!({ #errors #policies })
}

fn of(attribute: &Attribute) -> TokenStream {
    let krate = krate::path(attribute.krate.as_ref());
    let place = || quote!(::core::concat!(::core::module_path!(), ":", ::core::line!()));
    let name = attribute.name.as_ref().map_or_else(place, ToTokens::to_token_stream);
    let set = tokens::policy_set(&attribute.set);
    let (imports, features) = (tokens::imports(&set, &krate), features(attribute, &krate));
    let (observer, told) = observer(attribute, &krate).unzip();
    let policies = quote!({
        #imports
        #features
        Policies::of(#name, #krate::here!(), const { &#set })#told
    });
    if observer.is_some() { quote!({ #observer #policies }) } else { policies }
}
