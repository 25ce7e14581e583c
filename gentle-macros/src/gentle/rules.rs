//! `retry_if`, `failure_if` and `retry_after`: Rust beside the sentences.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Expr, Ident, Pat};

use super::attribute::Attribute;
use super::check::cannot_fail;
use super::expand::Names;
use super::function::Function;
use crate::support::krate;

/// The keys, in the order in which they are written out.
pub(crate) const KEYS: [&str; 3] = ["failure_if", "retry_if", "retry_after"];

/// One rule, as it was given.
pub(crate) struct Rule {
    pub(crate) key: Ident,
    pub(crate) code: Expr,
}

/// A value to copy for who has given none that can be read.
pub(crate) fn example(key: &str) -> &'static str {
    match key {
        "retry_after" => "MyError::retry_after",
        _ => "|error: &MyError| error.is_temporary()",
    }
}

/// `let __rules = Rules::<Output>::new().retry_if(…);`, where a rule is given.
pub(crate) fn expand(
    attribute: &Attribute,
    function: &Function,
    output: &TokenStream,
    names: &Names,
    krate: &TokenStream,
) -> Option<TokenStream> {
    attribute.rules.first()?;
    let Names { site, rules, .. } = names;
    let new = Ident::new(if judges_errors(attribute) { "new" } else { "nothing_fails" }, *site);
    let krate = krate::at(krate, *site);
    let mut code = quote_spanned!(*site=> #krate::policy::Rules::<#output>::#new());
    for key in KEYS {
        if let Some(rule) = attribute.rule(key) {
            code.extend(method(rule, function));
        }
    }
    Some(quote!(let #rules = #code;))
}

/// Whether an error is a failure just so. Where nobody asks, the return type need not have any.
fn judges_errors(attribute: &Attribute) -> bool {
    let repeats_alone = attribute.rule("retry_if").is_some() && !attribute.refuses();
    attribute.rule("failure_if").is_none() && !repeats_alone
}

/// `.retry_if(…)`. A closure that does not name the type of its argument learns it from the method, or gets it here where
/// the return type has no error in it.
fn method(rule: &Rule, function: &Function) -> TokenStream {
    let (mut code, output) = (rule.code.clone(), function.output());
    let mut about_error = false;
    if let Some(argument) = untyped(&mut code) {
        about_error = !cannot_fail(&output);
        if !about_error {
            *argument = Pat::Verbatim(quote!(#argument: &#output));
        }
    }
    let suffix = if about_error { "_err" } else { "" };
    let method = Ident::new(&format!("{}{suffix}", rule.key), krate::site(rule.key.span()));
    quote!(.#method(#code))
}

/// The argument of a closure that has one, without a type.
fn untyped(code: &mut Expr) -> Option<&mut Pat> {
    let Expr::Closure(closure) = code else { return None };
    closure.inputs.first_mut().filter(|argument| !matches!(argument, Pat::Type(_)))
}
