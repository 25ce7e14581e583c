use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use proc_macro2::{Span, TokenStream};

use super::errors::Errors;
use super::messages;

/// Runs a macro on an item. Should it fail in a way that nobody foresaw, the item stays as it was, beside an error
/// that says whose fault it is.
pub(crate) fn guard(
    macro_name: &'static str,
    item: TokenStream,
    expand: impl FnOnce(&TokenStream) -> TokenStream,
) -> TokenStream {
    match catch_unwind(AssertUnwindSafe(|| expand(&item))) {
        Ok(expanded) => expanded,
        Err(panic) => {
            let errors = Errors::of(macro_name);
            errors.at(Span::call_site(), messages::our_own(macro_name, said(&*panic)).bare());
            errors.into_tokens().into_iter().chain(item).collect()
        }
    }
}

fn said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("it said nothing")
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;

    #[test]
    fn what_a_macro_makes_is_passed_on() {
        assert_eq!(guard("gentle", quote!(mine), |item| quote!(#item made)).to_string(), "mine made");
    }

    #[test]
    fn the_item_outlives_a_panic() {
        let item = quote!(
            fn mine() {}
        );
        let tokens = guard("gentle", item, |_| panic!("no {}", "way")).to_string();
        assert!(tokens.ends_with("fn mine () { }"), "{tokens}");
        for said in ["no way", "gentle: the macro itself failed", "please report it"] {
            assert!(tokens.contains(said), "{tokens}");
        }
    }
}
