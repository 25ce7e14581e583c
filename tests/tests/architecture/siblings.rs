//! Inside a module: policies, back ends and library services do not know each other.

use std::collections::BTreeSet;

use crate::paths::{module, named};
use crate::source::{Source, library};

/// The folders whose folders are strangers to each other.
const FAMILIES: &[&[&str]] = &[&["policy"], &["event", "backend"], &["service", "library"]];

/// The folders that are no members of their family: they put the members together.
const TOGETHER: &[&str] = &["gentle/src/policy/call/mod.rs", "gentle/src/policy/policies/mod.rs"];

/// What breaks the rule, and why it may: `file: whom it names`.
const EXCEPTIONS: &[&str] = &[
    // A wait that ends with the call is a limit of the call, which lives with the timeout.
    "gentle/src/policy/bulkhead/mod.rs: timeout",
    "gentle/src/policy/cache/shelf.rs: timeout",
    "gentle/src/policy/rate_limit/mod.rs: timeout",
    "gentle/src/policy/tower/attempts.rs: timeout",
];

/// The member of the family that a path leads into.
fn member<'a>(family: &[&str], path: &'a [String]) -> Option<&'a str> {
    let inside = path.len() > family.len() && path.iter().zip(family).all(|(one, other)| one == other);
    inside.then(|| path[family.len()].as_str())
}

/// The folders of the family; a file beside them belongs to all.
fn members(family: &[&str], sources: &[Source]) -> BTreeSet<String> {
    let puts_together = |source: &Source| TOGETHER.iter().any(|path| source.path.ends_with(path));
    let folders = sources.iter().filter(|source| source.path.ends_with("mod.rs") && !puts_together(source));
    folders.filter_map(|source| member(family, &module(&source.path)).map(str::to_owned)).collect()
}

fn strangers(family: &[&str], sources: &[Source]) -> Vec<String> {
    let members = members(family, sources);
    let mut violations = Vec::new();
    for source in sources {
        let path = module(&source.path);
        let Some(own) = member(family, &path).filter(|own| members.contains(*own)) else { continue };
        for named in named(source) {
            let Some(other) = member(family, &named.segments) else { continue };
            let known = format!("{}: {other}", source.path.display());
            if other != own && members.contains(other) && !EXCEPTIONS.contains(&known.as_str()) {
                violations.push(format!("{}: `{own}` names `{other}`", source.place(named.at)));
            }
        }
    }
    violations
}

#[test]
fn policies_back_ends_and_library_services_do_not_know_each_other() {
    let sources = library("gentle/src");
    let violations: Vec<String> = FAMILIES.iter().flat_map(|family| strangers(family, &sources)).collect();
    crate::none(&violations, "strangers of ARCHITECTURE.md, \"Layers\"");
}
