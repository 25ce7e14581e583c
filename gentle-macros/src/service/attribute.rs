use std::time::Duration;

use gentle_dsl::{Retry, Setting};
use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote};
use syn::{Expr, ExprLit, Lit, LitStr, Path};

use crate::support::arguments::{Argument, split};
use crate::support::errors::Errors;
use crate::support::options::{self, Keys};
use crate::support::{krate, names, sentence, tokens};

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
    pub(crate) env: Option<LitStr>,
    krate: Option<Path>,
}

impl Attribute {
    pub(crate) fn parse(attribute: TokenStream, errors: &Errors) -> Self {
        let mut parsed = Self::default();
        let mut keys = Keys::new("service", KEYS);
        for argument in split(attribute, errors) {
            if keys.admit(&argument, errors) {
                parsed.take(&argument, errors);
            }
        }
        twice(parsed.deps.iter().chain(&parsed.wants), errors);
        parsed
    }

    pub(crate) fn krate(&self) -> TokenStream {
        krate::path(self.krate.as_ref())
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
            let retry = tokens::retry(retry, &quote!(#krate::policy));
            calls.extend(quote!(.retry(#retry)));
        }
        for (limit, method) in [(self.start_timeout, "start_timeout"), (self.stop_timeout, "stop_timeout")] {
            if let Some(limit) = limit.map(tokens::duration) {
                let method = quote::format_ident!("{method}");
                calls.extend(quote!(.#method(#limit)));
            }
        }
        calls
    }

    fn take(&mut self, argument: &Argument, errors: &Errors) {
        let attribute = "service";
        match argument.key.to_string().as_str() {
            "name" => self.name = options::text(attribute, argument, "db", errors),
            "deps" => self.deps = options::list(attribute, argument, "[\"cache\"]", errors),
            "wants" => self.wants = options::list(attribute, argument, "[\"cache\"]", errors),
            "optional" => self.optional = options::flag(attribute, argument, errors),
            "retry" => self.retry = sentence::read(argument, errors),
            "start_timeout" => self.start_timeout = options::duration(attribute, argument, errors),
            "stop_timeout" => self.stop_timeout = options::duration(attribute, argument, errors),
            "env" => self.env = options::text(attribute, argument, "SCORES_DB", errors),
            _ => self.krate = options::path(attribute, argument, "my_crate::gentle", errors),
        }
    }
}

/// `.needs_named("cache")` for a text, `.needs::<Cache>()` for a type.
fn edge(dependency: &Expr, method: &str) -> TokenStream {
    if let Expr::Lit(ExprLit { lit: Lit::Str(name), .. }) = dependency {
        let method = quote::format_ident!("{method}_named");
        return quote!(.#method(#name));
    }
    let method = quote::format_ident!("{method}");
    quote!(.#method::<#dependency>())
}

fn twice<'a>(dependencies: impl Iterator<Item = &'a Expr>, errors: &Errors) {
    let mut seen = Vec::new();
    for dependency in dependencies {
        let text = dependency.to_token_stream().to_string();
        if !matches!(dependency, Expr::Path(_) | Expr::Lit(ExprLit { lit: Lit::Str(_), .. })) {
            let help = "help: write `\"cache\"` or the service's type";
            errors.on(
                dependency,
                format!("service: a dependency is a name in quotes or a type [G702]\n{help}"),
            );
        } else if seen.contains(&text) {
            errors.on(dependency, format!("service: depends on {text} twice [G703]\nhelp: keep one"));
        }
        seen.push(text);
    }
}
