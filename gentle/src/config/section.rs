use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use gentle_dsl::{Sentence, Setting, did_you_mean};

use super::key::{KeyPath, mangled};
use super::known::SERVICE_KEYS;
use super::mistake::{self, Mistake};
use super::{Config, Secret, Value, grammar};
use crate::error::Error;

/// One section, read key by key into a struct; what is wrong is collected and reported by
/// [`finish`](Section::finish), all at once.
///
/// A getter gives `None` both for a key nobody wrote and for a wrong value, so that reading goes on; a reader fills
/// in its defaults, and asks `finish` before it uses the result.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use gentle::config::{Config, Section};
///
/// struct Cache { url: String, timeout: Duration }
///
/// fn read(section: &Section) -> Result<Cache, gentle::Error> {
///     section.require("url");
///     let cache = Cache {
///         url: section.text("url").unwrap_or_default(),
///         timeout: section.duration("timeout").unwrap_or(Duration::from_secs(1)),
///     };
///     section.finish().map(|()| cache)
/// }
///
/// # fn main() -> Result<(), gentle::Error> {
/// let config = Config::builder().environment([("GENTLE_SERVICE_CACHE_URL", "redis://localhost")]).load()?;
/// let cache = read(&config.service("cache", None))?;
/// assert_eq!((cache.url.as_str(), cache.timeout), ("redis://localhost", Duration::from_secs(1)));
/// # Ok(())
/// # }
/// ```
pub struct Section {
    config: Config,
    path: KeyPath,
    prefix: Option<String>,
    /// Whether nothing anywhere speaks of it.
    silent: bool,
    reading: Mutex<Reading>,
}

#[derive(Default)]
struct Reading {
    asked: BTreeSet<String>,
    mistakes: Vec<Mistake>,
}

impl Section {
    pub(crate) fn new(config: Config, path: KeyPath, prefix: Option<&str>) -> Self {
        let prefix = prefix.map(str::to_owned);
        Self { config, path, prefix, silent: false, reading: Mutex::default() }
    }

    /// The same, of a service: of most there is nothing to read.
    pub(crate) fn of_service(config: Config, name: &str, prefix: Option<&str>) -> Self {
        let section = Self::new(config, KeyPath::of(["service", name]), prefix);
        Self { silent: !section.is_spoken_of(), ..section }
    }

    fn is_spoken_of(&self) -> bool {
        let prefixes = [Some(self.path.variable()), self.prefix.clone()];
        let environment = &self.config.0.environment;
        prefixes.into_iter().flatten().any(|prefix| environment.has(&format!("{prefix}_")))
            || self.config.layers().into_iter().any(|layer| layer.speaks_of(&self.path))
    }

    /// The names right below: of `policy`, the policies that the file and the code speak of.
    pub fn names(&self) -> Vec<String> {
        self.config.names_below(&self.path).into_iter().collect()
    }

    /// The value of `key` as it is. Like every key of a section it may be dotted: `pool.size`.
    pub fn get(&self, key: &str) -> Option<Value> {
        let first = key.split('.').next().unwrap_or(key);
        self.reading().asked.insert(first.to_owned());
        if self.silent {
            return None;
        }
        self.config.find(&self.path.join(key), &self.variables(key))
    }

    /// Notes a mistake when nobody gave this key a value.
    pub fn require(&self, key: &str) -> &Self {
        if self.get(key).is_none() {
            let variable = self.variables(key).swap_remove(0);
            let says = format!("`{key}` is missing");
            let help =
                format!("write `{key} = \"...\"` under `[{}]` in gentle.toml, or set {variable}", self.path);
            self.note(Mistake::new(self.path.to_string(), says).help(help));
        }
        self
    }

    /// A text.
    pub fn text(&self, key: &str) -> Option<String> {
        self.read(key, Value::read_text)
    }

    /// A text that is never printed.
    pub fn secret(&self, key: &str) -> Option<Secret> {
        self.text(key).map(Secret::new)
    }

    /// A whole number of the type asked for.
    pub fn integer<T: TryFrom<i128>>(&self, key: &str) -> Option<T> {
        self.read(key, Value::read_integer)
    }

    /// `true` or `on`, `false` or `off`.
    pub fn boolean(&self, key: &str) -> Option<bool> {
        self.read(key, Value::read_boolean)
    }

    /// A duration: `500ms`, `1m30s`.
    pub fn duration(&self, key: &str) -> Option<Duration> {
        self.read(key, Value::read_duration)
    }

    /// A number of bytes: `64KiB`.
    pub fn bytes(&self, key: &str) -> Option<u64> {
        self.read(key, Value::read_bytes)
    }

    /// Whatever the text parses to.
    pub fn parse<T>(&self, key: &str) -> Option<T>
    where
        T: FromStr,
        T::Err: fmt::Display,
    {
        self.read(key, Value::read_parsed)
    }

    /// A policy, in the words of its attribute.
    pub fn sentence<S: Sentence>(&self, key: &str) -> Option<Setting<S>> {
        match grammar::sentence(&self.get(key)?) {
            Ok(setting) => Some(setting),
            Err(mistakes) => {
                self.reading().mistakes.extend(mistakes);
                None
            }
        }
    }

    /// Several texts: a list of the file, or one text split at commas.
    pub fn list(&self, key: &str) -> Option<Vec<String>> {
        let items = self.get(key)?.list();
        Some(items.iter().map(|item| item.text.clone()).collect())
    }

    /// One of a few words.
    ///
    /// # Examples
    ///
    /// ```
    /// use gentle::config::Config;
    ///
    /// # fn main() -> Result<(), gentle::Error> {
    /// let config = Config::builder().toml_text("gentle.toml", "[log]\nformat = \"jsn\"").load()?;
    /// let log = config.section("log");
    /// assert_eq!(log.choice("format", &["pretty", "json"]), None);
    /// let error = log.finish().unwrap_err().to_string();
    /// assert!(error.ends_with("^^^ did you mean `json`?\n\nhelp: known: pretty, json"), "{error}");
    /// # Ok(())
    /// # }
    /// ```
    pub fn choice(&self, key: &str, known: &[&'static str]) -> Option<&'static str> {
        self.read(key, |value| value.read_choice(known))
    }

    /// Notes a mistake about `key` that only the reader can see, such as two keys that exclude each other.
    pub fn reject(&self, key: &str, says: &str, help: &str) {
        let path = self.path.join(key);
        let mistake = match self.get(key) {
            Some(value) => value.mistake(says),
            None => Mistake::new(path.to_string(), says),
        };
        self.note(mistake.help(help));
    }

    /// Whether everything read was right.
    ///
    /// # Errors
    ///
    /// Every mistake found by the getters, and every key of the section that none of them asked for.
    pub fn finish(&self) -> Result<(), Error> {
        let unasked = self.unasked();
        let mut reading = self.reading();
        let mut mistakes = std::mem::take(&mut reading.mistakes);
        mistakes.extend(unasked);
        mistake::result(mistakes)
    }

    /// Whether what was read is right; the keys that nobody asked for are told by
    /// [`Config::unknown`](super::Config::unknown).
    pub(crate) fn check(&self) -> Result<(), Error> {
        mistake::result(std::mem::take(&mut self.reading().mistakes))
    }

    fn read<T>(&self, key: &str, reader: impl FnOnce(&Value) -> Result<T, Mistake>) -> Option<T> {
        reader(&self.get(key)?).map_err(|mistake| self.note(mistake)).ok()
    }

    fn note(&self, mistake: Mistake) {
        self.reading().mistakes.push(mistake);
    }

    fn reading(&self) -> MutexGuard<'_, Reading> {
        self.reading.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn variables(&self, key: &str) -> Vec<String> {
        let prefixed = self.prefix.as_ref().map(|prefix| format!("{prefix}_{}", mangled(key)));
        prefixed.into_iter().chain(super::variables(&self.path.join(key))).collect()
    }

    /// The keys that were asked for, and those that gentle itself reads here.
    fn known(&self) -> Vec<String> {
        let service = self.path.segments().first().is_some_and(|first| first == "service");
        let own = if service { SERVICE_KEYS } else { &[] };
        let mut known = self.reading().asked.clone();
        known.extend(own.iter().map(ToString::to_string));
        known.into_iter().collect()
    }

    fn unasked(&self) -> Vec<Mistake> {
        let known = self.known();
        let names = self.names().into_iter().filter(|name| !known.contains(name));
        let mut mistakes: Vec<Mistake> = names.map(|name| self.unknown(&name, &known)).collect();
        mistakes.extend(self.misspelt_variables(&known));
        mistakes
    }

    fn unknown(&self, name: &str, known: &[String]) -> Mistake {
        let key = self.path.child(name);
        let origin = self.config.layers().into_iter().find_map(|layer| layer.named.get(&key));
        let head = origin.map_or_else(|| key.to_string(), super::Origin::head);
        let words = known.iter().map(String::as_str);
        let help = match did_you_mean(name, words) {
            Some(word) => format!("did you mean `{word}`?"),
            None => format!("known: {}", known.join(", ")),
        };
        Mistake::new(head, format!("{}: unknown key `{name}`", self.path)).help(help)
    }

    // A prefix may be shared with other programs, so only a near miss is held against a variable.
    fn misspelt_variables(&self, known: &[String]) -> Vec<Mistake> {
        let Some(prefix) = self.prefix.as_ref().map(|prefix| format!("{prefix}_")) else { return Vec::new() };
        let keys: Vec<String> = known.iter().map(|key| mangled(key)).collect();
        let rests = self.config.0.environment.names().filter_map(|name| name.strip_prefix(&prefix));
        let strange = rests.filter(|rest| !keys.iter().any(|key| key == rest));
        strange
            .filter_map(|rest| {
                let meant = did_you_mean(&rest.to_lowercase(), known.iter().map(String::as_str))?;
                let help = format!("did you mean `{prefix}{}`?", mangled(meant));
                Some(Mistake::new(format!("{prefix}{rest}"), "unknown variable").help(help))
            })
            .collect()
    }
}

impl fmt::Debug for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}]", self.path)
    }
}
