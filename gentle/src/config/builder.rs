use std::ffi::OsString;
use std::fmt;
use std::panic::Location;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::key::KeyPath;
use super::mistake::Mistake;
use super::source::environment::Environment;
use super::source::file::{self, Layer};
use super::{Config, Inner, Origin, Value};
use crate::error::{Error, Place};

/// The file that is read when nobody names one.
const FILE: &str = "gentle.toml";
/// The variable that names another.
const FILE_VARIABLE: &str = "GENTLE_CONFIG";

/// Gathers the layers of a [`Config`]: defaults, then files, then the environment, then the code; each covers the
/// ones before it, whatever the order of the calls.
///
/// Nothing is read before [`load`](Builder::load), which reports everything that is wrong at once.
///
/// # Examples
///
/// ```
/// use gentle::config::Config;
///
/// # fn main() -> Result<(), gentle::Error> {
/// let config = Config::builder()
///     .default_value("event.url", "local://")
///     .toml_text("gentle.toml", "[event]\nurl = \"sqlite://scores.db\"")
///     .environment([("GENTLE_EVENT_URL", "sqlite://other.db")])
///     .load()?;
/// let url = config.get("event.url").unwrap();
/// assert_eq!(url.as_text(), "sqlite://other.db");
/// assert_eq!(url.origin().to_string(), "the variable GENTLE_EVENT_URL");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
#[must_use = "nothing is read before `load`"]
pub struct Builder {
    defaults: Layer,
    sources: Vec<Source>,
    environment: Environment,
    code: Layer,
    default_file_in: Option<PathBuf>,
}

#[derive(Clone)]
enum Source {
    File(PathBuf),
    Text { name: String, text: String },
}

impl Builder {
    /// Reads this file, which must exist. A later file covers an earlier one, key by key.
    pub fn file(mut self, path: impl Into<PathBuf>) -> Self {
        self.sources.push(Source::File(path.into()));
        self
    }

    /// Reads a text as if it were a file of that name: for tests, and for configuration that comes from elsewhere.
    pub fn toml_text(mut self, name: impl Into<String>, text: impl Into<String>) -> Self {
        self.sources.push(Source::Text { name: name.into(), text: text.into() });
        self
    }

    /// Reads the file that `GENTLE_CONFIG` names, which must exist then, or else `gentle.toml` in `directory` when
    /// it is there. The variable is looked up in the [`environment`](Builder::environment) of this builder.
    pub fn default_file(mut self, directory: impl Into<PathBuf>) -> Self {
        self.default_file_in = Some(directory.into());
        self
    }

    /// Adds environment variables. An empty one counts as not set.
    pub fn environment<N, T>(mut self, variables: impl IntoIterator<Item = (N, T)>) -> Self
    where
        N: Into<OsString>,
        T: Into<OsString>,
    {
        for (name, text) in variables {
            self.environment.add(name.into(), text.into());
        }
        self
    }

    /// What a program wants by itself: the variables of this process, and the default file of its current directory.
    pub fn process(self) -> Self {
        self.environment(std::env::vars_os()).default_file("")
    }

    /// A value for when nobody gives one.
    pub fn default_value(mut self, key: &str, value: impl fmt::Display) -> Self {
        put(&mut self.defaults, key, &value, &Origin::Default);
        self
    }

    /// A value from the program, such as a flag of its command line. It covers every other layer.
    #[track_caller]
    pub fn set(self, key: &str, value: impl fmt::Display) -> Self {
        let caller = Location::caller();
        let (file, line, column) = (caller.file(), caller.line(), caller.column());
        self.set_from(&Origin::Code(Some(Place { package: "", module: "", file, line, column })), key, value)
    }

    /// The same as [`set`](Builder::set), for code that passes on what another place has set.
    pub fn set_from(mut self, origin: &Origin, key: &str, value: impl fmt::Display) -> Self {
        put(&mut self.code, key, &value, origin);
        self
    }

    /// Reads everything.
    ///
    /// # Errors
    ///
    /// A file that is missing, unreadable, larger than 1 MiB, not UTF-8 or not TOML, and a variable of gentle that
    /// is not UTF-8: all of them in one error of kind [`Config`](crate::error::Kind::Config).
    pub fn load(self) -> Result<Config, Error> {
        let (config, mistakes) = self.read();
        Error::together(mistakes).map_or(Ok(config), Err)
    }

    /// Reads everything, and what cannot be read is left out and told: for boot, which has more to say at once.
    pub(crate) fn read(self) -> (Config, Vec<Error>) {
        let mut mistakes: Vec<Mistake> = self.environment.mistakes().collect();
        let mut files = Layer::default();
        let found = self.found_file();
        for layer in found.into_iter().chain(self.sources.iter().map(Source::read)) {
            match layer {
                Ok(layer) => files.cover(layer),
                Err(wrong) => mistakes.extend(wrong),
            }
        }
        let Self { defaults, environment, code, .. } = self;
        let config = Config(Arc::new(Inner { defaults, files, environment, code }));
        (config, mistakes.into_iter().map(Mistake::into_error).collect())
    }

    /// The files that it reads, or would read if they were there.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let default = |directory: &PathBuf| match self.environment.text(FILE_VARIABLE) {
            Some(named) => PathBuf::from(named),
            None => directory.join(FILE),
        };
        let sources = self.sources.iter().filter_map(|source| match source {
            Source::File(path) => Some(path.clone()),
            Source::Text { .. } => None,
        });
        self.default_file_in.iter().map(default).chain(sources).collect()
    }

    fn found_file(&self) -> Option<Result<Layer, Vec<Mistake>>> {
        let directory = self.default_file_in.as_ref()?;
        if let Some(named) = self.environment.text(FILE_VARIABLE) {
            let help =
                |wrong: Mistake| vec![wrong.help(format!("the variable {FILE_VARIABLE} names this file"))];
            let text = file::read(Path::new(named)).map_err(help);
            return Some(text.and_then(|text| file::parse(named, &text)));
        }
        let path = directory.join(FILE);
        // What is there but cannot be read is a mistake, not an absence.
        path.symlink_metadata().is_ok().then(|| Source::File(path).read())
    }
}

impl Source {
    fn read(&self) -> Result<Layer, Vec<Mistake>> {
        match self {
            Self::Text { name, text } => file::parse(name, text),
            Self::File(path) => {
                let text = file::read(path).map_err(|wrong| vec![wrong])?;
                file::parse(&path.display().to_string(), &text)
            }
        }
    }
}

impl Layer {
    fn cover(&mut self, upper: Self) {
        self.values.extend(upper.values);
        self.named.extend(upper.named);
    }
}

fn put(layer: &mut Layer, key: &str, value: &dyn fmt::Display, origin: &Origin) {
    let key = KeyPath::parse(key);
    let mut named = KeyPath::default();
    for segment in key.segments() {
        named = named.child(segment);
        layer.named.entry(named.clone()).or_insert_with(|| origin.clone());
    }
    layer.values.insert(key.clone(), Value::plain(key, value.to_string(), origin.clone()));
}
