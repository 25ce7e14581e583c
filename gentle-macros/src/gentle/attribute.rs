use gentle_dsl::{Bulkhead, CircuitBreaker, Each, Key, PolicySet, RateLimit, Sentence, Setting, check_set};
use proc_macro2::{Span, TokenStream};
use syn::parse::Parse;
use syn::{Expr, Ident, LitStr, Path};

use super::each::EachKey;
use crate::support::arguments::{Argument, Value, split};
use crate::support::errors::Errors;
use crate::support::{messages, options, sentence};

/// The keys beside the policies; the second half is known and does nothing yet.
const CODE_KEYS: [&str; 6] = ["cost", "name", "policy", "idempotent", "on_event", "crate"];
const LATER: [&str; 3] = ["retry_if", "failure_if", "retry_after"];

/// What stands inside `#[gentle(…)]`.
#[derive(Default)]
pub(crate) struct Attribute {
    pub(crate) set: PolicySet,
    /// The policies named, each with the key that names it, even when its sentence is wrong.
    pub(crate) named: Vec<(Key, Ident)>,
    pub(crate) name: Option<LitStr>,
    pub(crate) policy: Option<Expr>,
    pub(crate) on_event: Option<Expr>,
    pub(crate) krate: Option<Path>,
    /// The word that says that several calls at once do no harm.
    pub(crate) idempotent: Option<Ident>,
    /// The hedge as it is written.
    pub(crate) hedge: Option<Argument>,
    /// What policies are kept separately for.
    pub(crate) each: Vec<EachKey>,
    /// How many tokens a call takes, with the key in front of it.
    pub(crate) cost: Option<(Ident, Expr)>,
    given: Vec<String>,
}

impl Attribute {
    /// `macro_name` is the macro that is written around it.
    pub(crate) fn parse(macro_name: &str, attribute: TokenStream, errors: &Errors) -> Self {
        let mut parsed = Self::default();
        for argument in split(attribute, errors) {
            parsed.take(&argument, errors);
        }
        parsed.check(macro_name, errors);
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

    /// Whether an attempt may have others beside it.
    pub(crate) fn hedges(&self) -> bool {
        self.hedge.is_some() || (self.policy.is_some() && self.idempotent.is_some())
    }

    /// Whether a policy may refuse a call: a retry alone never does.
    pub(crate) fn refuses(&self) -> bool {
        self.policy.is_some() || self.named.iter().any(|(key, _)| *key != Key::Retry)
    }

    fn take(&mut self, argument: &Argument, errors: &Errors) {
        let key = argument.key.to_string();
        if self.given.contains(&key) {
            errors.mistake(argument.tokens(), &messages::given_twice("gentle", key));
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
            Key::CircuitBreaker => {
                self.set.circuit_breaker = self.keyed(argument, CircuitBreaker::keyed, errors);
            }
            Key::RateLimit => self.set.rate_limit = self.keyed(argument, RateLimit::keyed, errors),
            Key::Bulkhead => self.set.bulkhead = self.keyed(argument, Bulkhead::keyed, errors),
            Key::Retry => self.set.retry = sentence::read(argument, errors),
            Key::Hedge => {
                self.set.hedge = sentence::read(argument, errors);
                self.hedge = Some(argument.clone());
            }
            Key::Timeout => self.set.timeout = sentence::read(argument, errors),
            _ => not_there_yet(argument, errors),
        }
    }

    // A sentence that may have a key.
    fn keyed<T: Sentence>(
        &mut self,
        argument: &Argument,
        each: impl FnOnce(&T) -> Option<Each>,
        errors: &Errors,
    ) -> Option<Setting<T>> {
        let setting = sentence::read(argument, errors)?;
        if setting.on().as_ref().and_then(each).is_some() {
            self.each.extend(EachKey::read(T::KEY, argument, errors));
        }
        Some(setting)
    }

    fn take_code(&mut self, key: &str, argument: &Argument, errors: &Errors) {
        match key {
            "name" => self.name = name(argument, errors),
            "cost" => {
                let cost = code(argument, "batch.len()", errors);
                self.cost = cost.map(|cost| (argument.key.clone(), cost));
            }
            "policy" => self.policy = code(argument, "PAYMENTS", errors),
            "on_event" => self.on_event = code(argument, "log_event", errors),
            "idempotent" => self.idempotent = Some(flag(argument, errors)),
            "crate" => self.krate = code(argument, "my_crate::gentle", errors),
            later if LATER.contains(&later) => not_there_yet(argument, errors),
            _ => unknown(argument, errors),
        }
    }

    // What would have no effect is a mistake, unless another one explains it.
    fn check(&self, macro_name: &str, errors: &Errors) {
        if self.named.is_empty() && self.policy.is_none() && errors.is_empty() {
            errors.at(Span::call_site(), messages::no_policy(macro_name).bare());
        }
        self.check_together(errors);
        self.check_cost(macro_name, errors);
        if self.policy.is_none() {
            return;
        }
        for (key, ident) in &self.named {
            errors.mistake(ident, &messages::beside_policy(key));
        }
        if let Some(name) = &self.name {
            errors.mistake(name, &messages::beside_policy("name"));
        }
        if let Some(on_event) = &self.on_event {
            errors.mistake(on_event, &messages::beside_policy("on_event"));
        }
    }

    // What the sentences say together, once each of them is right.
    fn check_together(&self, errors: &Errors) {
        for mistake in check_set(&self.set) {
            let wrong = mistake.source().get(mistake.span()).unwrap_or_default().to_owned();
            let part = |written: &str| match written.find(&wrong) {
                Some(at) => at..at + wrong.len(),
                None => 0..written.len(),
            };
            match &self.hedge {
                Some(hedge) => sentence::refuse(hedge, mistake, part, errors),
                None => errors.at(Span::call_site(), mistake),
            }
        }
    }
}

/// A key that says everything by itself.
fn flag(argument: &Argument, errors: &Errors) -> Ident {
    if !matches!(argument.value, Value::None) {
        errors.mistake(argument.tokens(), &messages::takes_no_value("gentle", &argument.key));
    }
    argument.key.clone()
}

impl Attribute {
    fn check_cost(&self, macro_name: &str, errors: &Errors) {
        let Some((key, _)) = &self.cost else { return };
        if macro_name == "policies" {
            errors.mistake(key, &messages::cost_without_call());
        } else if self.policy.is_none() && self.key(Key::RateLimit).is_none() {
            errors.mistake(key, &messages::cost_without_limit());
        }
    }
}

fn name(argument: &Argument, errors: &Errors) -> Option<LitStr> {
    options::text(argument, "payments", errors)
}

fn code<T: Parse>(argument: &Argument, example: &str, errors: &Errors) -> Option<T> {
    let parsed = match &argument.value {
        Value::Code(tokens) => syn::parse2(tokens.clone()).ok(),
        _ => None,
    };
    if parsed.is_none() {
        errors.mistake(argument.tokens(), &messages::not_code("gentle", &argument.key, example));
    }
    parsed
}

fn not_there_yet(argument: &Argument, errors: &Errors) {
    errors.mistake(argument.tokens(), &messages::not_there_yet("gentle", &argument.key));
}

fn unknown(argument: &Argument, errors: &Errors) {
    let policies =
        |ready: bool| Key::ALL.into_iter().filter(move |key| !ready || key.is_ready()).map(Key::as_str);
    let known: Vec<&str> = policies(false).chain(CODE_KEYS).chain(LATER).collect();
    let ready: Vec<&str> = policies(true).chain(CODE_KEYS).collect();
    errors
        .mistake(&argument.key, &messages::unknown_key("gentle", &argument.key.to_string(), &known, &ready));
}
