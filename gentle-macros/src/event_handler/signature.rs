use syn::{FnArg, GenericArgument, PathArguments, Signature, Type};

use crate::service::edges::is_injected;
use crate::support::errors::Errors;

/// The arguments of a handler, and which of them is the event.
pub(crate) struct Arguments {
    pub(crate) event: Type,
    pub(crate) shapes: Vec<Shape>,
}

/// How one argument gets its value.
pub(crate) enum Shape {
    /// `&ScoreRead`
    Borrowed,
    /// `Arc<ScoreRead>`
    Shared,
    /// `ScoreRead`
    Owned,
    /// `Svc<Database>` and its like
    Injected(Box<Type>),
}

impl Arguments {
    pub(crate) fn read(signature: &Signature, errors: &Errors) -> Option<Self> {
        check(signature, errors);
        let mut events = Vec::new();
        let mut shapes = Vec::new();
        for input in &signature.inputs {
            let FnArg::Typed(argument) = input else { continue };
            let (shape, event) = shape(&argument.ty);
            shapes.push(shape);
            events.extend(event.map(|event| (argument, event)));
        }
        match events.as_slice() {
            [(_, event)] => Some(Self { event: event.clone(), shapes }),
            [] => {
                let help = "help: take it as `event: &ScoreRead`";
                errors
                    .on(&signature.ident, format!("event_handler: no argument is the event [G904]\n{help}"));
                None
            }
            [_, others @ ..] => {
                let help = "help: keep one; services are taken as `Svc<T>`";
                let message =
                    format!("event_handler: a handler takes one event, this is another [G905]\n{help}");
                for (argument, _) in others {
                    errors.on(argument, &message);
                }
                None
            }
        }
    }
}

fn check(signature: &Signature, errors: &Errors) {
    if signature.asyncness.is_none() {
        let help = "help: write `async fn`; run what blocks in `spawn_blocking`";
        errors
            .on(signature.fn_token, format!("event_handler: a handler is an async function [G906]\n{help}"));
    }
    if !signature.generics.params.is_empty() {
        let help = "help: write a function for one event that calls the generic one";
        errors.on(
            &signature.generics,
            format!("event_handler: a generic function handles no event in particular [G907]\n{help}"),
        );
    }
    if let Some(receiver) = signature.receiver() {
        let help = "help: write a free function that takes the service as `Svc<T>`";
        errors.on(receiver, format!("event_handler: a handler has no `self` [G908]\n{help}"));
    }
}

fn shape(ty: &Type) -> (Shape, Option<Type>) {
    if is_injected(ty) {
        return (Shape::Injected(Box::new(ty.clone())), None);
    }
    if let Type::Reference(reference) = ty {
        return (Shape::Borrowed, Some((*reference.elem).clone()));
    }
    match inside_arc(ty) {
        Some(event) => (Shape::Shared, Some(event.clone())),
        None => (Shape::Owned, Some(ty.clone())),
    }
}

fn inside_arc(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == "Arc")?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first()? {
        GenericArgument::Type(event) => Some(event),
        _ => None,
    }
}
