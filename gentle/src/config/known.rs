use super::key::{KeyPath, mangled};

/// The keys of `[policy.NAME]`.
pub(crate) const POLICY_KEYS: &[&str] = &[
    "bulkhead",
    "cache",
    "chaos",
    "circuit_breaker",
    "fallback",
    "hedge",
    "rate_limit",
    "retry",
    "throttle",
    "timeout",
];
/// The keys of `[handler.NAME]`.
pub const HANDLER_KEYS: &[&str] = &["concurrency", "retry", "timeout"];
/// The keys of `[service.NAME]` that gentle reads for every service.
pub const SERVICE_KEYS: &[&str] = &["retry", "start_timeout", "stop_timeout"];
/// The keys of `[app]`.
pub const APP_KEYS: &[&str] = &["boot_timeout", "drain", "measure", "name", "shutdown_timeout", "watch"];

/// The names and keys that mean something to a program, against which
/// [`Config::unknown`](super::Config::unknown) holds what was written.
///
/// `[app]`, `[event]` and `[log]` are in it from the start.
///
/// # Examples
///
/// ```
/// use gentle::config::{Config, Known};
///
/// # fn main() -> Result<(), gentle::Error> {
/// let known = Known::new().policy("scores::read_score", ["retry"]).service("db", Some("SCORES_DB"));
/// let config = Config::builder().environment([("GENTLE_POLICY_SCORES__READ_SCORE_RETYR", "on")]).load()?;
/// assert_eq!(
///     config.unknown(&known)[0].to_string(),
///     "GENTLE_POLICY_SCORES__READ_SCORE_RETYR: unknown variable\n\n\
///      help: did you mean `GENTLE_POLICY_SCORES__READ_SCORE_RETRY`?"
/// );
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Known {
    pub(crate) entries: Vec<Entry>,
    pub(crate) variables: Vec<String>,
}

/// A section and its keys; without keys it takes any.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) path: KeyPath,
    pub(crate) keys: Option<Vec<String>>,
    pub(crate) prefix: Option<String>,
}

impl Known {
    /// Only what every program has.
    pub fn new() -> Self {
        let variables = ["GENTLE_CHAOS", "GENTLE_CONFIG", "GENTLE_LOG"].map(str::to_owned).to_vec();
        let empty = Self { entries: Vec::new(), variables };
        let empty = empty.section("app", APP_KEYS.iter().copied()).section("event", ["url"]);
        empty.section("log", ["level", "format"])
    }

    /// A policy, with the keys that the code wrote: configuration changes these and adds no other.
    pub fn policy<'a>(self, name: &str, keys: impl IntoIterator<Item = &'a str>) -> Self {
        self.entry(KeyPath::of(["policy", name]), Some(owned(keys)), None)
    }

    /// A handler.
    pub fn handler(self, name: &str) -> Self {
        self.entry(KeyPath::of(["handler", name]), Some(owned(HANDLER_KEYS.iter().copied())), None)
    }

    /// A service, and the prefix of its own variables. Its keys are its own affair: see
    /// [`Section::finish`](super::Section::finish).
    pub fn service(self, name: &str, prefix: Option<&str>) -> Self {
        self.entry(KeyPath::of(["service", name]), None, prefix)
    }

    /// A section of the program's own, with its keys.
    pub fn section<'a>(self, path: &str, keys: impl IntoIterator<Item = &'a str>) -> Self {
        self.entry(KeyPath::parse(path), Some(owned(keys)), None)
    }

    /// A section of the program's own that takes any key.
    pub fn open_section(self, path: &str) -> Self {
        self.entry(KeyPath::parse(path), None, None)
    }

    /// A variable that begins with `GENTLE_` and sets no key.
    pub fn variable(mut self, name: &str) -> Self {
        self.variables.push(name.to_owned());
        self
    }

    fn entry(mut self, path: KeyPath, keys: Option<Vec<String>>, prefix: Option<&str>) -> Self {
        self.entries.push(Entry { path, keys, prefix: prefix.map(str::to_owned) });
        self
    }

    /// The segments that may stand right below `path`.
    pub(crate) fn names_below<'a>(&'a self, path: &'a KeyPath) -> Vec<&'a str> {
        let mut names: Vec<&str> = self
            .entries
            .iter()
            .filter_map(|entry| entry.path.below(path)?.first().map(String::as_str))
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

impl Default for Known {
    fn default() -> Self {
        Self::new()
    }
}

impl Entry {
    /// The key that a variable sets in this section.
    pub(crate) fn key_of(&self, variable: &str) -> Option<KeyPath> {
        if let Some(keys) = &self.keys {
            let keys = keys.iter().map(|key| self.path.child(key));
            return keys.into_iter().find(|key| key.variable() == variable);
        }
        let own = format!("{}_", self.path.variable());
        let prefixed = self.prefix.as_ref().map(|prefix| format!("{prefix}_"));
        let rest = variable.strip_prefix(&own).or_else(|| variable.strip_prefix(prefixed?.as_str()))?;
        (!rest.is_empty()).then(|| self.path.child(&rest.to_lowercase()))
    }

    /// The variables it certainly takes.
    pub(crate) fn variables(&self) -> impl Iterator<Item = String> {
        let keys = self.keys.iter().flatten();
        keys.map(|key| format!("{}_{}", self.path.variable(), mangled(key)))
    }
}

fn owned<'a>(keys: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    keys.into_iter().map(str::to_owned).collect()
}
