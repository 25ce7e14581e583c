use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::{
    Block, Expr, ExprAsync, GenericArgument, Item, ItemFn, PathArguments, ReturnType, Stmt, TraitItemFn,
    Type, TypeParamBound,
};

use crate::support::errors::Errors;
use crate::support::messages;

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
        match (&self.shape, &self.item.sig.output) {
            (Shape::AsyncTrait { output, .. }, _) | (_, ReturnType::Type(_, output)) => name_span(output),
            (_, ReturnType::Default) => self.item.sig.ident.span(),
        }
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
            let message = messages::not_a_function(matches!(other, Item::Impl(_)));
            syn::Error::new_spanned(head(item), message.bare())
        }
        Err(_) => error,
    }
}

/// An item without its attributes, up to its braces.
fn head(item: TokenStream) -> TokenStream {
    let is_attribute = |token: &TokenTree| match token {
        TokenTree::Punct(punct) => punct.as_char() == '#',
        TokenTree::Group(group) => group.delimiter() == Delimiter::Bracket,
        _ => false,
    };
    let head = item.into_iter().skip_while(is_attribute);
    head.take_while(
        |token| !matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace),
    )
    .collect()
}

// One token can be underlined: of `anyhow::Result<u32>`, the `Result`.
fn name_span(ty: &Type) -> Span {
    match ty {
        Type::Path(path) => path.path.segments.last().map_or_else(|| ty.span(), |last| last.ident.span()),
        _ => ty.span(),
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
