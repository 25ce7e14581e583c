//! Rust files as text, with everything blanked that is no code: comments, the insides of strings, tests.

use std::fs;
use std::path::{Path, PathBuf};

/// One file.
pub(crate) struct Source {
    /// From the root of the checkout.
    pub(crate) path: PathBuf,
    /// As it is.
    pub(crate) text: String,
    /// Only the code that is compiled into the library; every character is at its old place.
    pub(crate) code: String,
}

impl Source {
    /// The line, from 1, of a place in the code.
    pub(crate) fn line(&self, at: usize) -> usize {
        self.code[..at].matches('\n').count() + 1
    }

    /// `gentle/src/event/mod.rs:12`
    pub(crate) fn place(&self, at: usize) -> String {
        format!("{}:{}", self.path.display(), self.line(at))
    }
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

pub(crate) fn document(name: &str) -> String {
    let path = root().join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every Rust file below `folder`, without those that only tests have.
pub(crate) fn library(folder: &str) -> Vec<Source> {
    let all = all(folder);
    let tests: Vec<PathBuf> = all.iter().flat_map(test_modules).collect();
    all.into_iter().filter(|source| !tests.iter().any(|test| source.path.starts_with(test))).collect()
}

/// Every Rust file below `folder`, in the order of paths.
pub(crate) fn all(folder: &str) -> Vec<Source> {
    let mut found = Vec::new();
    collect(&root().join(folder), &mut found);
    found.sort();
    found.iter().map(|path| read(path)).collect()
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn read(path: &Path) -> Source {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let code = without_tests(blanked(&text));
    let path = path.strip_prefix(root()).unwrap_or(path).to_owned();
    Source { path, text, code }
}

/// The files behind `#[cfg(test)] mod name;`, as `folder/name` and `folder/name.rs`.
fn test_modules(source: &Source) -> Vec<PathBuf> {
    let text = blanked(&source.text);
    let folder = match source.path.file_stem() {
        Some(stem) if stem != "mod" && stem != "lib" && stem != "main" => source.path.with_extension(""),
        _ => source.path.with_file_name(""),
    };
    let behind = text.split("#[cfg(test)]").skip(1);
    let names = behind.filter_map(|rest| {
        let declaration = rest.split_once(';')?.0.trim();
        declaration.strip_prefix("pub(crate) ").unwrap_or(declaration).strip_prefix("mod ")
    });
    names
        .filter(|name| !name.contains('{'))
        .flat_map(|name| [folder.join(name), folder.join(name).with_extension("rs")])
        .collect()
}

/// The text with comments and the insides of strings and characters as blanks.
fn blanked(text: &str) -> String {
    let mut blank = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let (here, behind) = rest.split_at(token(rest).unwrap_or(next.len_utf8()));
        match token(rest) {
            Some(_) => blank.extend(here.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' })),
            None => blank.push(next),
        }
        rest = behind;
    }
    blank
}

/// The length of the comment, string or character that `text` begins with.
fn token(text: &str) -> Option<usize> {
    if text.starts_with("//") {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    if text.starts_with("/*") {
        return Some(text.find("*/").map_or(text.len(), |end| end + 2));
    }
    if let Some(hashes) = raw_string(text) {
        let end = format!("\"{}", "#".repeat(hashes));
        let begin = hashes + 2;
        return Some(text[begin..].find(&end).map_or(text.len(), |at| begin + at + end.len()));
    }
    match text.as_bytes() {
        [b'"', ..] => Some(closing(text, b'"')),
        [b'\'', b'\\', ..] => Some(closing(text, b'\'')),
        [b'\'', ..] => {
            let length = text[1..].chars().next()?.len_utf8();
            text[1 + length..].starts_with('\'').then_some(length + 2)
        }
        _ => None,
    }
}

fn raw_string(text: &str) -> Option<usize> {
    let hashes = text.strip_prefix('r')?;
    let count = hashes.bytes().take_while(|byte| *byte == b'#').count();
    hashes[count..].starts_with('"').then_some(count)
}

fn closing(text: &str, quote: u8) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            byte if byte == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The code with each `#[cfg(test)] mod … { … }` as blanks.
fn without_tests(mut code: String) -> String {
    while let Some(begin) = code.find("#[cfg(test)]") {
        let end = item_end(&code, begin);
        let blank: String = code[begin..end].chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect();
        code.replace_range(begin..end, &blank);
    }
    code
}

/// Behind the `;` or the closing brace of the item at `begin`.
fn item_end(code: &str, begin: usize) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in code.bytes().enumerate().skip(begin) {
        match byte {
            b'{' => depth += 1,
            b'}' if depth <= 1 => return at + 1,
            b'}' => depth -= 1,
            b';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    code.len()
}

#[test]
fn what_is_no_code_is_blank_and_everything_else_stays_in_its_place() {
    let text = "use a::b; // c::d\nlet x = \"e::f\"; let y = 'g'; fn z<'h>() {}\n#[cfg(test)]\nmod t { use i::j; }\nlast";
    let code = without_tests(blanked(text));
    assert_eq!(code.len(), text.len());
    for word in ["use a::b;", "fn z<'h>() {}", "last"] {
        assert_eq!(code.find(word), text.find(word), "{word}");
    }
    for word in ["c::d", "e::f", "g", "i::j"] {
        assert!(!code.contains(word), "{word}");
    }
}
