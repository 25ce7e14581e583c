use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use proc_macro2::{Span, TokenStream};
use quote::quote;

use super::errors::Errors;
use super::messages;

/// Runs a macro. Should it fail in a way that nobody foresaw, the user's code stays as it was, beside an error that
/// says whose fault it is.
pub(crate) fn guard(
    macro_name: &str,
    untouched: TokenStream,
    expand: impl FnOnce() -> TokenStream,
) -> TokenStream {
    match catch_unwind(AssertUnwindSafe(expand)) {
        Ok(expanded) => expanded,
        Err(panic) => {
            let errors = Errors::default();
            errors.at(Span::call_site(), messages::our_own(macro_name, said(&*panic)).bare());
            let errors = errors.into_tokens();
            quote!(#errors #untouched)
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

    #[test]
    fn what_a_macro_makes_is_passed_on() {
        assert_eq!(guard("gentle", quote!(mine), || quote!(made)).to_string(), "made");
    }

    #[test]
    fn the_item_outlives_a_panic() {
        let tokens = guard(
            "gentle",
            quote!(
                fn mine() {}
            ),
            || panic!("no {}", "way"),
        )
        .to_string();
        assert!(tokens.ends_with("fn mine () { }"), "{tokens}");
        for said in ["no way", "gentle: the macro itself failed", "please report it"] {
            assert!(tokens.contains(said), "{tokens}");
        }
    }
}
