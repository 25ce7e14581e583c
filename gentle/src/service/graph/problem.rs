//! What is wrong with a graph, in words somebody can act on who has never seen the code.

use std::fmt::Write;

use gentle_dsl::did_you_mean;

use super::Dep;
use crate::Place;
use crate::error::{Error, Kind};
use crate::service::Definition;
use crate::service::definition::{Edge, Target};

/// So many names fit on a line that lists what is registered.
const LISTED: usize = 12;

pub(super) fn same_name(first: &Definition, second: &Definition) -> Error {
    let name = first.name();
    let text = format!(
        "two {} are called `{name}`\n  the first at {}\n  the second at {}\n\
         help: give one of them another name, or take one away",
        if first.kind == second.kind { plural(first.kind) } else { "parts".to_owned() },
        Site(first.place),
        Site(second.place),
    );
    Error::new(Kind::Duplicate, text).service(name)
}

pub(super) fn same_type(type_name: &str, first: &Definition, second: &Definition) -> Error {
    let short = short(type_name);
    let text = format!(
        "`{short}` is registered twice: as `{}` and as `{}`\n  `{}` at {}\n  `{}` at {}\n\
         help: `Svc<{short}>` could mean either; wrap one of them in a type of its own",
        first.name(),
        second.name(),
        first.name(),
        Site(first.place),
        second.name(),
        Site(second.place),
    );
    Error::new(Kind::Duplicate, text).service(second.name())
}

pub(super) fn twice(node: &Definition, to: &Definition, first: Place, second: Place) -> Error {
    let (name, dependency) = (node.name(), to.name());
    let text = if first == second {
        format!(
            "`{name}` names its dependency `{dependency}` twice\n  at {}\nhelp: name it once",
            Site(first)
        )
    } else {
        format!(
            "`{name}` names its dependency `{dependency}` twice\n  at {}\n  and at {}\nhelp: name it once",
            Site(first),
            Site(second)
        )
    };
    Error::new(Kind::Duplicate, text).service(name).dependency(dependency)
}

pub(super) fn itself(node: &Definition, edge: &Edge) -> Error {
    let name = node.name();
    let text = format!(
        "`{name}` depends on itself\n  at {}\nhelp: take that dependency away; inside its methods it is `self`",
        Site(edge.place)
    );
    Error::new(Kind::SelfDependency, text).service(name).dependency(name)
}

pub(super) fn missing(node: &Definition, edge: &Edge, nodes: &[Definition]) -> Error {
    let (name, site) = (node.name(), Site(edge.place));
    let (wanted, help) = match &edge.to {
        Target::Name(wanted) => (wanted.as_ref(), help_with_name(wanted, nodes)),
        Target::Type(wanted) => (wanted.name, help_with_type(wanted.name, nodes)),
    };
    let text = format!(
        "`{name}` needs `{wanted}`, which nobody registered\n  needed at {site}\n  registered: {}\nhelp: {help}",
        listed(nodes)
    );
    Error::new(Kind::Missing, text).service(name).dependency(wanted)
}

fn help_with_name(wanted: &str, nodes: &[Definition]) -> String {
    let near = did_you_mean(wanted, nodes.iter().map(Definition::name));
    match near.and_then(|near| nodes.iter().find(|node| node.name() == near)) {
        Some(near) => format!("did you mean `{}`, registered at {}?", near.name(), Site(near.place)),
        None => format!("register it under that name; {LINK_HINT}"),
    }
}

fn help_with_type(wanted: &str, nodes: &[Definition]) -> String {
    let types = || nodes.iter().filter_map(|node| node.provided().map(|provided| (provided.name, node)));
    let short = short(wanted);
    let twin = types().find(|(name, _)| self::short(name) == short);
    match twin {
        Some((name, node)) => {
            format!(
                "`{}` is another type of that name, `{name}`, registered at {}",
                node.name(),
                Site(node.place)
            )
        }
        None if wanted.starts_with("gentle::") => {
            format!("`{short}` is injected as it is: write `{short}` instead of `Svc<{short}>`")
        }
        None => format!("put `#[service]` on `{short}`; {LINK_HINT}"),
    }
}

const LINK_HINT: &str =
    "if another crate brings it, that crate must be named once: `gentle::link!(that_crate)`";

pub(super) fn circular(nodes: &[Definition], deps: &[Vec<Dep>], circle: &[usize]) -> Error {
    let edges = edges_of(deps, circle);
    let mut text = "services depend on each other in a circle: ".to_owned();
    for (node, _) in &edges {
        let _ = write!(text, "{} -> ", nodes[*node].name());
    }
    let first = nodes[circle[0]].name();
    text.push_str(first);
    for (node, dep) in &edges {
        let verb = if dep.hard { "needs" } else { "wants" };
        let (name, to) = (nodes[*node].name(), nodes[dep.node].name());
        let _ = write!(text, "\n  `{name}` {verb} `{to}` at {}", Site(dep.place));
    }
    text.push_str(&cut(nodes, &edges));
    let dependency = edges.first().map_or(first, |(_, dep)| nodes[dep.node].name());
    Error::new(Kind::Circular, text).service(first).dependency(dependency)
}

fn edges_of<'a>(deps: &'a [Vec<Dep>], circle: &[usize]) -> Vec<(usize, &'a Dep)> {
    let next = circle.iter().cycle().skip(1);
    let edge =
        |(node, to): (&usize, &usize)| deps[*node].iter().find(|dep| dep.node == *to).map(|dep| (*node, dep));
    circle.iter().zip(next).filter_map(edge).collect()
}

/// Which edge to cut: one that is only wanted, else one that only a name makes, else the one that closes the circle.
fn cut(nodes: &[Definition], edges: &[(usize, &Dep)]) -> String {
    let soft = edges.iter().find(|(_, dep)| !dep.hard);
    let named = edges.iter().find(|(_, dep)| dep.named);
    let Some((node, dep)) = soft.or(named).or(edges.last()) else { return String::new() };
    let (from, to) = (nodes[*node].name(), nodes[dep.node].name());
    let why = match (soft, named) {
        (Some(_), _) => "is only wanted".to_owned(),
        (None, Some(_)) => "is only named, no field holds it".to_owned(),
        (None, None) => {
            format!("closes it: let `{from}` look `{to}` up when it uses it, with `App::current()`")
        }
    };
    format!("\nhelp: cut one of these; `{from}` -> `{to}` {why}")
}

fn listed(nodes: &[Definition]) -> String {
    let mut names: Vec<&str> = nodes.iter().map(Definition::name).collect();
    names.sort_unstable();
    names.dedup();
    let shown: Vec<String> = names.iter().take(LISTED).map(|name| format!("`{name}`")).collect();
    match names.len().saturating_sub(LISTED) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// The last word of a type's path, generics cut off: what the user wrote.
fn short(type_name: &str) -> &str {
    let plain = type_name.split('<').next().unwrap_or(type_name);
    plain.rsplit("::").next().unwrap_or(plain)
}

fn plural(kind: &str) -> String {
    format!("{}s", kind.replace('_', " "))
}

/// A place with its package: where to go, and whose code it is.
struct Site(Place);

impl std::fmt::Display for Site {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.0, self.0.package)
    }
}
