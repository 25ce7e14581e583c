//! `#[derive(Event)]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{DeriveInput, LitStr, Meta, Path};

use crate::support::arguments::split;
use crate::support::errors::Errors;
use crate::support::options::{self, Keys};
use crate::support::{krate, names};

const KEYS: &[&str] = &["topic", "crate"];

/// `impl Event for ScoreRead { const TOPIC … }`.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let errors = Errors::default();
    let expanded = match syn::parse2::<DeriveInput>(input) {
        Ok(input) => implementation(&input, &errors),
        Err(error) => error.to_compile_error(),
    };
    let errors = errors.into_tokens();
    quote!(#expanded #errors)
}

#[derive(Default)]
struct Attribute {
    topic: Option<LitStr>,
    krate: Option<Path>,
}

// Even with a mistake in it the type is an event, so that its uses do not fail too.
fn implementation(input: &DeriveInput, errors: &Errors) -> TokenStream {
    let attribute = attribute(input, errors);
    if !input.generics.params.is_empty() {
        let help = "help: derive it on a concrete type, for a topic has one";
        errors.on(&input.generics, format!("event: an event is one concrete type [G801]\n{help}"));
        return TokenStream::new();
    }
    let (krate, ty) = (krate::path(attribute.krate.as_ref()), &input.ident);
    let topic = match &attribute.topic {
        Some(topic) => topic.value(),
        None => names::separated(&ty.to_string(), '-'),
    };
    quote! {
        impl #krate::event::Event for #ty {
            const TOPIC: &'static str = #topic;
        }
    }
}

fn attribute(input: &DeriveInput, errors: &Errors) -> Attribute {
    let mut parsed = Attribute::default();
    let mut keys = Keys::new("event", KEYS);
    for attribute in input.attrs.iter().filter(|attribute| attribute.path().is_ident("event")) {
        let Meta::List(list) = &attribute.meta else {
            errors.on(
                attribute,
                "event: the attribute says nothing [G802]\nhelp: write `#[event(topic = \"score.read\")]`",
            );
            continue;
        };
        for argument in split(list.tokens.clone(), errors) {
            if !keys.admit(&argument, errors) {
                continue;
            }
            match argument.key.to_string().as_str() {
                "topic" => parsed.topic = options::text("event", &argument, "score.read", errors),
                _ => parsed.krate = options::path("event", &argument, "my_crate::gentle", errors),
            }
        }
    }
    if let Some(topic) = &parsed.topic {
        check_topic(topic, errors);
    }
    parsed
}

/// A topic is words of letters, digits, `-` and `_`, between dots.
pub(crate) fn check_topic(topic: &LitStr, errors: &Errors) {
    let text = topic.value();
    let word = |word: &str| {
        !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
    };
    if text.split('.').all(word) && text.len() <= 128 {
        return;
    }
    let help = "help: write words of letters, digits, `-` and `_` between dots, such as `score.read`";
    errors.on(topic, format!("event: `{text}` is no topic [G803]\n{help}"));
}
