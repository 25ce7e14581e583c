//! The arguments, for more than one use.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::spanned::Spanned;
use syn::{FnArg, Pat, PatIdent, PatType, ReceiverKind, Signature, Type};

use super::mentions::Mentions;

/// How an argument that is taken by value is had again, shown at a place of its own.
pub(crate) type Copying<'a> = &'a dyn Fn(&TokenStream, Span) -> TokenStream;

/// The arguments that one use would use up.
#[derive(Default)]
pub(crate) struct Again {
    /// `let x = copy(&x);` for each of them.
    pub(crate) copies: TokenStream,
    /// What is no plain name has one now, for what was passed.
    taken_apart: Vec<(Pat, Ident)>,
}

impl Again {
    /// Of all arguments, or of those that are mentioned beside the body.
    pub(crate) fn of(signature: &mut Signature, all: bool, mentions: &Mentions, copy: Copying<'_>) -> Self {
        let mut again = Self::default();
        for (index, input) in signature.inputs.iter_mut().enumerate() {
            let FnArg::Typed(argument) = input else { continue };
            let mentioned = mentions.any_of(&argument.pat);
            if all || mentioned {
                // It has its use there.
                let unused = mentioned.then(|| quote!(#[allow(unused_variables)]));
                again.argument(argument, index, &unused.unwrap_or_default(), copy);
            }
        }
        again
    }

    fn argument(&mut self, argument: &mut PatType, index: usize, unused: &TokenStream, copy: Copying<'_>) {
        let mutable = match &*argument.ty {
            Type::Reference(reference) if reference.mutability.is_none() => return,
            Type::Reference(_) => true,
            _ => false,
        };
        let pattern = (*argument.pat).clone();
        let parameter = match &pattern {
            Pat::Wild(_) => return,
            Pat::Ident(PatIdent { by_ref: None, subpat: None, ident, .. }) => ident.clone(),
            _ => {
                let parameter = format_ident!("__argument{index}", span = Span::mixed_site());
                self.taken_apart.push((pattern.clone(), parameter.clone()));
                parameter
            }
        };
        *argument.pat = Pat::Ident(PatIdent {
            attrs: Vec::new(),
            by_ref: None,
            mutability: None,
            ident: parameter.clone(),
            subpat: None,
        });
        // What the user allows for the argument holds where its name is bound now.
        let attrs = std::mem::take(&mut argument.attrs);
        self.copies.extend(if mutable {
            quote!(#unused #(#attrs)* let #pattern = &mut *#parameter;)
        } else {
            let copy = copy(&parameter.into_token_stream(), last_span(&argument.ty));
            quote!(#unused #(#attrs)* let #pattern = #copy;)
        });
    }

    /// `let (a, b) = &x;` for everything that is taken apart, for who wants to look at its parts before the first use.
    pub(crate) fn parts(&self) -> TokenStream {
        let parts = self.taken_apart.iter();
        parts
            .map(|(pattern, parameter)| quote!(#[allow(unused_variables)] let #pattern = &#parameter;))
            .collect()
    }

    /// The names inside of what was passed, for code behind the last use that mentions them.
    pub(crate) fn named(&self, mentions: &Mentions) -> TokenStream {
        let mentioned = self.taken_apart.iter().filter(|(pattern, _)| mentions.any_of(pattern));
        let named = mentioned.map(
            |(pattern, parameter)| quote!(#[allow(unused_mut, unused_variables)] let #pattern = #parameter;),
        );
        named.collect()
    }

    /// `let __self = …;` where a use would use up the receiver; whether it does.
    pub(crate) fn receiver(
        &mut self,
        signature: &mut Signature,
        name: &Ident,
        moved: bool,
        copy: Copying<'_>,
    ) -> bool {
        let Some(FnArg::Receiver(receiver)) = signature.inputs.first_mut() else { return false };
        match &receiver.kind {
            ReceiverKind::Reference(_, _, mutability) => {
                let reborrowed = moved && mutability.is_some();
                if reborrowed {
                    self.copies.extend(quote!(let #name = &mut *self;));
                }
                reborrowed
            }
            ReceiverKind::Typed(_, ty) if matches!(&**ty, Type::Reference(_)) => false,
            _ => {
                let mutability = receiver.mutability.take();
                let copy = copy(&receiver.self_token.into_token_stream(), receiver.self_token.span());
                self.copies.extend(quote!(let #mutability #name = #copy;));
                true
            }
        }
    }
}

// Together with the name in front of it, it underlines the whole argument.
fn last_span(ty: &Type) -> Span {
    ty.to_token_stream().into_iter().last().map_or_else(|| ty.span(), |token| token.span())
}
