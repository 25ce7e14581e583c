//! What CONTRIBUTING.md says about sizes, features, docs and clocks.

use crate::source::{Source, all, library};

/// The crates that users get.
const PUBLISHED: [&str; 3] = ["gentle/src", "gentle-macros/src", "gentle-dsl/src"];
const FILE: usize = 600;
const FUNCTION: usize = 60;

fn published() -> impl Iterator<Item = Source> {
    PUBLISHED.into_iter().flat_map(library)
}

/// A function in the code: where its `fn` stands, and its body.
struct Function {
    at: usize,
    body: std::ops::Range<usize>,
}

fn functions(code: &str) -> Vec<Function> {
    let mut open = Vec::new();
    let mut functions = Vec::new();
    let mut begun = None;
    for (at, byte) in code.bytes().enumerate() {
        match byte {
            b'f' if is_function(code, at) => begun = Some(at),
            b';' => begun = None,
            b'{' => open.push((begun.take(), at)),
            b'}' => {
                if let Some((Some(fn_at), body)) = open.pop() {
                    functions.push(Function { at: fn_at, body: body..at });
                }
            }
            _ => {}
        }
    }
    functions
}

// `fn name`, and not the type `fn(…)`.
fn is_function(code: &str, at: usize) -> bool {
    let word = !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
    word && code[at..].strip_prefix("fn ").is_some_and(|rest| !rest.starts_with('('))
}

#[test]
fn no_file_is_longer_than_600_lines() {
    let sources = ["gentle", "gentle-macros", "gentle-dsl", "examples", "tests", "benches", "xtask"];
    let long = sources.into_iter().flat_map(all).filter_map(|source| {
        let lines = source.text.lines().count();
        (lines > FILE).then(|| format!("{}: {lines} lines", source.path.display()))
    });
    crate::none(&long.collect::<Vec<_>>(), "files of more than 600 lines");
}

#[test]
fn no_function_is_longer_than_60_lines() {
    let mut long = Vec::new();
    for source in published() {
        for function in functions(&source.code) {
            let lines = source.line(function.body.end) - source.line(function.at) + 1;
            if lines > FUNCTION {
                long.push(format!("{}: {lines} lines", source.place(function.at)));
            }
        }
    }
    crate::none(&long, "functions of more than 60 lines");
}

#[test]
fn features_stand_on_items_and_never_inside_functions() {
    let mut inside = Vec::new();
    for source in published() {
        let functions = functions(&source.code);
        let cfgs = source.code.match_indices("cfg").map(|(at, _)| at);
        let on_features = cfgs.filter(|at| {
            let condition = source.code[*at..].split([')', '\n']).next();
            condition.is_some_and(|condition| condition.contains("feature"))
        });
        let found = on_features.filter(|at| functions.iter().any(|function| function.body.contains(at)));
        inside.extend(found.map(|at| source.place(at)));
    }
    crate::none(&inside, "`cfg(feature)` inside a function");
}

#[test]
fn contents_pages_have_no_logic() {
    let logic = published().filter(|source| source.path.ends_with("src/lib.rs")).flat_map(|source| {
        // The entry points of macros have to stand there; each is one call.
        let longest = if source.path.starts_with("gentle-macros") { 3 } else { 0 };
        let too_long: Vec<String> = functions(&source.code)
            .into_iter()
            .filter(|function| source.line(function.body.end) - source.line(function.at) + 1 > longest)
            .map(|function| source.place(function.at))
            .collect();
        let impls = source.code.lines().filter(|line| line.trim_start().starts_with("impl"));
        impls.map(|line| format!("{}: {line}", source.path.display())).chain(too_long).collect::<Vec<_>>()
    });
    crate::none(&logic.collect::<Vec<_>>(), "logic in a lib.rs");
}

#[test]
fn every_example_in_the_docs_runs() {
    let skipped = published().flat_map(|source| {
        let lines = source.text.lines().enumerate().filter(|(_, line)| {
            let fence = line.trim_start().trim_start_matches(['/', '!']).trim_start();
            fence.strip_prefix("```").is_some_and(|kind| kind.contains("ignore"))
        });
        lines.map(|(line, _)| format!("{}:{}", source.path.display(), line + 1)).collect::<Vec<_>>()
    });
    crate::none(&skipped.collect::<Vec<_>>(), "examples marked `ignore`");
}

#[test]
fn nothing_but_time_reads_a_clock() {
    let mut readers = Vec::new();
    for source in library("gentle/src").iter().filter(|source| !source.path.starts_with("gentle/src/time")) {
        for clock in ["Instant::now(", "SystemTime::now("] {
            readers.extend(source.code.match_indices(clock).map(|(at, _)| source.place(at)));
        }
    }
    crate::none(&readers, "clocks read outside of `time`");
}
