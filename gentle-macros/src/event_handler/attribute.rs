use std::time::Duration;

use gentle_dsl::{Retry, Setting};
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use syn::{LitStr, Path};

use crate::event::check_topic;
use crate::support::arguments::{Argument, split};
use crate::support::errors::Errors;
use crate::support::options::{self, Keys};
use crate::support::{krate, sentence, tokens};

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
        let mut keys = Keys::new("event_handler", KEYS);
        for argument in split(attribute, errors) {
            if keys.admit(&argument, errors) {
                parsed.take(&argument, errors);
            }
        }
        if let Some(topic) = &parsed.topic {
            check_topic(topic, errors);
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
                let retry = tokens::retry(retry, &quote!(#krate::policy));
                calls.extend(quote!(.retry(#retry)));
            }
            Some(Setting::Off) => calls
                .extend(quote!(.retry(#krate::policy::Retry::new(#krate::policy::Backoff::Now).attempts(1)))),
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
        let attribute = "event_handler";
        match argument.key.to_string().as_str() {
            "topic" => self.topic = options::text(attribute, argument, "score.read", errors),
            "name" => self.name = options::text(attribute, argument, "save_score", errors),
            "concurrency" => self.concurrency = concurrency(argument, errors),
            "retry" => self.retry = sentence::read(argument, errors),
            "timeout" => self.timeout = options::duration(attribute, argument, errors),
            "lease" => self.lease = options::duration(attribute, argument, errors),
            "drain" => self.drain = options::duration(attribute, argument, errors),
            "bulkhead" => {
                let help = "help: write `concurrency = 16`";
                let message =
                    "event_handler: how many events are handled at once is its `concurrency` [G902]";
                errors.on(argument.tokens(), format!("{message}\n{help}"));
            }
            "rate_limit" => {
                let help = "help: put `#[gentle(rate_limit = …)]` on the function that makes the call";
                errors.on(
                    argument.tokens(),
                    format!("event_handler: `rate_limit` is not there yet [G009]\n{help}"),
                );
            }
            _ => self.krate = options::path(attribute, argument, "my_crate::gentle", errors),
        }
    }
}

fn concurrency(argument: &Argument, errors: &Errors) -> Option<u32> {
    let count = options::count("event_handler", argument, errors)?;
    if count == 0 {
        let help = "help: write `concurrency = 1` for one after the other";
        errors.on(argument.tokens(), format!("event_handler: nothing is handled by nobody [G903]\n{help}"));
    }
    Some(count)
}
