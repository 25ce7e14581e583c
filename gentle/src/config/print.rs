use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::key::KeyPath;
use super::known::{Entry, Known};
use super::{Config, Value, variables};

/// Every value with its origin, for people.
pub(crate) struct Print<'a> {
    pub(crate) config: &'a Config,
    pub(crate) known: &'a Known,
}

impl Print<'_> {
    fn values(&self) -> BTreeMap<KeyPath, Value> {
        let found = self.keys().into_iter().filter_map(|key| {
            let value = self.config.find(&key, &self.variables(&key))?;
            Some((key, value))
        });
        found.collect()
    }

    fn keys(&self) -> BTreeSet<KeyPath> {
        let written = self.config.layers().into_iter().flat_map(|layer| layer.values.keys().cloned());
        let fixed = self.known.entries.iter().flat_map(|entry| {
            entry.keys.iter().flatten().map(|key| entry.path.child(key)).collect::<Vec<_>>()
        });
        let names = self.config.0.environment.names();
        let open = names.flat_map(|name| self.known.entries.iter().filter_map(|entry| entry.key_of(name)));
        written.chain(fixed).chain(open).collect()
    }

    fn variables(&self, key: &KeyPath) -> Vec<String> {
        let entry = self.known.entries.iter().find(|entry| key.below(&entry.path).is_some());
        let prefixed = entry.and_then(|entry| prefixed(entry, key));
        prefixed.into_iter().chain(variables(key)).collect()
    }

    /// Variables of gentle that no value shows: their key depends on names that are not known here.
    fn left(&self, shown: &BTreeMap<KeyPath, Value>) -> Vec<Value> {
        let covered: BTreeSet<String> = shown.keys().flat_map(|key| self.variables(key)).collect();
        let names = self.config.0.environment.names().filter(|name| name.starts_with("GENTLE_"));
        let left = names.filter(|name| !covered.contains(*name));
        left.filter_map(|name| self.config.0.environment.value(&KeyPath::of([name]), &[name.to_owned()]))
            .collect()
    }
}

fn prefixed(entry: &Entry, key: &KeyPath) -> Option<String> {
    let rest = key.below(&entry.path)?.join("_");
    Some(format!("{}_{}", entry.prefix.as_ref()?, super::mangled(&rest)))
}

impl fmt::Display for Print<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values = self.values();
        for value in values.values().chain(&self.left(&values)) {
            writeln!(f, "{} = {value}   # {}", value.key, value.origin)?;
        }
        Ok(())
    }
}
