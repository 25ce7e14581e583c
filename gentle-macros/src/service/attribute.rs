use std::time::Duration;

use gentle_dsl::{Retry, Setting};
use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::{Expr, ExprLit, Lit, LitStr, Path};

use super::edges::{Source, Surroundings};
use crate::support::arguments::{Argument, split};
use crate::support::errors::Errors;
use crate::support::options::{self, Keys};
use crate::support::{krate, messages, names, sentence, tokens};

const KEYS: &[&str] =
    &["name", "deps", "wants", "optional", "retry", "start_timeout", "stop_timeout", "env", "crate"];

/// What stands inside `#[service(…)]`.
#[derive(Default)]
pub(crate) struct Attribute {
    name: Option<LitStr>,
    deps: Vec<Expr>,
    wants: Vec<Expr>,
    optional: bool,
    retry: Option<Setting<Retry>>,
    start_timeout: Option<Duration>,
    stop_timeout: Option<Duration>,
    env: Option<LitStr>,
    krate: Option<Path>,
}

impl Attribute {
    pub(crate) fn parse(attribute: TokenStream, errors: &Errors) -> Self {
        let mut parsed = Self::default();
        let mut keys = Keys::new(KEYS);
        for argument in split(attribute, errors) {
            if keys.admit(&argument, errors) {
                parsed.take(&argument, errors);
            }
        }
        check(parsed.deps.iter().chain(&parsed.wants), errors);
        parsed
    }

    pub(crate) fn krate(&self) -> TokenStream {
        krate::path(self.krate.as_ref())
    }

    pub(crate) fn surroundings(&self) -> Surroundings {
        let prefix = match &self.env {
            Some(prefix) => quote!(::core::option::Option::Some(#prefix)),
            None => quote!(::core::option::Option::None),
        };
        Surroundings { krate: self.krate(), prefix }
    }

    /// `env` has a meaning only where something is read from it.
    pub(crate) fn check_env(&self, sources: &[Source], errors: &Errors) {
        let configured = sources.iter().any(|source| matches!(source, Source::Configured));
        if let (Some(env), false) = (&self.env, configured) {
            errors.mistake(env, &messages::nothing_configured());
        }
    }

    /// The name given, or the item's own in `snake_case`.
    pub(crate) fn name(&self, item: &syn::Ident) -> TokenStream {
        match &self.name {
            Some(name) => name.to_token_stream(),
            None => Literal::string(&names::separated(&item.to_string(), '_')).to_token_stream(),
        }
    }

    /// `.needs_named("cache").optional()…`
    pub(crate) fn calls(&self) -> TokenStream {
        let krate = self.krate();
        let mut calls = TokenStream::new();
        self.deps.iter().for_each(|dependency| calls.extend(edge(dependency, "needs")));
        self.wants.iter().for_each(|dependency| calls.extend(edge(dependency, "wants")));
        if self.optional {
            calls.extend(quote!(.optional()));
        }
        if let Some(Setting::On(retry)) = &self.retry {
            let retry = tokens::retry(retry, &krate);
            calls.extend(quote!(.retry(#retry)));
        }
        for (limit, method) in [(self.start_timeout, "start_timeout"), (self.stop_timeout, "stop_timeout")] {
            if let Some(limit) = limit.map(tokens::duration) {
                let method = format_ident!("{method}");
                calls.extend(quote!(.#method(#limit)));
            }
        }
        calls
    }

    fn take(&mut self, argument: &Argument, errors: &Errors) {
        match argument.key.to_string().as_str() {
            "name" => self.name = options::text(argument, "db", errors),
            "deps" => self.deps = options::list(argument, "[Cache, \"queue\"]", errors),
            "wants" => self.wants = options::list(argument, "[Cache, \"queue\"]", errors),
            "optional" => self.optional = options::flag(argument, errors),
            "retry" => self.retry = sentence::read(argument, errors),
            "start_timeout" => self.start_timeout = options::duration(argument, errors),
            "stop_timeout" => self.stop_timeout = options::duration(argument, errors),
            "env" => self.env = options::text(argument, "SCORES_DB", errors),
            _ => self.krate = options::path(argument, "my_crate::gentle", errors),
        }
    }
}

/// `.needs_named("cache")` for a text, `.needs::<Cache>()` for a type.
fn edge(dependency: &Expr, method: &str) -> TokenStream {
    if is_text(dependency) {
        let method = format_ident!("{method}_named");
        return quote!(.#method(#dependency));
    }
    let method = format_ident!("{method}");
    quote!(.#method::<#dependency>())
}

fn check<'a>(dependencies: impl Iterator<Item = &'a Expr>, errors: &Errors) {
    let mut seen = Vec::new();
    for dependency in dependencies {
        let text = names::written(dependency);
        if !matches!(dependency, Expr::Path(_)) && !is_text(dependency) {
            errors.mistake(dependency, &messages::not_a_dependency());
        } else if seen.contains(&text) {
            errors.mistake(dependency, &messages::dependency_twice(text.trim_matches('"')));
        }
        seen.push(text);
    }
}

fn is_text(dependency: &Expr) -> bool {
    matches!(dependency, Expr::Lit(ExprLit { lit: Lit::Str(_), .. }))
}
