use std::time::Duration;

use gentle_dsl::{Retry, Setting};
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use syn::{LitStr, Path};

use crate::event::topic;
use crate::support::arguments::{Argument, Value, split};
use crate::support::errors::Errors;
use crate::support::options::{self, Keys};
use crate::support::{krate, messages, sentence, tokens};

const KEYS: &[&str] = &[
    "topic",
    "name",
    "concurrency",
    "retry",
    "timeout",
    "lease",
    "drain",
    "bulkhead",
    "rate_limit",
    "crate",
];

/// Without those that a handler does not take, which have a sentence of their own.
const LISTED: &[&str] = &["topic", "name", "concurrency", "retry", "timeout", "lease", "drain", "crate"];

/// What stands inside `#[event_handler(…)]`.
#[derive(Default)]
pub(crate) struct Attribute {
    pub(crate) topic: Option<LitStr>,
    pub(crate) name: Option<LitStr>,
    concurrency: Option<u32>,
    retry: Option<Setting<Retry>>,
    timeout: Option<Duration>,
    lease: Option<Duration>,
    drain: Option<Duration>,
    krate: Option<Path>,
}

impl Attribute {
    pub(crate) fn parse(attribute: TokenStream, errors: &Errors) -> Self {
        let mut parsed = Self::default();
        let mut keys = Keys::new(KEYS).listing(LISTED);
        for argument in split(attribute, errors) {
            if keys.admit(&argument, errors) {
                parsed.take(&argument, errors);
            }
        }
        parsed
    }

    pub(crate) fn krate(&self) -> TokenStream {
        krate::path(self.krate.as_ref())
    }

    /// `.concurrency(16).retry(…)…`
    pub(crate) fn calls(&self) -> TokenStream {
        let krate = self.krate();
        let mut calls = TokenStream::new();
        if let Some(concurrency) = self.concurrency.map(Literal::u32_unsuffixed) {
            calls.extend(quote!(.concurrency(#concurrency)));
        }
        match &self.retry {
            Some(Setting::On(retry)) => {
                let retry = tokens::retry(retry, &krate);
                calls.extend(quote!(.retry(#retry)));
            }
            Some(Setting::Off) => {
                calls.extend(quote!(.retry(::core::option::Option::None::<#krate::policy::Retry>)));
            }
            None => {}
        }
        for (limit, method) in [(self.timeout, "timeout"), (self.lease, "lease"), (self.drain, "drain")] {
            if let Some(limit) = limit.map(tokens::duration) {
                let method = format_ident!("{method}");
                calls.extend(quote!(.#method(#limit)));
            }
        }
        calls
    }

    fn take(&mut self, argument: &Argument, errors: &Errors) {
        match argument.key.to_string().as_str() {
            "topic" => self.topic = topic::read(argument, errors),
            "name" => self.name = options::text(argument, "save_score", errors),
            "concurrency" => self.concurrency = concurrency(argument, errors),
            "retry" => self.retry = sentence::read(argument, errors),
            "timeout" => self.timeout = options::duration(argument, errors),
            "lease" => self.lease = options::duration(argument, errors),
            "drain" => self.drain = options::duration(argument, errors),
            "bulkhead" => {
                let written = bulkhead(argument);
                errors.mistake(argument.tokens(), &messages::bulkhead_of_a_handler(&written));
            }
            "rate_limit" => {
                let subject = errors.subject();
                errors.mistake(argument.tokens(), &messages::not_there_yet(subject, &argument.key));
            }
            _ => self.krate = options::path(argument, "my_crate::gentle", errors),
        }
    }
}

fn concurrency(argument: &Argument, errors: &Errors) -> Option<u32> {
    let count = options::count(argument, errors)?;
    if count == 0 {
        errors.mistake(argument.tokens(), &messages::no_concurrency());
    }
    Some(count)
}

/// The number of a bulkhead, to be written as the concurrency.
fn bulkhead(argument: &Argument) -> String {
    let text = match &argument.value {
        Value::Text(text) => text.value(),
        Value::Bare(group) => group.stream().to_string(),
        Value::Code(code) => code.to_string(),
        Value::None => String::new(),
    };
    let count: String = text.chars().take_while(char::is_ascii_digit).collect();
    if count.trim_matches('0').is_empty() { "16".to_owned() } else { count }
}
