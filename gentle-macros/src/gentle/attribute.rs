use gentle_dsl::{Key, PolicySet, did_you_mean};
use proc_macro2::{Span, TokenStream};
use syn::{Expr, Ident, LitStr, Path};

use crate::support::arguments::{Argument, Value, split};
use crate::support::errors::Errors;
use crate::support::sentence;

/// The keys beside the policies; the second half is known and does nothing yet.
const CODE_KEYS: [&str; 3] = ["name", "policy", "crate"];
const LATER: [&str; 6] = ["idempotent", "retry_if", "failure_if", "retry_after", "cost", "on_event"];

/// What stands inside `#[gentle(…)]`.
#[derive(Default)]
pub(crate) struct Attribute {
    pub(crate) set: PolicySet,
    /// The policies named, each with the key that names it, even when its sentence is wrong.
    pub(crate) named: Vec<(Key, Ident)>,
    pub(crate) name: Option<LitStr>,
    pub(crate) policy: Option<Expr>,
    pub(crate) krate: Option<Path>,
    given: Vec<String>,
}

impl Attribute {
    pub(crate) fn parse(attribute: TokenStream, errors: &Errors) -> Self {
        let mut parsed = Self::default();
        for argument in split(attribute, errors) {
            parsed.take(&argument, errors);
        }
        parsed.check(errors);
        parsed
    }

    /// The key that names this policy, if one does.
    pub(crate) fn key(&self, key: Key) -> Option<&Ident> {
        self.named.iter().find_map(|(named, ident)| (*named == key).then_some(ident))
    }

    /// Whether a call may make more than one attempt, as far as the attribute can tell.
    pub(crate) fn repeats(&self) -> bool {
        self.policy.is_some() || self.key(Key::Retry).is_some()
    }

    /// Whether a policy may refuse a call: a retry alone never does.
    pub(crate) fn refuses(&self) -> bool {
        self.policy.is_some() || self.named.iter().any(|(key, _)| *key != Key::Retry)
    }

    fn take(&mut self, argument: &Argument, errors: &Errors) {
        let key = argument.key.to_string();
        if self.given.contains(&key) {
            errors.on(
                argument.tokens(),
                format!("gentle: `{key}` is given twice [G007]\nhelp: keep one of the two"),
            );
            return;
        }
        self.given.push(key.clone());
        match Key::from_name(&key) {
            Some(policy) => self.take_policy(policy, argument, errors),
            None => self.take_code(&key, argument, errors),
        }
    }

    fn take_policy(&mut self, key: Key, argument: &Argument, errors: &Errors) {
        self.named.push((key, argument.key.clone()));
        match key {
            Key::RateLimit => self.set.rate_limit = sentence::read(argument, errors),
            Key::Bulkhead => self.set.bulkhead = sentence::read(argument, errors),
            Key::Retry => self.set.retry = sentence::read(argument, errors),
            Key::Timeout => self.set.timeout = sentence::read(argument, errors),
            _ => not_there_yet(argument, errors),
        }
    }

    fn take_code(&mut self, key: &str, argument: &Argument, errors: &Errors) {
        match key {
            "name" => self.name = name(argument, errors),
            "policy" => self.policy = code(argument, "policy = PAYMENTS", errors),
            "crate" => self.krate = code(argument, "crate = my_crate::gentle", errors),
            later if LATER.contains(&later) => not_there_yet(argument, errors),
            _ => unknown(argument, errors),
        }
    }

    fn check(&self, errors: &Errors) {
        if self.given.is_empty() && errors.is_empty() {
            let help = "help: write `#[gentle(retry = \"on\")]`, or a policy of your choice";
            errors.at(Span::call_site(), format!("gentle: no policy is named [G013]\n{help}"));
        }
        let Some(policy) = &self.policy else { return };
        for (key, ident) in &self.named {
            let message = format!(
                "gentle: `policy` hands over its own policies, so `{key}` beside it has no effect [G012]"
            );
            errors.on(
                ident,
                format!("{message}\nhelp: remove it, or put it into a second `#[gentle({key} = …)]`"),
            );
        }
        if let Some(name) = &self.name {
            let message = "gentle: the policies handed over have their own name [G012]";
            errors.on(name, format!("{message}\nhelp: remove `name`"));
        }
        let _ = policy;
    }
}

fn name(argument: &Argument, errors: &Errors) -> Option<LitStr> {
    match &argument.value {
        Value::Text(name) if !name.value().trim().is_empty() => Some(name.clone()),
        _ => {
            errors.on(
                argument.tokens(),
                "gentle: a name is a text that is not empty [G020]\nhelp: write `name = \"payments\"`",
            );
            None
        }
    }
}

fn code<T: syn::parse::Parse>(argument: &Argument, example: &str, errors: &Errors) -> Option<T> {
    let key = &argument.key;
    let message = || format!("gentle: `{key}` takes Rust code [G021]\nhelp: write `{example}`");
    let Value::Code(tokens) = &argument.value else {
        errors.on(argument.tokens(), message());
        return None;
    };
    syn::parse2(tokens.clone()).map_err(|_| errors.on(tokens, message())).ok()
}

fn not_there_yet(argument: &Argument, errors: &Errors) {
    let key = &argument.key;
    let help = "help: remove it; ready are `rate_limit`, `retry`, `timeout`, `bulkhead`, `name`, `policy`";
    errors.on(argument.tokens(), format!("gentle: `{key}` is not there yet [G009]\n{help}"));
}

fn unknown(argument: &Argument, errors: &Errors) {
    let key = argument.key.to_string();
    let keys: Vec<&str> = Key::ALL.iter().map(|key| key.as_str()).chain(CODE_KEYS).chain(LATER).collect();
    let help = match did_you_mean(&key, keys.iter().copied()) {
        Some(near) => format!("help: did you mean `{near}`?"),
        None => format!("help: known are {}", keys.join(", ")),
    };
    errors.on(&argument.key, format!("gentle: unknown key `{key}` [G008]\n{help}"));
}
