use std::ops::Range;

use gentle_dsl::{Key, Mistake};
use quote::ToTokens;
use syn::{FnArg, PatType, Receiver, ReceiverKind, ReturnType, Type, TypeReference};

use super::attribute::Attribute;
use super::cached;
use super::function::{Function, Shape};
use crate::support::bare::Bare;
use crate::support::errors::Errors;
use crate::support::{messages, sentence};

/// The rules that need both the attribute and the function.
pub(crate) fn check(attribute: &Attribute, function: &Function, errors: &Errors) {
    blocking(attribute, function, errors);
    if matches!(function.shape, Shape::Blocking) {
        return;
    }
    keys(attribute, function, errors);
    cached::check(attribute, function, errors);
    unmarked(attribute, function, errors);
    if attribute.hedges() {
        shared_mutably(function, errors);
    }
    if attribute.key(Key::Retry).is_some() {
        if attribute.rule("retry_if").is_none() {
            infallible(function, messages::cannot_fail, errors);
        }
        returned_loan(function, errors);
    }
    if attribute.key(Key::Fallback).is_some() {
        infallible(function, |_| messages::never_fails(), errors);
    }
}

fn unmarked(attribute: &Attribute, function: &Function, errors: &Errors) {
    let (Some(hedge), None) = (&attribute.hedge, &attribute.idempotent) else { return };
    sentence::refuse(hedge, messages::not_idempotent(&function.item.sig.ident), begin, errors);
}

// `after` and its time, or all where there is no `after`.
fn begin(written: &str) -> Range<usize> {
    let Some(start) = written.find("after") else { return 0..written.len() };
    let rest = &written[start + "after".len()..];
    let blank = rest.len() - rest.trim_start().len();
    let time = rest[blank..].find([' ', ',']).unwrap_or(rest.len() - blank);
    start..start + "after".len() + blank + time
}

fn shared_mutably(function: &Function, errors: &Errors) {
    for input in &function.item.sig.inputs {
        match input {
            FnArg::Receiver(receiver) if receiver_is_lent_mutably(receiver) => {
                errors.mistake(receiver, &messages::shared_mutably("self", "self"));
            }
            FnArg::Typed(PatType { pat, ty, .. }) => {
                if let Type::Reference(TypeReference { mutability: Some(_), elem, .. }) = &**ty {
                    let name = Bare::new(pat.to_token_stream()).text().to_owned();
                    let lent = Bare::new(elem.to_token_stream()).text().to_owned();
                    errors.mistake(input, &messages::shared_mutably(&name, &lent));
                }
            }
            FnArg::Receiver(_) => {}
        }
    }
}

fn receiver_is_lent_mutably(receiver: &Receiver) -> bool {
    match &receiver.kind {
        ReceiverKind::Reference(_, _, mutability) => mutability.is_some(),
        ReceiverKind::Typed(_, ty) => {
            matches!(&**ty, Type::Reference(reference) if reference.mutability.is_some())
        }
        _ => false,
    }
}

fn blocking(attribute: &Attribute, function: &Function, errors: &Errors) {
    if !matches!(function.shape, Shape::Blocking) {
        return;
    }
    let mistake = match attribute.key(Key::Timeout) {
        Some(_) => messages::blocking(),
        None => messages::not_async(&function.item.sig.ident),
    };
    errors.mistake(function.item.sig.fn_token, &mistake);
}

fn keys(attribute: &Attribute, function: &Function, errors: &Errors) {
    let arguments = function.arguments();
    attribute.each.iter().for_each(|each| each.check(&arguments, errors));
}

fn infallible(function: &Function, mistake: impl Fn(Option<String>) -> Mistake, errors: &Errors) {
    let output = function.output();
    if matches!(function.item.sig.output, ReturnType::Default) && matches!(function.shape, Shape::Async) {
        errors.mistake(&function.item.sig.ident, &mistake(None));
    } else if cannot_fail(&output) {
        let written = Bare::new(output.to_token_stream()).text().to_owned();
        errors.mistake(&output, &mistake(Some(written)));
    }
}

// Only what cannot be an alias of a `Result`; the rest is left to the compiler, which knows the type.
pub(crate) fn cannot_fail(output: &Type) -> bool {
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

fn returned_loan(function: &Function, errors: &Errors) {
    if lends_mutably(&function.output()) && borrows_mutably(function) {
        errors.mistake(function.output(), &messages::lent_twice());
    }
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
