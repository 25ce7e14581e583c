//! The layers of ARCHITECTURE.md: the table there is the rule.

use std::collections::BTreeMap;
use std::fs;

use crate::paths::{module, named};
use crate::source::{Source, document, library, root};

/// What breaks the rule, and why it may for now. Each is `file: module it names`.
const EXCEPTIONS: &[&str] = &[];

/// The table: each module with its layer, and the layers it may use.
struct Layers {
    layer: BTreeMap<String, u8>,
    may_use: BTreeMap<u8, Vec<u8>>,
}

impl Layers {
    fn parse(document: &str) -> Self {
        let mut layers = Self { layer: BTreeMap::new(), may_use: BTreeMap::new() };
        let table = document.lines().skip_while(|line| !line.starts_with("| layer |")).skip(2);
        for line in table.take_while(|line| line.starts_with('|')) {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let [_, layer, modules, may_use, ..] = cells.as_slice() else { panic!("not a row: {line}") };
            let layer = layer.parse().unwrap_or_else(|_| panic!("not a layer: {line}"));
            layers.may_use.insert(layer, range(may_use));
            layers.layer.extend(words(modules).map(|word| (word, layer)));
        }
        layers
    }

    /// Why `from` must not name `to`; nothing when it may.
    fn violation(&self, from: &str, to: &str) -> Option<String> {
        let (below, above) = (self.layer.get(from)?, self.layer.get(to)?);
        let fine = from == to || self.may_use.get(below)?.contains(above);
        (!fine).then(|| format!("`{from}` of layer {below} names `{to}` of layer {above}"))
    }
}

/// The words in backticks.
fn words(cell: &str) -> impl Iterator<Item = String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned)
}

/// `0–3`, `0`, `none` or `all`.
fn range(cell: &str) -> Vec<u8> {
    let layer = |text: &str| text.trim().parse::<u8>().unwrap_or_else(|_| panic!("not a range: {cell}"));
    match (cell, cell.split_once('–')) {
        ("all", _) => (0..=u8::MAX).collect(),
        ("none", _) => Vec::new(),
        (_, Some((first, last))) => (layer(first)..=layer(last)).collect(),
        (one, None) => vec![layer(one)],
    }
}

/// Which module a name at the root of the crate comes from: `Error` from `error`, `here` from wherever it is exported.
fn origins(sources: &[Source]) -> BTreeMap<String, String> {
    let mut origins = BTreeMap::new();
    for source in sources {
        let own = module(&source.path).into_iter().next();
        for exported in source.code.split("#[macro_export]").skip(1) {
            let name = exported.split_whitespace().nth(1).map(str::to_owned);
            origins.extend(name.zip(own.clone()));
        }
        if own.is_none() {
            origins.extend(source.code.split("pub use ").skip(1).flat_map(reexported));
        }
    }
    origins
}

/// `error::{Error, Place};` as pairs of name and module.
fn reexported(line: &str) -> Vec<(String, String)> {
    let path = line.split(';').next().unwrap_or_default();
    let Some((module, names)) = path.split_once("::") else { return Vec::new() };
    let names = names.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|name| !name.is_empty());
    names.map(|name| (name.to_owned(), module.trim().to_owned())).collect()
}

fn violations(layers: &Layers, sources: &[Source]) -> Vec<String> {
    let origins = origins(sources);
    let mut violations = Vec::new();
    for source in sources {
        let Some(own) = module(&source.path).into_iter().next() else { continue };
        for path in named(source) {
            let Some(first) = path.segments.first() else { continue };
            let used = origins.get(first).unwrap_or(first);
            let Some(why) = layers.violation(&own, used) else { continue };
            if !EXCEPTIONS.contains(&format!("{}: {used}", source.path.display()).as_str()) {
                violations.push(format!("{}: {why}", source.place(path.at)));
            }
        }
    }
    violations
}

#[test]
fn lower_layers_never_name_upper_ones_and_siblings_never_each_other() {
    let layers = Layers::parse(&document("ARCHITECTURE.md"));
    crate::none(&violations(&layers, &library("gentle/src")), "the layers of ARCHITECTURE.md");
}

#[test]
fn every_module_has_a_layer() {
    let layers = Layers::parse(&document("ARCHITECTURE.md"));
    let modules = fs::read_dir(root().join("gentle/src")).into_iter().flatten().flatten();
    let names = modules.map(|entry| entry.file_name().to_string_lossy().trim_end_matches(".rs").to_owned());
    let homeless: Vec<String> = names.filter(|name| !layers.layer.contains_key(name)).collect();
    crate::none(&homeless, "modules without a layer in ARCHITECTURE.md");
}

#[test]
fn a_violation_is_found() {
    let layers = Layers::parse(
        "| layer | modules | may use |\n|---|---|---|\n| 2 | `top` | 0–1 |\n| 1 | `left` · `right` | 0 |\n| 0 | `base` | none |\n",
    );
    assert_eq!(layers.violation("top", "base"), None);
    assert_eq!(layers.violation("left", "left"), None);
    assert!(layers.violation("left", "right").is_some());
    assert!(layers.violation("base", "top").is_some());
    let code = "pub use top::Thing;\n".to_owned();
    let lib = Source { path: "x/src/lib.rs".into(), text: String::new(), code };
    let code = "\nuse crate::Thing;\n".to_owned();
    let base = Source { path: "x/src/base/mod.rs".into(), text: String::new(), code };
    assert_eq!(
        violations(&layers, &[lib, base]),
        ["x/src/base/mod.rs:2: `base` of layer 0 names `top` of layer 2"]
    );
}
