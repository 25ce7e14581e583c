use proc_macro2::TokenStream;
use syn::{DeriveInput, LitStr, Meta, Path};

use super::topic;
use crate::support::arguments::{Argument, split};
use crate::support::errors::Errors;
use crate::support::options::{self, Keys};
use crate::support::{krate, messages};

const KEYS: &[&str] = &["topic", "crate"];

/// What stands inside `#[event(…)]`.
#[derive(Default)]
pub(crate) struct Attribute {
    pub(crate) topic: Option<LitStr>,
    krate: Option<Path>,
}

impl Attribute {
    pub(crate) fn parse(input: &DeriveInput, errors: &Errors) -> Self {
        let mut parsed = Self::default();
        let mut keys = Keys::new(KEYS);
        for attribute in input.attrs.iter().filter(|attribute| attribute.path().is_ident("event")) {
            let arguments = match &attribute.meta {
                Meta::List(list) if !list.tokens.is_empty() => split(list.tokens.clone(), errors),
                _ => {
                    errors.mistake(attribute, &messages::empty_event_attribute());
                    continue;
                }
            };
            let known = arguments.iter().filter(|argument| keys.admit(argument, errors));
            known.for_each(|argument| parsed.take(argument, errors));
        }
        parsed
    }

    pub(crate) fn krate(&self) -> TokenStream {
        krate::path(self.krate.as_ref())
    }

    fn take(&mut self, argument: &Argument, errors: &Errors) {
        if argument.key == "topic" {
            self.topic = topic::read(argument, errors);
        } else {
            self.krate = options::path(argument, "my_crate::gentle", errors);
        }
    }
}
