//! Configuration in layers, where every value knows where it came from.
//!
//! Defaults < `gentle.toml` < environment < code. A key is dotted (`event.url`), and each key has its variable:
//! `GENTLE_` and the segments in upper case, with `_` for whatever is neither a letter nor a digit
//! (`GENTLE_EVENT_URL`, `GENTLE_POLICY_SCORES__READ_SCORE_RETRY`). A variable is never split: it is found from the
//! names that a program has, so names may hold `::` and `_`. The level of the log is also found in `RUST_LOG`, which is not
//! gentle's own: what is wrong with it is a warning.
//!
//! ```toml
//! [event]
//! url = "sqlite://scores.db"
//!
//! [policy."scores::read_score"]
//! retry = "const(500ms), 10 attempts"
//!
//! [handler.save_score]
//! concurrency = 16
//!
//! [service.db]
//! url = "scores.db"
//!
//! [log]
//! level = "info,scores=debug"
//! format = "pretty"
//!
//! [app]
//! drain = "30s"
//! watch = true
//! measure = false
//! ```
//!
//! With `watch` the files that were read are looked at every second, and what they say about policies takes effect while the
//! program runs. `measure` says whether the time that calls under policies take is noted; under
//! [`run`](crate::run) it is, unless this says otherwise.
//!
//! # Examples
//!
//! ```
//! use gentle::config::Config;
//!
//! # fn main() -> Result<(), gentle::Error> {
//! let config = Config::builder()
//!     .toml_text("gentle.toml", "[service.db]\nurl = \"postgres://me:hunter2@db/scores\"")
//!     .environment([("GENTLE_APP_DRAIN", "30s")])
//!     .load()?;
//! assert_eq!(
//!     config.to_string(),
//!     "app.drain = \"30s\"   # the variable GENTLE_APP_DRAIN\n\
//!      service.db.url = \"postgres://me:***@db/scores\"   # gentle.toml:2:7\n"
//! );
//! # Ok(())
//! # }
//! ```

mod builder;
mod from_section;
mod grammar;
mod key;
mod known;
mod mistake;
mod origin;
mod overrides;
mod print;
mod secret;
mod section;
mod size;
mod source;
mod unknown;
mod value;
mod watched;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

pub use builder::Builder;
pub use from_section::FromSection;
pub use key::mangled;
pub use known::{APP_KEYS, HANDLER_KEYS, Known, SERVICE_KEYS};
pub use origin::Origin;
pub use overrides::Overrides;
pub use secret::{Secret, without_password};
pub use section::Section;
pub use value::{Shape, Value};
pub(crate) use watched::Watched;

use crate::error::Error;
use key::KeyPath;
use source::environment::Environment;
use source::file::Layer;

/// All configuration of one app: cheap to clone, never changed.
///
/// Made by [`Config::builder`]; see the [module](self) for the layers and the names.
#[derive(Clone, Default)]
pub struct Config(Arc<Inner>);

#[derive(Default)]
struct Inner {
    defaults: Layer,
    files: Layer,
    environment: Environment,
    code: Layer,
}

impl Config {
    /// Begins a configuration with no layer at all.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// The configuration of this process: its variables, and its `gentle.toml` or what `GENTLE_CONFIG` names.
    ///
    /// # Errors
    ///
    /// As [`Builder::load`].
    ///
    /// # Examples
    ///
    /// ```
    /// use gentle::config::Config;
    ///
    /// assert!(Config::of_process().is_ok());
    /// ```
    pub fn of_process() -> Result<Self, Error> {
        Self::builder().process().load()
    }

    /// The value of a dotted key, from the highest layer that has one. A segment with dots inside stands in double
    /// quotes.
    ///
    /// # Examples
    ///
    /// ```
    /// use gentle::config::Config;
    ///
    /// # fn main() -> Result<(), gentle::Error> {
    /// let config = Config::builder().set("event.url", "local://").load()?;
    /// assert_eq!(config.get("event.url").map(|url| url.as_text().to_owned()).as_deref(), Some("local://"));
    /// assert!(config.get("event.uri").is_none());
    /// # Ok(())
    /// # }
    /// ```
    pub fn get(&self, key: &str) -> Option<Value> {
        let key = KeyPath::parse(key);
        self.find(&key, &variables(&key))
    }

    /// A section, to read typed values from: `log`, `app`, or one of the program's own.
    ///
    /// # Examples
    ///
    /// ```
    /// use gentle::config::Config;
    ///
    /// # fn main() -> Result<(), gentle::Error> {
    /// let config = Config::builder().toml_text("gentle.toml", "[policy.pay]\nretry = \"on\"").load()?;
    /// assert_eq!(config.section("policy").names(), ["pay"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn section(&self, path: &str) -> Section {
        Section::new(self.clone(), KeyPath::parse(path), None)
    }

    /// The section of the service of this name. With a `prefix` the variable `PREFIX_URL` sets its `url`, before
    /// `GENTLE_SERVICE_NAME_URL` is looked at.
    ///
    /// # Examples
    ///
    /// ```
    /// use gentle::config::Config;
    ///
    /// # fn main() -> Result<(), gentle::Error> {
    /// let config = Config::builder().environment([("SCORES_DB_URL", "scores.db")]).load()?;
    /// assert_eq!(config.service("db", Some("SCORES_DB")).text("url").as_deref(), Some("scores.db"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn service(&self, name: &str, prefix: Option<&str>) -> Section {
        Section::of_service(self.clone(), name, prefix)
    }

    /// What is configured for the policy of exactly this name, in `[policy.NAME]` and `GENTLE_POLICY_NAME_…`.
    ///
    /// # Examples
    ///
    /// ```
    /// use gentle::config::Config;
    /// use gentle_dsl::{Retry, Setting};
    ///
    /// # fn main() -> Result<(), gentle::Error> {
    /// let config = Config::builder().environment([("GENTLE_POLICY_A__PAY_RETRY", "off")]).load()?;
    /// assert_eq!(config.policy("a::pay").sentence::<Retry>()?, Some(Setting::Off));
    /// # Ok(())
    /// # }
    /// ```
    pub fn policy(&self, name: &str) -> Overrides {
        Overrides::read(self, "policy", name, known::POLICY_KEYS)
    }

    /// What is configured for the handler of exactly this name, in `[handler.NAME]` and `GENTLE_HANDLER_NAME_…`.
    ///
    /// # Examples
    ///
    /// ```
    /// use gentle::config::Config;
    ///
    /// # fn main() -> Result<(), gentle::Error> {
    /// let config = Config::builder().toml_text("gentle.toml", "[handler.save_score]\nconcurrency = 4").load()?;
    /// let concurrency = config.handler("save_score").get("concurrency").map(|value| value.integer()).transpose()?;
    /// assert_eq!(concurrency, Some(4_usize));
    /// # Ok(())
    /// # }
    /// ```
    pub fn handler(&self, name: &str) -> Overrides {
        Overrides::read(self, "handler", name, HANDLER_KEYS)
    }

    /// Every section, name and key that means nothing to this program, and every variable that is a slip of one that
    /// does, each as an error of its own, in the order of the file.
    ///
    /// # Examples
    ///
    /// ```
    /// use gentle::config::{Config, Known};
    ///
    /// # fn main() -> Result<(), gentle::Error> {
    /// let config = Config::builder().toml_text("gentle.toml", "[event]\nulr = \"local://\"").load()?;
    /// let unknown = config.unknown(&Known::new());
    /// assert_eq!(unknown[0].to_string(), "gentle.toml:2:1: event: unknown key `ulr`\n\nhelp: did you mean `url`?");
    /// # Ok(())
    /// # }
    /// ```
    pub fn unknown(&self, known: &Known) -> Vec<Error> {
        unknown::mistakes(self, known).into_iter().map(mistake::Mistake::into_error).collect()
    }

    /// The variables that begin with `GENTLE_` and mean nothing to this program nor look like a slip.
    pub(crate) fn foreign_variables(&self, known: &Known) -> Vec<&str> {
        unknown::foreign(self, known)
    }

    /// Every value with its origin, one in a line, masked: with the `known` names, what only the environment holds
    /// is shown by its key too.
    pub fn print<'a>(&'a self, known: &'a Known) -> impl fmt::Display + use<'a> {
        print::Print { config: self, known }
    }

    /// The keys that files give another value in one of the two than in the other.
    pub(crate) fn differences<'a>(&'a self, other: &'a Self) -> BTreeSet<&'a KeyPath> {
        let (old, new) = (&self.0.files.values, &other.0.files.values);
        let text = |value: Option<&Value>| value.map(|value| value.text.clone());
        let keys = old.keys().chain(new.keys());
        keys.filter(|key| text(old.get(*key)) != text(new.get(*key))).collect()
    }

    fn find(&self, key: &KeyPath, variables: &[String]) -> Option<Value> {
        let inner = &*self.0;
        let below = || inner.files.values.get(key).or_else(|| inner.defaults.values.get(key)).cloned();
        inner.code.values.get(key).cloned().or_else(|| inner.environment.value(key, variables)).or_else(below)
    }

    fn layers(&self) -> [&Layer; 3] {
        [&self.0.files, &self.0.code, &self.0.defaults]
    }

    /// The names right below a path, in any layer but the environment.
    fn names_below(&self, path: &KeyPath) -> BTreeSet<String> {
        let named = self.layers().into_iter().flat_map(|layer| layer.named.keys());
        named.filter_map(|key| key.below(path)?.first().cloned()).collect()
    }
}

/// The variables of a key, the first one that is set wins.
fn variables(key: &KeyPath) -> Vec<String> {
    let own = key.variable();
    if own == "GENTLE_LOG_LEVEL" {
        return ["GENTLE_LOG", "GENTLE_LOG_LEVEL", "RUST_LOG"].map(str::to_owned).to_vec();
    }
    vec![own]
}

/// Every value with its origin, one in a line, with secrets masked.
impl fmt::Display for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.print(&Known::new()).fmt(f)
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Config {{\n{self}}}")
    }
}
