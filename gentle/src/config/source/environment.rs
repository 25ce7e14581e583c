use std::collections::BTreeMap;
use std::ffi::OsString;
use std::sync::Arc;

use crate::config::key::KeyPath;
use crate::config::mistake::Mistake;
use crate::config::{Origin, Value};

/// The variables that were handed in. Those that are not UTF-8 are kept by name, to be reported when they count.
#[derive(Clone, Default)]
pub(crate) struct Environment {
    variables: BTreeMap<String, String>,
    unreadable: Vec<String>,
}

impl Environment {
    pub(crate) fn add(&mut self, name: OsString, text: OsString) {
        let Ok(name) = name.into_string() else { return };
        match text.into_string() {
            Ok(text) if text.is_empty() => {}
            Ok(text) => drop(self.variables.insert(name, text)),
            Err(_) => self.unreadable.push(name),
        }
    }

    pub(crate) fn text(&self, variable: &str) -> Option<&str> {
        self.variables.get(variable).map(String::as_str)
    }

    /// The value of `key` from the first of `variables` that is set.
    pub(crate) fn value(&self, key: &KeyPath, variables: &[String]) -> Option<Value> {
        let (name, text) = variables.iter().find_map(|name| self.variables.get_key_value(name))?;
        Some(Value::plain(key.clone(), text.clone(), Origin::Environment(Arc::from(name.as_str()))))
    }

    /// Whether there is a variable whose name begins so.
    pub(crate) fn has(&self, prefix: &str) -> bool {
        let first = self.variables.range(prefix.to_owned()..).next();
        first.is_some_and(|(name, _)| name.starts_with(prefix))
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.variables.keys().map(String::as_str)
    }

    /// Variables of gentle that hold no UTF-8.
    pub(crate) fn mistakes(&self) -> impl Iterator<Item = Mistake> {
        let ours = self.unreadable.iter().filter(|name| name.starts_with("GENTLE_"));
        ours.map(|name| {
            Mistake::new(name, "the variable is not UTF-8 text").help("set it again, as plain text")
        })
    }
}
