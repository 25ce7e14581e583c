use std::time::Duration;

use gentle_dsl::{Backoff, Key, Retry, Setting};

use super::parts::Parts;
use crate::config::{Config, Known, Origin, Overrides, Value};
use crate::error::{Error, Kind};
use crate::event::Handler;
use crate::policy::Policies;
use crate::service::Definition;
use crate::telemetry::log::{DEFAULT_FILTER, Format, Log};

/// What configuration says about the app itself.
#[derive(Default)]
pub(super) struct Settings {
    pub(super) log: Log,
    pub(super) name: Option<String>,
    pub(super) boot_timeout: Option<Duration>,
    pub(super) shutdown_timeout: Option<Duration>,
    /// Whether to heed changes of the files.
    pub(super) watch: Option<bool>,
    /// Whether to measure how long calls take.
    pub(super) measure: Option<bool>,
    /// What is strange and keeps nobody from starting.
    pub(super) warnings: Vec<String>,
}

impl Settings {
    pub(super) fn read(config: &Config, problems: &mut Vec<Error>) -> Self {
        let app = config.section("app");
        let mut warnings = Vec::new();
        let settings = Self {
            name: app.text("name"),
            boot_timeout: app.duration("boot_timeout"),
            shutdown_timeout: app.duration("shutdown_timeout"),
            watch: app.boolean("watch"),
            measure: app.boolean("measure"),
            log: log(config, problems, &mut warnings),
            warnings,
        };
        // What it means is the handlers' affair, whether it is right is told once.
        app.duration("drain");
        problems.extend(mistakes(app.check()));
        settings
    }
}

fn log(config: &Config, problems: &mut Vec<Error>, warnings: &mut Vec<String>) -> Log {
    let section = config.section("log");
    let mut log = section.get("level").map_or_else(Log::default, |level| {
        if is_of_everybody(&level) {
            return of_everybody(&level, warnings);
        }
        Log::new(level.as_text()).map_err(|error| problems.push(level.error(error))).unwrap_or_default()
    });
    if let Some(format) = section.choice("format", &Format::WORDS).and_then(Format::from_name) {
        log = log.format(format);
    }
    problems.extend(mistakes(section.check()));
    log
}

/// Whether it is from the variable that all Rust programs read: not gentle's to judge.
fn is_of_everybody(level: &Value) -> bool {
    matches!(level.origin(), Origin::Environment(name) if &**name == "RUST_LOG")
}

fn of_everybody(level: &Value, warnings: &mut Vec<String>) -> Log {
    Log::accepted(level.as_text()).unwrap_or_else(|| {
        warnings.push(format!("RUST_LOG: `{}` is not a filter, `{DEFAULT_FILTER}` is used", level.as_text()));
        Log::default()
    })
}

/// What the environment holds under gentle's prefix and means nothing here: it may be somebody else's.
pub(super) fn foreign(parts: &Parts, config: &Config) -> Option<String> {
    let known = known(parts);
    let names = config.foreign_variables(&known);
    (!names.is_empty()).then(|| {
        format!(
            "{}: means nothing to this program\nhelp: variables of gentle are GENTLE_EVENT_URL, GENTLE_LOG, \
             GENTLE_POLICY_NAME_KEY, GENTLE_HANDLER_NAME_KEY, GENTLE_SERVICE_NAME_KEY, GENTLE_APP_KEY",
            names.join(", ")
        )
    })
}

/// Whose calls fail on purpose, where the environment asks for that.
pub(super) fn chaotic(parts: &Parts) -> Option<String> {
    let chaotic = parts.policies.iter().filter(|policies| policies.is_chaotic());
    let names: Vec<&str> = chaotic.map(|policies| policies.name()).collect();
    (!names.is_empty()).then(|| {
        format!(
            "chaos is on: calls fail on purpose\n  {}\nhelp: unset GENTLE_CHAOS to end it",
            names.join("\n  ")
        )
    })
}

/// Brings services and handlers to what configuration says; policies, which are shared by all apps of the process, are
/// only checked. Returns everything that is wrong. Unless it `is_whole`, services are not asked about their own:
/// what they miss may stand in the file that could not be read.
pub(super) fn apply(parts: &mut Parts, config: &Config, is_whole: bool) -> Vec<Error> {
    let mut problems = config.unknown(&known(parts));
    problems.extend(policies(parts, config));
    if is_whole {
        parts.services =
            change(std::mem::take(&mut parts.services), &mut problems, |service| configured(service, config));
    }
    parts.handlers =
        change(std::mem::take(&mut parts.handlers), &mut problems, |handler| handled(handler, config));
    problems
}

/// What is wrong in what configuration says about policies.
pub(super) fn policies(parts: &Parts, config: &Config) -> Vec<Error> {
    let mut problems = twice(&parts.policies, config);
    for policies in &parts.policies {
        let overrides = config.policy(policies.name());
        problems.extend(mistakes(overrides.check()));
        problems.extend(other_keys(policies, &overrides));
    }
    problems
}

/// What names another key than the code, which only the compiler could make anything of.
fn other_keys(policies: &Policies, overrides: &Overrides) -> Vec<Error> {
    let admitted = |(key, value): (&str, &Value)| {
        let refused = policies.admits(Key::from_name(key)?, value.as_text()).err()?;
        Some(value.error(refused))
    };
    overrides.iter().filter_map(admitted).collect()
}

/// Every name that means something to this program.
pub(super) fn known(parts: &Parts) -> Known {
    let known = parts.policies.iter().fold(Known::new(), |known, policies| {
        let written = policies.written().sentences().into_iter().map(|(key, _)| key.as_str());
        known.policy(policies.name(), written)
    });
    let known = parts.handlers.iter().fold(known, |known, handler| known.handler(handler.name()));
    parts.services.iter().fold(known, |known, service| known.service(service.name(), service.prefix()))
}

fn change<T>(parts: Vec<T>, problems: &mut Vec<Error>, one: impl Fn(T) -> (T, Vec<Error>)) -> Vec<T> {
    let changed = parts.into_iter().map(one);
    changed
        .map(|(part, wrong)| {
            problems.extend(wrong);
            part
        })
        .collect()
}

fn configured(mut service: Definition, config: &Config) -> (Definition, Vec<Error>) {
    let section = config.service(service.name(), service.prefix());
    if let Some(retry) = section.sentence::<Retry>("retry") {
        service = service.retry(or_once(retry));
    }
    if let Some(limit) = section.duration("start_timeout") {
        service = service.start_timeout(limit);
    }
    if let Some(limit) = section.duration("stop_timeout") {
        service = service.stop_timeout(limit);
    }
    let wrong = mistakes(service.check(&section));
    (service, wrong)
}

fn handled(mut handler: Handler, config: &Config) -> (Handler, Vec<Error>) {
    let overrides = config.handler(handler.name());
    let wrong = mistakes(overrides.check());
    if let Ok(Some(retry)) = overrides.sentence::<Retry>() {
        handler = handler.retry(or_once(retry));
    }
    if let Some(Ok(concurrency)) = overrides.get("concurrency").map(Value::integer::<u32>) {
        handler = handler.concurrency(concurrency as usize);
    }
    if let Some(Ok(limit)) = overrides.get("timeout").map(Value::duration) {
        handler = handler.timeout(limit);
    }
    if let Some(budget) = config.section("app").duration("drain") {
        handler = handler.drain(budget);
    }
    (handler, wrong)
}

fn or_once(retry: Setting<Retry>) -> Retry {
    match retry {
        Setting::On(retry) => retry,
        Setting::Off => Retry::new(Backoff::Now).attempts(1),
    }
}

/// Two policies of one name: an error when somebody chose the name, or when configuration means one of them.
fn twice(policies: &[&'static Policies], config: &Config) -> Vec<Error> {
    let mut seen: Vec<&Policies> = Vec::new();
    let mut errors = Vec::new();
    for one in policies {
        match seen.iter().find(|other| other.name() == one.name() && !std::ptr::eq(**other, *one)) {
            Some(other) if is_chosen(one) || is_chosen(other) || !config.policy(one.name()).is_empty() => {
                errors.push(same_name(other, one));
            }
            _ => seen.push(one),
        }
    }
    errors
}

/// Whether the name was written by hand and is not the function's path.
fn is_chosen(policies: &Policies) -> bool {
    policies.place().is_none_or(|place| !policies.name().starts_with(place.module))
}

fn same_name(one: &Policies, other: &Policies) -> Error {
    let name = one.name();
    let place = |policies: &Policies| policies.place().map_or_else(String::new, |place| place.to_string());
    let text = format!(
        "two policies are called `{name}`\n  {}\n  {}\nhelp: give one of them another `name = \"...\"`, or share one: \
         `policy = ...`",
        place(one),
        place(other)
    );
    Error::new(Kind::Duplicate, text)
}

fn mistakes(checked: Result<(), Error>) -> Vec<Error> {
    checked.err().iter().flat_map(Error::all).cloned().collect()
}
