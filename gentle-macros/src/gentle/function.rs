use proc_macro2::{Ident, Span, TokenStream};
use syn::{
    Block, Expr, ExprAsync, FnArg, GenericArgument, Item, ItemFn, PathArguments, ReturnType, Stmt,
    TraitItemFn, Type, TypeParamBound,
};

use super::each::bound;
use crate::support::errors::Errors;
use crate::support::{item, messages};

/// The annotated function, in one of the two shapes whose body can be awaited.
pub(crate) struct Function {
    pub(crate) item: ItemFn,
    pub(crate) shape: Shape,
}

pub(crate) enum Shape {
    /// `async fn`
    Async,
    /// What `#[async_trait]` makes of one: `fn … -> Pin<Box<dyn Future<Output = R>>> { Box::pin(async move { … }) }`
    AsyncTrait { output: Box<Type>, body: Box<Block> },
    /// A function that blocks; kept to say what is wrong with it.
    Blocking,
}

impl Function {
    pub(crate) fn parse(item: TokenStream, errors: &Errors) -> Option<Self> {
        match syn::parse2::<ItemFn>(item.clone()) {
            Ok(item) => Some(Self { shape: shape(&item), item }),
            Err(error) => {
                errors.push(explain(item, error));
                None
            }
        }
    }

    /// The return type, as the caller of an attempt sees it.
    pub(crate) fn output(&self) -> Type {
        match (&self.shape, &self.item.sig.output) {
            (Shape::AsyncTrait { output, .. }, _) | (_, ReturnType::Type(_, output)) => (**output).clone(),
            (_, ReturnType::Default) => syn::parse_quote!(()),
        }
    }

    /// Where the return type is written, for what the compiler has to say about it; the name where there is none.
    pub(crate) fn output_span(&self) -> Span {
        match &self.shape {
            Shape::AsyncTrait { output, .. } => item::name_span(output),
            Shape::Async | Shape::Blocking => item::output_span(&self.item.sig),
        }
    }

    /// The names that the arguments have in the body.
    pub(crate) fn arguments(&self) -> Vec<Ident> {
        let mut names = Vec::new();
        for input in &self.item.sig.inputs {
            match input {
                FnArg::Receiver(receiver) => names.push(Ident::from(receiver.self_token)),
                FnArg::Typed(typed) => bound(&typed.pat, &mut names),
            }
        }
        names
    }

    pub(crate) fn body(&self) -> &Block {
        match &self.shape {
            Shape::AsyncTrait { body, .. } => body,
            Shape::Async | Shape::Blocking => &self.item.block,
        }
    }
}

// The parser's own words are kept for what is not ours to explain, such as a body that is being typed.
fn explain(item: TokenStream, error: syn::Error) -> syn::Error {
    if let Ok(declared) = syn::parse2::<TraitItemFn>(item.clone()) {
        return syn::Error::new_spanned(declared.sig, messages::no_body().bare());
    }
    match syn::parse2::<Item>(item.clone()) {
        Ok(other) => {
            let message = messages::not_a_function("gentle", matches!(other, Item::Impl(_)));
            syn::Error::new_spanned(item::head(item), message.bare())
        }
        Err(_) => error,
    }
}

fn shape(item: &ItemFn) -> Shape {
    if item.sig.asyncness.is_some() {
        return Shape::Async;
    }
    match (boxed_output(&item.sig.output), boxed_body(&item.block)) {
        (Some(output), Some(body)) => {
            Shape::AsyncTrait { output: Box::new(output.clone()), body: Box::new(body.clone()) }
        }
        _ => Shape::Blocking,
    }
}

// `Pin<Box<dyn Future<Output = R> + Send + 'a>>`
fn boxed_output(output: &ReturnType) -> Option<&Type> {
    let ReturnType::Type(_, pinned) = output else { return None };
    let Type::TraitObject(future) = argument(argument(pinned, "Pin")?, "Box")? else { return None };
    future.bounds.iter().find_map(|bound| {
        let TypeParamBound::Trait(bound) = bound else { return None };
        let last = bound.path.segments.last().filter(|last| last.ident == "Future")?;
        let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
        arguments.args.iter().find_map(|argument| match argument {
            GenericArgument::AssocType(assoc) if assoc.ident == "Output" => Some(&assoc.ty),
            _ => None,
        })
    })
}

fn argument<'a>(ty: &'a Type, name: &str) -> Option<&'a Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

// `Box::pin(async move { … })` as the last expression
fn boxed_body(block: &Block) -> Option<&Block> {
    let Some(Stmt::Expr(Expr::Call(call), None)) = block.stmts.last() else { return None };
    let Expr::Path(function) = &*call.func else { return None };
    if function.path.segments.last()?.ident != "pin" {
        return None;
    }
    match call.args.first()? {
        Expr::Async(ExprAsync { block, .. }) => Some(block),
        _ => None,
    }
}
