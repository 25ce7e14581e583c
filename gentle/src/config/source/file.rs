use std::collections::BTreeMap;
use std::io::Read;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use toml_edit::{Document, Item, TableLike, Value as Written};

use super::syntax;
use crate::config::key::KeyPath;
use crate::config::mistake::Mistake;
use crate::config::value::Shape;
use crate::config::{Origin, Value};

/// No configuration written by hand comes near this; a data file named by mistake should not fill the memory.
pub(crate) const LARGEST: u64 = 1024 * 1024;

/// What one file holds: its values, and where each key and each table is named.
#[derive(Clone, Default)]
pub(crate) struct Layer {
    pub(crate) values: BTreeMap<KeyPath, Value>,
    pub(crate) named: BTreeMap<KeyPath, Origin>,
}

impl Layer {
    /// Whether it has this key, or one below it.
    pub(crate) fn speaks_of(&self, path: &KeyPath) -> bool {
        has(&self.values, path) || has(&self.named, path)
    }
}

fn has<V>(map: &BTreeMap<KeyPath, V>, path: &KeyPath) -> bool {
    let first = map.range(path.clone()..).next();
    first.is_some_and(|(key, _)| key == path || key.below(path).is_some())
}

/// Reads a file of configuration whole.
pub(crate) fn read(path: &Path) -> Result<String, Mistake> {
    let name = path.display().to_string();
    let wrong = |error: &std::io::Error| Mistake::new(&name, format!("cannot be read: {error}"));
    let file = std::fs::File::open(path).map_err(|error| wrong(&error))?;
    if file.metadata().map_err(|error| wrong(&error))?.is_dir() {
        return Err(Mistake::new(name, "is a directory, not a file").help("name the file inside it"));
    }
    let mut bytes = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| wrong(&error))?;
    decode(&name, bytes)
}

fn decode(name: &str, bytes: Vec<u8>) -> Result<String, Mistake> {
    if bytes.len() as u64 > LARGEST {
        let says = "is larger than 1 MiB, which no configuration is";
        return Err(Mistake::new(name, says).help("check that this is the file you mean"));
    }
    String::from_utf8(bytes).map_err(|error| not_utf8(name, &error))
}

fn not_utf8(name: &str, error: &std::string::FromUtf8Error) -> Mistake {
    let good = error.utf8_error().valid_up_to();
    let line = String::from_utf8_lossy(&error.as_bytes()[..good]).matches('\n').count() + 1;
    Mistake::new(format!("{name}:{line}"), "this is not UTF-8 text").help("save the file as UTF-8")
}

/// The values of a TOML text; `name` is what messages call it.
pub(crate) fn parse(name: &str, text: &str) -> Result<Layer, Vec<Mistake>> {
    // A byte order mark is what some editors call UTF-8; it says nothing.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let document = Document::parse(text).map_err(|error| vec![syntax::mistake(name, text, &error)])?;
    let mut reading = Reading { name: Arc::from(name), text, layer: Layer::default(), mistakes: Vec::new() };
    reading.table(&KeyPath::default(), document.as_table());
    if reading.mistakes.is_empty() { Ok(reading.layer) } else { Err(reading.mistakes) }
}

struct Reading<'a> {
    name: Arc<str>,
    text: &'a str,
    layer: Layer,
    mistakes: Vec<Mistake>,
}

impl Reading<'_> {
    fn table(&mut self, path: &KeyPath, table: &dyn TableLike) {
        for (segment, item) in table.iter() {
            let below = path.child(segment);
            let key = table.key(segment).and_then(toml_edit::Key::span);
            self.layer.named.insert(below.clone(), self.origin(key));
            self.item(below, item);
        }
    }

    fn item(&mut self, path: KeyPath, item: &Item) {
        match item {
            Item::None => {}
            Item::Table(table) => self.table(&path, table),
            Item::ArrayOfTables(tables) => {
                let origin =
                    self.layer.named.get(&path).cloned().unwrap_or_else(|| self.origin(tables.span()));
                self.no_tables(&path, &origin);
            }
            Item::Value(Written::InlineTable(table)) => self.table(&path, table),
            Item::Value(value) => {
                if let Some(value) = self.value(&path, value) {
                    self.layer.values.insert(path, value);
                }
            }
        }
    }

    fn value(&mut self, path: &KeyPath, written: &Written) -> Option<Value> {
        let span = written.span();
        let origin = self.origin(span.clone());
        let (shape, text) = match written {
            Written::String(text) => (Shape::Text, text.value().clone()),
            Written::Integer(number) => (Shape::Integer, number.value().to_string()),
            Written::Float(number) => {
                (Shape::Float, self.raw(span.clone()).unwrap_or_else(|| number.value().to_string()))
            }
            Written::Boolean(flag) => (Shape::Boolean, flag.value().to_string()),
            Written::Datetime(moment) => (Shape::Moment, moment.value().to_string()),
            Written::Array(list) => return Some(self.list(path, list, origin)),
            Written::InlineTable(_) => {
                self.no_tables(path, &origin);
                return None;
            }
        };
        let verbatim = span.and_then(|span| self.verbatim(&span, &text, shape));
        Some(Value { key: path.clone(), text, shape, items: Vec::new(), origin, verbatim })
    }

    fn list(&mut self, path: &KeyPath, list: &toml_edit::Array, origin: Origin) -> Value {
        let items: Vec<Value> = list.iter().filter_map(|item| self.value(path, item)).collect();
        let text = items.iter().map(|item| item.text.as_str()).collect::<Vec<_>>().join(", ");
        Value { key: path.clone(), text, shape: Shape::List, items, origin, verbatim: None }
    }

    fn no_tables(&mut self, path: &KeyPath, origin: &Origin) {
        let says = format!("{path}: a list of tables has no meaning here");
        self.mistakes
            .push(Mistake::new(origin.head(), says).help("give each table a name: `[section.name]`"));
    }

    fn raw(&self, span: Option<Range<usize>>) -> Option<String> {
        self.text.get(span?).map(str::to_owned)
    }

    // Only a text that stands in the file letter by letter, without escapes, can be pointed into.
    fn verbatim(&self, span: &Range<usize>, text: &str, shape: Shape) -> Option<Origin> {
        let raw = self.text.get(span.clone())?;
        let start = match shape {
            Shape::Text => opening(raw),
            _ => 0,
        };
        let body = raw.get(start..start + text.len())?;
        (body == text).then(|| self.origin(Some(span.start + start..span.end)))
    }

    fn origin(&self, span: Option<Range<usize>>) -> Origin {
        let (line, column) = syntax::position(self.text, span.map_or(0, |span| span.start));
        Origin::File { path: Arc::clone(&self.name), line, column }
    }
}

/// How many bytes of a text's raw form come before its first letter: the quotes, and the newline that TOML drops
/// behind three of them.
fn opening(raw: &str) -> usize {
    for quotes in ["\"\"\"\r\n", "'''\r\n", "\"\"\"\n", "'''\n", "\"\"\"", "'''"] {
        if raw.starts_with(quotes) && raw.len() > 5 {
            return quotes.len();
        }
    }
    1
}
