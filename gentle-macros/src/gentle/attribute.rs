use gentle_dsl::{
    Bulkhead, Cache, CircuitBreaker, Each, Fallback, Key, PolicySet, RateLimit, Sentence, Setting, check_set,
};
use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::parse::Parse;
use syn::{Expr, Ident, LitStr, Path};

use super::each::EachKey;
use super::fallback::{self, Fallbacks};
use super::mentions::Mentions;
use super::rules::{self, Rule};
use crate::support::arguments::{Argument, Value, split};
use crate::support::errors::Errors;
use crate::support::{messages, options, sentence};

/// The keys beside the policies; the second half is known and does nothing yet.
const CODE_KEYS: [&str; 9] =
    ["name", "policy", "crate", "retry_if", "failure_if", "retry_after", "idempotent", "cost", "on_event"];
const LATER: [&str; 0] = [];

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
    /// How the cache is written, and where.
    pub(crate) cache: Option<(String, TokenStream)>,
    /// What its answers are kept for, where that is not nothing.
    pub(crate) cache_key: Option<EachKey>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) fallbacks: Option<Fallbacks>,
    macro_name: String,
    given: Vec<String>,
}

impl Attribute {
    /// `macro_name` is the macro that is written around it.
    pub(crate) fn parse(macro_name: &str, attribute: TokenStream, errors: &Errors) -> Self {
        let mut parsed = Self { macro_name: macro_name.to_owned(), ..Self::default() };
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

    /// Whether an attempt may have others beside it.
    pub(crate) fn hedges(&self) -> bool {
        self.hedge.is_some() || (self.policy.is_some() && self.idempotent.is_some())
    }

    /// Whether a policy may refuse a call: a retry and a fallback never do.
    pub(crate) fn refuses(&self) -> bool {
        let never = [Key::Retry, Key::Fallback];
        self.policy.is_some() || self.named.iter().any(|(key, _)| !never.contains(key))
    }

    /// That an answer which is too old may stand in for a failure.
    pub(crate) fn stale(&self) -> Option<&Ident> {
        self.fallbacks.as_ref().and_then(|fallbacks| fallbacks.stale.as_ref())
    }

    /// Whether the outcome of a call goes to code of the user's in the end.
    pub(crate) fn falls_back(&self) -> bool {
        self.fallbacks.as_ref().is_some_and(|fallbacks| !fallbacks.list.is_empty())
    }

    /// The rule that was given with this key.
    pub(crate) fn rule(&self, key: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.key == key)
    }

    /// The names in the code that runs beside the body, and may use what the body has been given.
    pub(crate) fn mentions(&self) -> Mentions {
        let rules: TokenStream = self.rules.iter().map(|rule| rule.code.to_token_stream()).collect();
        let fallbacks = self.fallbacks.as_ref().map(Fallbacks::code).unwrap_or_default();
        Mentions::of(rules.into_iter().chain(fallbacks).collect())
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
            Key::Cache => self.take_cache(argument, errors),
            Key::Throttle => self.set.throttle = sentence::read(argument, errors),
            Key::Chaos => self.set.chaos = sentence::read(argument, errors),
            Key::Fallback => self.take_fallback(argument, errors),
        }
    }

    fn take_cache(&mut self, argument: &Argument, errors: &Errors) {
        self.set.cache = sentence::read(argument, errors);
        let key = self.set.cache.and_then(Setting::on).and_then(|cache| cache.keyed());
        if key.is_some_and(|each| !each.key.as_str().is_empty()) {
            self.cache_key = EachKey::read(Key::Cache, argument, errors);
        }
        self.cache = Some((argument.value.written(), argument.tokens()));
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

    // Without a function a fallback has no code: that it is `on` says that configuration may switch those of the functions.
    fn take_fallback(&mut self, argument: &Argument, errors: &Errors) {
        if self.macro_name != "policies" {
            self.set.fallback = Some(Setting::On(Fallback));
            self.fallbacks = Fallbacks::read(argument, errors);
        } else if matches!(argument.value, Value::Code(_)) {
            errors.mistake(argument.tokens(), &messages::needs_a_function(&argument.key));
        } else {
            self.set.fallback = sentence::read(argument, errors);
        }
    }

    fn take_rule(&mut self, argument: &Argument, errors: &Errors) {
        if self.macro_name == "policies" {
            errors.mistake(argument.tokens(), &messages::needs_a_function(&argument.key));
            return;
        }
        let key = argument.key.clone();
        let code = match &argument.value {
            Value::Code(code) => fallback::expression(&key, code, errors),
            _ => code(argument, rules::example(&key.to_string()), errors),
        };
        self.rules.extend(code.map(|code| Rule { key, code }));
    }

    fn has_effect(&self, rule: &Ident, errors: &Errors) {
        let needed: &[Key] = match rule.to_string().as_str() {
            "retry_if" => &[Key::Retry],
            "retry_after" => &[Key::Retry, Key::RateLimit],
            _ => &[Key::CircuitBreaker, Key::Throttle, Key::Retry, Key::Cache],
        };
        if !needed.iter().any(|key| self.key(*key).is_some()) {
            errors.mistake(rule, &messages::without_effect(rule, needed));
        }
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
            "crate" => self.krate = code(argument, "my_crate::gentle", errors),
            "idempotent" => {
                options::flag(argument, errors);
                self.idempotent = Some(argument.key.clone());
            }
            rule if rules::KEYS.contains(&rule) => self.take_rule(argument, errors),
            later if LATER.contains(&later) => not_there_yet(argument, errors),
            _ => unknown(argument, errors),
        }
    }

    // What would have no effect is a mistake, unless another one explains it.
    fn check(&self, errors: &Errors) {
        if self.named.is_empty() && self.policy.is_none() && errors.is_empty() {
            errors.at(Span::call_site(), messages::no_policy(&self.macro_name).bare());
        }
        self.check_together(errors);
        self.check_cost(errors);
        self.check_stale(errors);
        if self.policy.is_none() {
            self.rules.iter().for_each(|rule| self.has_effect(&rule.key, errors));
            return;
        }
        for (key, ident) in self.named.iter().filter(|(key, _)| *key != Key::Fallback) {
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

impl Attribute {
    // Old answers come from a cache that keeps them.
    fn check_stale(&self, errors: &Errors) {
        let keeps = |cache: Setting<Cache>| cache.on().is_none_or(|cache| cache.stays().is_some());
        let kept = self.cache.is_some() && self.set.cache.is_none_or(keeps);
        if let Some(stale) = self.stale().filter(|_| !kept) {
            errors.mistake(stale, &messages::nothing_stale());
        }
    }

    fn check_cost(&self, errors: &Errors) {
        let Some((key, _)) = &self.cost else { return };
        if self.macro_name == "policies" {
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
