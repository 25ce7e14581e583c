//! The paths inside a crate that a file names.

use std::path::Path;

use crate::source::Source;

/// A path from the root of the crate, and where it is written.
pub(crate) struct Named {
    pub(crate) at: usize,
    pub(crate) segments: Vec<String>,
}

/// The module that a file is: `gentle/src/event/consumer/pull.rs` is `event::consumer::pull`.
pub(crate) fn module(path: &Path) -> Vec<String> {
    let inside = path.components().skip_while(|part| part.as_os_str() != "src").skip(1);
    let mut segments: Vec<String> =
        inside.map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    if let Some(file) = segments.pop() {
        let name = file.trim_end_matches(".rs");
        if !["mod", "lib", "main"].contains(&name) {
            segments.push(name.to_owned());
        }
    }
    segments
}

/// Every path that begins with `crate::` or `super::`, taken from the root; groups in braces are taken apart.
pub(crate) fn named(source: &Source) -> Vec<Named> {
    let own = module(&source.path);
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = next(&source.code, from) {
        let rest = &source.code[at..];
        let supers = rest.match_indices("super::").zip(0..).take_while(|((place, _), n)| *place == n * 7);
        let supers = supers.count();
        let (base, begin) = match supers {
            0 => (Vec::new(), "crate::".len()),
            _ => (own[..own.len().saturating_sub(supers)].to_vec(), supers * 7),
        };
        for segments in expanded(&rest[begin..]) {
            found.push(Named { at, segments: [base.clone(), segments].concat() });
        }
        from = at + begin;
    }
    found
}

/// The next path that begins with `crate::` or with `super::`.
fn next(code: &str, from: usize) -> Option<usize> {
    let candidates = ["crate::", "super::"].into_iter().filter_map(|word| {
        let mut places = code[from..].match_indices(word).map(|(at, _)| from + at);
        places.find(|at| !code[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'))
    });
    candidates.min()
}

/// `a::{b, c::d}` as `a::b` and `a::c::d`.
fn expanded(text: &str) -> Vec<Vec<String>> {
    let text = text.trim_start();
    if let Some(group) = text.strip_prefix('{') {
        return parts(group).into_iter().flat_map(expanded).collect();
    }
    let length = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    let (segment, rest) = text.split_at(length);
    let tails = match rest.strip_prefix("::") {
        Some(tail) if !segment.is_empty() => expanded(tail),
        _ => vec![Vec::new()],
    };
    tails.into_iter().map(|tail| [vec![segment.to_owned()], tail].concat()).collect()
}

/// What stands between the commas of a group, whose opening brace is gone.
fn parts(group: &str) -> Vec<&str> {
    let (mut depth, mut begin, mut parts) = (0_usize, 0, Vec::new());
    for (at, byte) in group.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 0 => {
                parts.push(&group[begin..at]);
                break;
            }
            b'}' => depth -= 1,
            b',' if depth == 0 => {
                parts.push(&group[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
    }
    parts.into_iter().filter(|part| !part.trim().is_empty()).collect()
}

#[test]
fn groups_are_taken_apart_and_supers_lead_to_the_root() {
    let code =
        "use crate::{a, b::{c, d}};\nuse super::e;\nfn f() -> super::super::g::H { $crate::i!() }".to_owned();
    let source = Source { path: "x/src/one/two.rs".into(), text: String::new(), code };
    let found: Vec<String> = named(&source).iter().map(|named| named.segments.join("::")).collect();
    assert_eq!(found, ["a", "b::c", "b::d", "one::e", "g::H", "i"]);
}
