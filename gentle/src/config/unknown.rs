//! What was written and means nothing.

use gentle_dsl::did_you_mean;

use super::key::KeyPath;
use super::known::{Entry, Known, POLICY_KEYS};
use super::mistake::Mistake;
use super::source::file::Layer;
use super::{Config, Origin};

pub(crate) fn mistakes(config: &Config, known: &Known) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    for layer in [&config.0.files, &config.0.code] {
        mistakes.extend(in_layer(layer, known));
    }
    mistakes.extend(config.0.environment.names().filter_map(|name| in_variable(name, known)));
    mistakes
}

fn in_layer(layer: &Layer, known: &Known) -> Vec<Mistake> {
    let mut reported: Vec<&KeyPath> = Vec::new();
    let mut found: Vec<(&Origin, Mistake)> = Vec::new();
    for (path, origin) in &layer.named {
        if reported.iter().any(|above| path.below(above).is_some()) {
            continue;
        }
        if let Some(mistake) = at(path, origin, layer, known) {
            reported.push(path);
            found.push((origin, mistake));
        }
    }
    found.sort_by_key(|(origin, _)| line(origin));
    found.into_iter().map(|(_, mistake)| mistake).collect()
}

fn line(origin: &Origin) -> (u32, u32) {
    match origin {
        Origin::File { line, column, .. } => (*line, *column),
        _ => (0, 0),
    }
}

fn at(path: &KeyPath, origin: &Origin, layer: &Layer, known: &Known) -> Option<Mistake> {
    let above = known.entries.iter().any(|entry| entry.path == *path || entry.path.below(path).is_some());
    if above || (path.segments().len() == 1 && is_family(path.last())) {
        return layer.values.contains_key(path).then(|| no_section(path, origin));
    }
    match known.entries.iter().find_map(|entry| Some((entry, path.below(&entry.path)?))) {
        Some((entry, rest)) => in_section(entry, rest, origin),
        None => {
            let unknown = || unknown_name(path, origin, known);
            Some(split_name(path, origin, layer, known).unwrap_or_else(unknown))
        }
    }
}

/// A name with `::` whose parts stand as sections of sections.
fn split_name(path: &KeyPath, origin: &Origin, layer: &Layer, known: &Known) -> Option<Mistake> {
    let (kind, parent) = parent(path)?;
    let split = |name: &str| name.split("::").fold(parent.clone(), |path, part| path.child(part));
    let names = known.names_below(&parent).into_iter();
    let name = names.into_iter().find(|name| {
        let split = split(name);
        split.below(path).is_some() && layer.named.contains_key(&split)
    })?;
    let says = format!("unknown {kind} `{}`", name.replace("::", "."));
    let help = format!("did you mean `[{kind}.\"{name}\"]`? A name with `::` stands in quotes");
    Some(Mistake::new(origin.head(), says).help(help))
}

/// The sections that hold names; a program may have none of them and still mean the word.
fn is_family(section: &str) -> bool {
    FAMILIES.contains(&section)
}

const FAMILIES: [&str; 3] = ["handler", "policy", "service"];

fn no_section(path: &KeyPath, origin: &Origin) -> Mistake {
    let says = format!("`{path}` is a section, not a value");
    Mistake::new(origin.head(), says).help(format!("write `[{path}]`, and its keys below"))
}

fn in_section(entry: &Entry, rest: &[String], origin: &Origin) -> Option<Mistake> {
    let (keys, key) = (entry.keys.as_ref()?, rest.first()?);
    if keys.contains(key) {
        let deeper = format!("{}: `{key}` is a value, not a section", entry.path);
        return (rest.len() > 1)
            .then(|| Mistake::new(origin.head(), deeper).help(format!("write `{key} = \"...\"`")));
    }
    let kind = entry.path.segments().first().map_or("", String::as_str);
    if kind == "handler" && key == "bulkhead" {
        let says = format!("{}: a handler has no `bulkhead`", entry.path);
        return Some(Mistake::new(origin.head(), says).help("here it is called `concurrency`"));
    }
    if kind == "handler" && key == "rate_limit" {
        let says = format!("{}: a handler has no `rate_limit`", entry.path);
        let help =
            "put `#[gentle(rate_limit = ...)]` on the function that makes the call, and change that one";
        return Some(Mistake::new(origin.head(), says).help(help));
    }
    if kind == "handler" && matches!(key.as_str(), "drain" | "lease") {
        let says = format!("{}: `{key}` is not configured by handler", entry.path);
        let help = "`drain` and `lease` are set in the code; `[app] drain` is for all handlers";
        return Some(Mistake::new(origin.head(), says).help(help));
    }
    if kind == "policy" && POLICY_KEYS.contains(&key.as_str()) {
        return Some(not_in_code(entry, key, origin.head()));
    }
    let words: Vec<&str> = keys.iter().map(String::as_str).collect();
    let says = format!("{}: unknown key `{key}`", entry.path);
    Some(Mistake::new(origin.head(), says).help(suggestion(key, &words, "it has no keys")))
}

fn not_in_code(entry: &Entry, key: &str, head: impl Into<String>) -> Mistake {
    let says = format!("{}: the code gives this policy no `{key}`", entry.path);
    let help = "configuration changes what the code has written: add it to the attribute, or take this away";
    Mistake::new(head, says).help(help)
}

fn unknown_name(path: &KeyPath, origin: &Origin, known: &Known) -> Mistake {
    let name = path.last();
    let Some((kind, parent)) = parent(path) else {
        let top = KeyPath::default();
        let mut sections = known.names_below(&top);
        sections.extend(FAMILIES);
        sections.sort_unstable();
        sections.dedup();
        let says = format!("unknown section `{name}`");
        return Mistake::new(origin.head(), says).help(suggestion(name, &sections, ""));
    };
    let names = known.names_below(&parent);
    let none = format!("this program has no {kind}");
    Mistake::new(origin.head(), format!("unknown {kind} `{name}`")).help(suggestion(name, &names, &none))
}

/// What the name is a name of, and the section of such names.
fn parent(path: &KeyPath) -> Option<(&str, KeyPath)> {
    let (_, above) = path.segments().split_last()?;
    let kind = above.last()?;
    Some((kind, above.iter().fold(KeyPath::default(), |parent, segment| parent.child(segment))))
}

fn suggestion(word: &str, known: &[&str], none: &str) -> String {
    // Names are paths: who writes only the end of one is nearer to it than any count of letters says.
    let by_end = known.iter().copied().find(|name| name.rsplit("::").next() == Some(word));
    match by_end.or_else(|| did_you_mean(word, known.iter().copied())) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None if known.is_empty() => none.to_owned(),
        None => format!("known: {}", known.join(", ")),
    }
}

/// The variables that begin as gentle's do, set nothing and are no slip of one that does: somebody else's, such as
/// those that Kubernetes makes for a service called `gentle`.
pub(crate) fn foreign<'a>(config: &'a Config, known: &Known) -> Vec<&'a str> {
    let is_foreign = |name: &&str| {
        is_ours(name, known) && keys(name, known).is_empty() && unknown_variable(name, known).is_none()
    };
    config.0.environment.names().filter(is_foreign).collect()
}

fn is_ours(name: &str, known: &Known) -> bool {
    name.starts_with("GENTLE_") && !known.variables.iter().any(|variable| variable == name)
}

fn keys(name: &str, known: &Known) -> Vec<KeyPath> {
    known.entries.iter().filter_map(|entry| entry.key_of(name)).collect()
}

fn in_variable(name: &str, known: &Known) -> Option<Mistake> {
    if !is_ours(name, known) {
        return None;
    }
    match keys(name, known).as_slice() {
        [] => unknown_variable(name, known),
        [_] => None,
        several => ambiguous(name, several, known),
    }
}

/// What a variable that sets nothing is a slip of.
fn unknown_variable(name: &str, known: &Known) -> Option<Mistake> {
    let absent = |entry: &Entry, key: &str| entry.path.child(key).variable() == name;
    let policies = known
        .entries
        .iter()
        .filter(|entry| entry.path.segments().first().is_some_and(|kind| kind == "policy"));
    for entry in policies {
        if let Some(key) = POLICY_KEYS.iter().find(|key| absent(entry, key)) {
            return Some(not_in_code(entry, key, name));
        }
    }
    let rest = |name: &str| name.trim_start_matches("GENTLE_").to_lowercase();
    let taken = known.entries.iter().flat_map(Entry::variables).chain(known.variables.iter().cloned());
    let words: Vec<String> = taken.map(|variable| rest(&variable)).collect();
    let meant = did_you_mean(&rest(name), words.iter().map(String::as_str))?;
    let help = format!("did you mean `GENTLE_{}`?", meant.to_uppercase());
    Some(Mistake::new(name, "unknown variable").help(help))
}

/// Two names that are spelt alike in upper case. A service that takes any key is only meant when nothing else is.
fn ambiguous(name: &str, keys: &[KeyPath], known: &Known) -> Option<Mistake> {
    let exact =
        known.entries.iter().filter(|entry| entry.keys.is_some() && entry.key_of(name).is_some()).count();
    if exact == 1 {
        return None;
    }
    let meant: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
    let says = format!("this variable could mean {}", meant.join(" or "));
    Some(Mistake::new(name, says).help("set the one you mean in gentle.toml, and take the variable away"))
}
