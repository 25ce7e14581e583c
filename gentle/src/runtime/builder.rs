use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::{App, Exit, serve};
use crate::error::{Error, Kind};
use crate::service::{Component, Definition, Graph, Limits, Registration, Resources};

const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(30);

/// What an [`App`] will consist of.
///
/// # Examples
///
/// ```
/// use gentle::App;
/// use gentle::error::Kind;
///
/// let nothing = App::builder().build().unwrap_err();
/// assert_eq!(nothing.kind(), Kind::NothingToDo);
/// ```
#[derive(Debug)]
pub struct AppBuilder {
    name: String,
    definitions: Vec<Definition>,
    expected: Vec<&'static str>,
    settings: Vec<(String, String)>,
    resources: Resources,
    limits: Limits,
}

/// The configuration that code has set, in the order in which it did; a resource of the app.
#[derive(Clone, Debug, Default)]
pub struct Settings(Arc<[(String, String)]>);

impl Settings {
    /// What was set last for `key`.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().rev().find(|(known, _)| known == key).map(|(_, value)| value.as_str())
    }
}

impl Default for AppBuilder {
    fn default() -> Self {
        Self {
            name: "app".to_owned(),
            definitions: Vec::new(),
            expected: Vec::new(),
            settings: Vec::new(),
            resources: Resources::new(),
            limits: Limits { boot: None, shutdown: SHUTDOWN_TIMEOUT },
        }
    }
}

impl AppBuilder {
    /// Takes everything that the crates of this program register.
    pub fn linked(mut self) -> Self {
        self.definitions.extend(Registration::linked());
        self
    }

    /// Adds the service `T`.
    pub fn service<T: Component>(self) -> Self {
        self.define(T::definition())
    }

    /// Adds what `definition` describes.
    pub fn define(mut self, definition: Definition) -> Self {
        self.definitions.push(definition);
        self
    }

    /// Puts `definition` in the place of the one that has its name: a fake for the real thing. Without such a one it
    /// is added.
    pub fn replace(mut self, definition: Definition) -> Self {
        self.definitions.retain(|known| known.name() != definition.name());
        self.define(definition)
    }

    /// Sets a value of the configuration; stronger than files and the environment.
    pub fn set(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.settings.push((key.into(), value.into()));
        self
    }

    /// Shares `resource` with all tasks of the app, by its type.
    pub fn resource<R: Clone + Send + Sync + 'static>(mut self, resource: R) -> Self {
        self.resources.insert(resource);
        self
    }

    /// Makes it an error when the crate `package` registers nothing: most likely nobody names it.
    pub fn expect(mut self, package: &'static str) -> Self {
        self.expected.push(package);
        self
    }

    /// What the app is called in logs and in its report.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// How long boot may take as a whole: as long as it needs unless said otherwise.
    pub fn boot_timeout(mut self, limit: Duration) -> Self {
        self.limits.boot = Some(limit);
        self
    }

    /// How long shutdown may take as a whole before everybody is stopped at once: 30 seconds unless said otherwise.
    pub fn shutdown_timeout(mut self, limit: Duration) -> Self {
        self.limits.shutdown = limit;
        self
    }

    /// Checks everything and makes the app; nothing is started.
    ///
    /// # Errors
    ///
    /// All problems together: dependencies that are missing, circular, on oneself or named twice; names and types
    /// that are taken twice; expected crates that register nothing; nothing to run.
    pub fn build(mut self) -> Result<App, Error> {
        self.take_configuration();
        let mut problems = self.unexpected();
        if self.definitions.is_empty() {
            problems.push(nothing_to_do());
        }
        let graph = match Graph::new(self.definitions) {
            Ok(graph) if problems.is_empty() => graph,
            Ok(_) => return Err(joined(problems)),
            Err(error) => {
                problems.extend(error.all().cloned());
                return Err(joined(problems));
            }
        };
        Ok(App::assemble(self.name, graph, self.resources, self.limits))
    }

    /// Builds, runs and ends as a whole program does: see [`run`](crate::run). Blocks; not for inside a runtime.
    pub fn run(self) -> Exit {
        serve::main(self)
    }

    /// The one place where configuration reaches definitions and resources.
    fn take_configuration(&mut self) {
        self.resources.insert(Settings(std::mem::take(&mut self.settings).into()));
    }

    fn unexpected(&self) -> Vec<Error> {
        let here: BTreeSet<&str> = self.definitions.iter().map(|known| known.place().package).collect();
        let absent = |wanted: &&&str| !here.iter().any(|package| same_crate(package, wanted));
        self.expected.iter().filter(absent).map(|wanted| not_linked(wanted, &here)).collect()
    }
}

/// Packages are written with `-`, crates with `_`.
fn same_crate(package: &str, wanted: &str) -> bool {
    package.replace('-', "_") == wanted.replace('-', "_")
}

fn not_linked(wanted: &str, here: &BTreeSet<&str>) -> Error {
    let known: Vec<String> = here.iter().map(|package| format!("`{package}`")).collect();
    let known = if known.is_empty() { "nobody".to_owned() } else { known.join(", ") };
    let text = format!(
        "the crate `{wanted}` is expected and registers nothing\n  registered by: {known}\n\
         help: a crate that no source names is not linked; write `gentle::link!({});` in main.rs",
        wanted.replace('-', "_")
    );
    Error::new(Kind::Missing, text).dependency(wanted)
}

fn nothing_to_do() -> Error {
    let text = "there is nothing to run: no service and no handler is registered\n\
                help: put `#[service]` or `#[event_handler]` on one; those of another crate are found when that crate \
                is named: `gentle::link!(that_crate);` in main.rs";
    Error::new(Kind::NothingToDo, text)
}

fn joined(problems: Vec<Error>) -> Error {
    Error::together(problems).unwrap_or_else(nothing_to_do)
}
