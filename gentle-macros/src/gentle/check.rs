use gentle_dsl::Key;
use syn::{FnArg, Ident, ReceiverKind, ReturnType, Type};

use super::attribute::Attribute;
use super::function::{Function, Shape};
use crate::support::errors::Errors;

/// The rules that need both the attribute and the function.
pub(crate) fn check(attribute: &Attribute, function: &Function, errors: &Errors) {
    blocking(attribute, function, errors);
    if matches!(function.shape, Shape::Blocking) {
        return;
    }
    if let Some(retry) = attribute.key(Key::Retry) {
        infallible(function, errors);
        returned_loan(retry, function, errors);
    }
}

fn blocking(attribute: &Attribute, function: &Function, errors: &Errors) {
    if !matches!(function.shape, Shape::Blocking) {
        return;
    }
    let name = &function.item.sig.ident;
    let help = "help: make it `async`, or run the blocking part in `spawn_blocking` inside an async function";
    let message = if attribute.key(Key::Timeout).is_some() {
        format!("timeout: a blocking function cannot be stopped from outside [G510]\n{help}")
    } else {
        format!("gentle: `{name}` is not async, and waiting in it would block a whole thread [G014]\n{help}")
    };
    errors.on(function.item.sig.fn_token, message);
}

fn infallible(function: &Function, errors: &Errors) {
    let message = "retry: this return type cannot fail [G310]\nhelp: return `Result`, or give `retry_if = |v: &u32| ...`";
    let output = function.output();
    if matches!(function.item.sig.output, ReturnType::Default) && matches!(function.shape, Shape::Async) {
        errors.on(&function.item.sig.ident, message.replace(", or give `retry_if = |v: &u32| ...`", ""));
    } else if cannot_fail(&output) {
        errors.on(&output, message.replace("u32", &quote::quote!(#output).to_string()));
    }
}

// Only what cannot be an alias of a `Result`; the rest is left to the compiler, which knows the type.
fn cannot_fail(output: &Type) -> bool {
    const PLAIN: [&str; 17] = [
        "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64",
        "u128", "usize", "String",
    ];
    match output {
        Type::Tuple(_) | Type::Reference(_) | Type::Array(_) => true,
        Type::Path(path) => {
            path.path.get_ident().is_some_and(|ident| PLAIN.iter().any(|plain| ident == plain))
        }
        _ => false,
    }
}

fn returned_loan(retry: &Ident, function: &Function, errors: &Errors) {
    if !lends_mutably(&function.output()) || !borrows_mutably(function) {
        return;
    }
    let message = "retry: what is lent out mutably cannot be lent again to a second attempt [G312]";
    let help = "help: return the value itself or a shared `&`, or remove";
    errors.on(function.output(), format!("{message}\n{help} `{retry}`"));
}

fn lends_mutably(output: &Type) -> bool {
    let text = quote::quote!(#output).to_string();
    let mut words = text.split_whitespace();
    words.any(|word| word == "&") && text.split_whitespace().any(|word| word == "mut")
}

fn borrows_mutably(function: &Function) -> bool {
    function.item.sig.inputs.iter().any(|input| match input {
        FnArg::Receiver(receiver) => matches!(receiver.kind, ReceiverKind::Reference(_, _, Some(_))),
        FnArg::Typed(typed) => {
            matches!(&*typed.ty, Type::Reference(reference) if reference.mutability.is_some())
        }
    })
}
