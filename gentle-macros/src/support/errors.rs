use std::cell::RefCell;
use std::fmt::Display;

use gentle_dsl::Mistake;
use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

/// Collects every mistake in one use of a macro, so that all of them are reported at once.
pub(crate) struct Errors {
    subject: &'static str,
    found: RefCell<Vec<syn::Error>>,
}

impl Errors {
    /// `subject` is what a message speaks of that is about no policy in particular: the macro.
    pub(crate) fn of(subject: &'static str) -> Self {
        Self { subject, found: RefCell::default() }
    }

    pub(crate) fn subject(&self) -> &'static str {
        self.subject
    }

    pub(crate) fn at(&self, span: Span, message: impl Display) {
        self.push(syn::Error::new(span, message));
    }

    /// Underlines all of `tokens`.
    pub(crate) fn on(&self, tokens: impl ToTokens, message: impl Display) {
        self.push(syn::Error::new_spanned(tokens, message));
    }

    /// Underlines all of `tokens`; the compiler's own picture stands for the one of the mistake.
    pub(crate) fn mistake(&self, tokens: impl ToTokens, mistake: &Mistake) {
        self.on(tokens, mistake.bare());
    }

    pub(crate) fn push(&self, error: syn::Error) {
        self.found.borrow_mut().push(error);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.found.borrow().is_empty()
    }

    /// One `compile_error!` for each mistake.
    pub(crate) fn into_tokens(self) -> TokenStream {
        self.found.into_inner().iter().map(syn::Error::to_compile_error).collect()
    }
}
