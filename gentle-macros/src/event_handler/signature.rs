use syn::{FnArg, GenericArgument, PatType, PathArguments, Signature, Type, TypeReference};

use crate::service::edges::is_injected;
use crate::support::errors::Errors;
use crate::support::{messages, names};

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
    /// The arguments, if one of them is the event.
    pub(crate) fn read(signature: &Signature, errors: &Errors) -> Option<Self> {
        check(signature, errors);
        let mut events = Vec::new();
        let mut shapes = Vec::new();
        for input in &signature.inputs {
            let FnArg::Typed(argument) = input else { continue };
            let (shape, event) = shape(&argument.ty, errors);
            shapes.push(shape);
            events.extend(event.map(|event| (argument, event)));
        }
        check_events(signature, &events, errors);
        let (_, event) = events.into_iter().next()?;
        Some(Self { event, shapes })
    }
}

fn check(signature: &Signature, errors: &Errors) {
    let ident = &signature.ident;
    if signature.asyncness.is_none() {
        errors.mistake(signature.fn_token, &messages::handler_not_async(&format!("fn {ident}(…)")));
    }
    if !signature.generics.params.is_empty() {
        errors.mistake(&signature.generics, &messages::generic_handler(ident));
    }
    if let Some(receiver) = signature.receiver() {
        errors.mistake(receiver, &messages::handler_with_self());
    }
}

fn check_events(signature: &Signature, events: &[(&PatType, Type)], errors: &Errors) {
    match events {
        [(first, _), others @ ..] => {
            let first = names::written(&first.pat);
            for (argument, _) in others {
                let other = names::written(&argument.ty);
                errors.mistake(argument, &messages::two_events(&first, &other));
            }
        }
        // What is said about a service that is taken for the event says enough.
        [] if errors.is_empty() => {
            errors.mistake(&signature.ident, &messages::no_event(&signature.ident));
        }
        [] => {}
    }
}

fn shape(ty: &Type, errors: &Errors) -> (Shape, Option<Type>) {
    if is_injected(ty) {
        return (Shape::Injected(Box::new(ty.clone())), None);
    }
    if let Type::Reference(reference) = ty {
        return borrowed(reference, errors);
    }
    match inside_arc(ty) {
        Some(event) => (Shape::Shared, Some(event.clone())),
        None => (Shape::Owned, Some(ty.clone())),
    }
}

fn borrowed(reference: &TypeReference, errors: &Errors) -> (Shape, Option<Type>) {
    let inner = &*reference.elem;
    if is_injected(inner) {
        errors.mistake(reference, &messages::service_by_reference(&names::written(inner)));
        return (Shape::Injected(Box::new(inner.clone())), None);
    }
    if reference.mutability.is_some() {
        errors.mistake(reference, &messages::event_by_mutable_reference(&names::written(inner)));
    }
    (Shape::Borrowed, Some(inner.clone()))
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
