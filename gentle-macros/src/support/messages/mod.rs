//! What the macros say beyond the grammar's own mistakes.
//!
//! One function for each code, and nowhere else a code: `docs/codes.md` has a sentence about each of them, and the
//! tests hold the two against each other and against the codes of the grammar. What only the compiler can find out
//! is said by the traits of gentle, under codes of the same kind.

mod cache;
mod event;
mod event_handler;
mod service;
#[cfg(test)]
mod tests;

use std::fmt::Display;

use gentle_dsl::{Key, Mistake, did_you_mean};

pub(crate) use cache::*;
pub(crate) use event::*;
pub(crate) use event_handler::*;
pub(crate) use service::*;

// What can be read in `#[gentle(…)]` today, for who asks what else there is.
const READY: &str = "`rate_limit`, `bulkhead`, `circuit_breaker`, `retry`, `hedge`, `timeout`, `cache`, `throttle`, `chaos`, `fallback`, `cost`, `idempotent`, `name`, `policy` and `on_event`";

pub(crate) fn given_twice(subject: &str, key: impl Display) -> Mistake {
    Mistake::new("G007", subject, format!("`{key}` is given twice")).with_help("keep one of them")
}

/// `listed` are shown where none of the `known` is near enough.
pub(crate) fn unknown_key(subject: &str, key: &str, known: &[&str], listed: &[&str]) -> Mistake {
    let help = match did_you_mean(key, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("known: {}", listed.join(", ")),
    };
    Mistake::new("G008", subject, format!("unknown key `{key}`")).with_help(help)
}

pub(crate) fn not_there_yet(subject: &str, key: impl Display) -> Mistake {
    let help = match subject {
        "gentle" => format!("leave it out, the word is reserved; ready are {READY}"),
        "fallback" => "leave it out, the word is reserved for the answers of a cache".to_owned(),
        _ => format!("write `#[gentle({key} = \"…\")]` on the function that makes the call"),
    };
    Mistake::new("G009", subject, format!("`{key}` is not there yet")).with_help(help)
}

/// `written` is `on` or `off`.
pub(crate) fn fallback_is_code(written: &str) -> Mistake {
    let message = format!("the value is Rust code, and `{written}` is none");
    let help = "write what to answer: `fallback = 0`, a function of the error, or `fallback(default)`; configuration says `on` and `off`";
    Mistake::new("G026", "fallback", message).with_help(help)
}

pub(crate) fn key_missing(subject: &str) -> Mistake {
    let help = "write `key = \"value\"` or `key(value)`";
    Mistake::new("G050", subject, "an argument begins with its key").with_help(help)
}

/// `written` is what stands where the value should be.
pub(crate) fn value_missing(subject: impl Display, key: impl Display, written: &str) -> Mistake {
    let key = key.to_string();
    let help = match (written, Key::from_name(&key)) {
        ("", Some(Key::Fallback)) => {
            "write e.g. `fallback = 0`, or `fallback(from_cache, default)`".to_owned()
        }
        ("", Some(policy)) => format!("write e.g. `{key} = \"{}\"`", example(policy)),
        ("", None) => format!("write `{key} = …`"),
        (written, _) => either(&key, written),
    };
    Mistake::new("G051", &subject.to_string(), format!("`{key}` has no value")).with_help(help)
}

pub(crate) fn value_unmarked(key: Key, written: &str) -> Mistake {
    let message = "the value is neither quoted nor in parentheses";
    Mistake::new("G052", key.as_str(), message).with_help(either(key.as_str(), written))
}

pub(crate) fn value_marked_twice(key: Key, written: &str) -> Mistake {
    let written = if written.trim().is_empty() { example(key) } else { written };
    let message = "the value is quoted and in parentheses";
    Mistake::new("G053", key.as_str(), message).with_help(either(key.as_str(), written))
}

pub(crate) fn comma_missing(subject: &str, next: impl Display) -> Mistake {
    let message = format!("a comma is missing before `{next}`");
    Mistake::new("G054", subject, message).with_help(format!("write `, {next}`"))
}

pub(crate) fn not_a_text(subject: &str, key: impl Display, example: &str) -> Mistake {
    let message = format!("`{key}` is a text that is not empty");
    Mistake::new("G055", subject, message).with_help(format!("write `{key} = \"{example}\"`"))
}

pub(crate) fn not_code(subject: &str, key: impl Display, example: &str) -> Mistake {
    let message = format!("`{key}` takes Rust code, without quotes or parentheses");
    Mistake::new("G056", subject, message).with_help(format!("write `{key} = {example}`"))
}

pub(crate) fn takes_no_value(subject: &str, key: impl Display) -> Mistake {
    let message = format!("`{key}` takes no value");
    Mistake::new("G057", subject, message).with_help(format!("write `{key}` alone"))
}

pub(crate) fn not_a_list(subject: &str, key: impl Display, example: &str) -> Mistake {
    Mistake::new("G058", subject, format!("`{key}` is a list"))
        .with_help(format!("write `{key} = {example}`"))
}

pub(crate) fn no_policy(macro_name: &str) -> Mistake {
    let (open, close) = if macro_name == "policies" { ("policies!(", ")") } else { ("#[gentle(", ")]") };
    let help = format!("write e.g. `{open}{} = \"{}\"{close}`", Key::RateLimit, example(Key::RateLimit));
    Mistake::new("G059", macro_name, "no policy is named").with_help(help)
}

pub(crate) fn beside_policy(key: impl Display) -> Mistake {
    let message = format!("`policy` hands over all policies, so `{key}` beside it has no effect");
    let help = format!("remove it, and write `{key}` where those policies are made");
    Mistake::new("G060", "gentle", message).with_help(help)
}

pub(crate) fn policy_in_policies() -> Mistake {
    let message = "`policies!` makes policies, it does not take them over";
    Mistake::new("G061", "policies", message).with_help("name the policies themselves")
}

pub(crate) fn not_async(function: impl Display) -> Mistake {
    let message = format!("`{function}` is not async, and waiting in it would block a whole thread");
    Mistake::new("G062", "gentle", message).with_help(UNBLOCK)
}

pub(crate) fn no_body() -> Mistake {
    let help = "put the attribute on the method in the `impl`";
    Mistake::new("G063", "gentle", "a declaration has no body to protect").with_help(help)
}

pub(crate) fn not_a_function(subject: &str, is_impl: bool) -> Mistake {
    let help = if is_impl {
        "put the attribute on each `async fn` in it that needs one"
    } else {
        "put the attribute on an `async fn`"
    };
    Mistake::new("G064", subject, "this is not a function").with_help(help)
}

pub(crate) fn our_own(macro_name: &str, panic: &str) -> Mistake {
    let message = "the macro itself failed, which is no mistake of yours";
    let help =
        format!("please report it with this line and your code at {}/issues", env!("CARGO_PKG_REPOSITORY"));
    Mistake::new("G065", macro_name, message).with_label(panic).with_help(help)
}

pub(crate) fn idempotent_in_policies() -> Mistake {
    let message = "policies are not idempotent, functions are";
    let help = "write it where the function is: `#[gentle(policy = …, idempotent)]`";
    Mistake::new("G067", "policies", message).with_help(help)
}

/// `known` are the names of the arguments.
pub(crate) fn no_such_argument(policy: Key, name: impl Display, known: &[String]) -> Mistake {
    let name = name.to_string();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let help = match (did_you_mean(&name, known.iter().copied()), known.is_empty()) {
        (Some(near), _) => format!("did you mean `each {near}`?"),
        (None, true) => {
            "add the argument, or leave `each` out: without it there is one for all calls".to_owned()
        }
        (None, false) => format!("arguments: {}; an expression stands in brackets", known.join(", ")),
    };
    let message = format!("no argument is called `{name}`");
    Mistake::new("G071", policy.as_str(), message).with_label("one for each what?").with_help(help)
}

/// `parts` are how many expressions there are, where they are some.
pub(crate) fn not_a_key(policy: Key, parts: Option<usize>) -> Mistake {
    let (message, label) = match parts {
        Some(parts) => ("a key has at most four parts", format!("these are {parts}")),
        None => ("the key of `each` is not an expression", "this is not Rust".to_owned()),
    };
    let help =
        "write an argument, `each tenant`, an expression, `each (order.account())`, or up to four of them";
    Mistake::new("G072", policy.as_str(), message).with_label(label).with_help(help)
}

pub(crate) fn without_effect(rule: impl Display, needed: &[Key]) -> Mistake {
    let (either, e_g) = (listed(needed), needed.first().copied().unwrap_or(Key::Retry));
    let help = format!("add e.g. `{e_g} = \"{}\"`, or remove `{rule}`", example(e_g));
    Mistake::new("G080", "gentle", format!("`{rule}` has no effect without {either}")).with_help(help)
}

pub(crate) fn needs_a_function(key: impl Display) -> Mistake {
    let message = format!("`{key}` is about what a function returns, and there is no function here");
    let help = format!("write `#[gentle(policy = …, {key} = …)]` on each function that uses these policies");
    Mistake::new("G081", "policies", message).with_help(help)
}

pub(crate) fn not_an_expression(key: impl Display, error: impl Display) -> Mistake {
    let message = format!("the code behind `{key}` is not complete: {error}");
    let help =
        "write one whole Rust expression; one with a comma outside of brackets needs brackets around it";
    Mistake::new("G082", "gentle", message).with_help(help)
}

pub(crate) fn never_fails() -> Mistake {
    let message = "this return type cannot fail, so nothing would ever fall back";
    Mistake::new("G083", "fallback", message).with_help("return `Result`")
}

pub(crate) fn never_asked() -> Mistake {
    let message = "behind a value that is always there nobody is asked";
    Mistake::new("G084", "fallback", message).with_help("put the value last")
}

pub(crate) fn cost_without_limit() -> Mistake {
    let message = "`cost` is how many tokens a call takes, and there is no `rate_limit`";
    Mistake::new("G150", "rate_limit", message).with_help("add `rate_limit = \"...\"`, or leave `cost` out")
}

pub(crate) fn cost_without_call() -> Mistake {
    let message = "`cost` belongs to a call, and these are policies for many";
    let help =
        "write it where they are used: `#[gentle(policy = PAYMENTS, cost = ...)]` or `PAYMENTS.cost(...)`";
    Mistake::new("G151", "rate_limit", message).with_help(help)
}

/// `output` is the type that was written, where one was.
pub(crate) fn cannot_fail(output: Option<String>) -> Mistake {
    let help = match output {
        Some(output) => format!("return `Result`, or give `retry_if = |v: &{output}| ...`"),
        None => "return `Result`".to_owned(),
    };
    Mistake::new("G310", "retry", "this return type cannot fail").with_help(help)
}

pub(crate) fn lent_twice() -> Mistake {
    let message = "what is lent out mutably cannot be lent again to a second attempt";
    let help = "return the value itself or a shared `&`, or remove `retry`";
    Mistake::new("G312", "retry", message).with_help(help)
}

pub(crate) fn blocking() -> Mistake {
    Mistake::new("G510", "timeout", "a blocking function cannot be stopped from outside").with_help(UNBLOCK)
}

pub(crate) fn not_idempotent(function: impl Display) -> Mistake {
    Mistake::new("G602", "hedge", format!("a hedge runs `{function}` twice at the same time"))
        .with_label(format!("`{function}` is not marked idempotent"))
        .with_help("add `idempotent` if two concurrent calls do no harm; otherwise use `retry`")
}

/// `name` is the argument, and `lent` what it is a mutable reference to.
pub(crate) fn shared_mutably(name: &str, lent: &str) -> Mistake {
    let message = format!("two attempts cannot share `&mut {name}`");
    let help = format!("take `&{lent}`, or use `retry`, which runs one after the other");
    Mistake::new("G610", "hedge", message).with_help(help)
}

const UNBLOCK: &str =
    "make it `async`, or run the blocking part in `spawn_blocking` inside an async function";

/// `a`, `b` or `c`
fn listed(keys: &[Key]) -> String {
    let keys: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
    match keys.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} or {last}", before.join(", ")),
        None => String::new(),
    }
}

fn either(key: &str, written: &str) -> String {
    format!("write `{key} = \"{written}\"` or `{key}({written})`")
}

/// A sentence to copy for who has none yet.
fn example(key: Key) -> &'static str {
    match key {
        Key::RateLimit => "5/500ms",
        Key::Bulkhead => "16",
        Key::Timeout => "2s each attempt",
        Key::Cache => "1m",
        Key::Throttle => "10% of 20 in 1m",
        Key::Chaos => "5% fail",
        Key::CircuitBreaker => "on",
        _ => "exp(100ms..30s), 5 attempts",
    }
}
