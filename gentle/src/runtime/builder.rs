use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::app::Live;
use super::configuration::{self, Settings};
use super::parts::Parts;
use super::reload::Reload;
use super::{App, Exit, serve};
use crate::config::{self, Config, Watched};
use crate::error::{Error, Kind};
use crate::event::Handler;
use crate::policy::{Policies, Register};
use crate::service::{Component, Definition, Graph, Limits, Resources};

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
pub struct AppBuilder {
    name: Option<String>,
    program: Option<String>,
    parts: Parts,
    expected: Vec<&'static str>,
    config: config::Builder,
    resources: Resources,
    boot_timeout: Option<Duration>,
    shutdown_timeout: Option<Duration>,
    watch: bool,
    measure: Option<bool>,
}

impl Default for AppBuilder {
    fn default() -> Self {
        Self {
            name: None,
            program: None,
            parts: Parts::default(),
            expected: Vec::new(),
            config: Config::builder(),
            resources: Resources::new(),
            boot_timeout: None,
            shutdown_timeout: None,
            watch: false,
            measure: None,
        }
    }
}

impl AppBuilder {
    /// Takes everything that the crates of this program register: services, handlers and policies.
    pub fn linked(mut self) -> Self {
        self.parts.link();
        self
    }

    /// Reads the configuration of the process: `gentle.toml`, or what `GENTLE_CONFIG` names, and the environment. Unless
    /// something else is said, the app is called as the program is.
    pub fn configured(mut self) -> Self {
        self.config = self.config.process();
        self.program = program();
        self
    }

    /// Reads this text as if it were a file called `name`.
    pub fn toml_text(mut self, name: impl Into<String>, text: impl Into<String>) -> Self {
        self.config = self.config.toml_text(name, text);
        self
    }

    /// Reads this file, which must exist.
    pub fn toml_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.config = self.config.file(path);
        self
    }

    /// Reads these as if they were environment variables.
    pub fn environment<N, T>(mut self, variables: impl IntoIterator<Item = (N, T)>) -> Self
    where
        N: Into<OsString>,
        T: Into<OsString>,
    {
        self.config = self.config.environment(variables);
        self
    }

    /// Adds the service `T`.
    pub fn service<T: Component>(self) -> Self {
        self.define(T::definition())
    }

    /// Adds what `definition` describes.
    pub fn define(mut self, definition: Definition) -> Self {
        self.parts.services.push(definition);
        self
    }

    /// Adds an event handler.
    pub fn handler(mut self, handler: Handler) -> Self {
        self.parts.handlers.push(handler);
        self
    }

    /// Adds policies, so that configuration finds them by their name.
    pub fn policies(mut self, policies: &'static Policies) -> Self {
        self.parts.policies.push(policies);
        self
    }

    /// Puts `definition` in the place of the one that has its name: a fake for the real thing. Without such a one it
    /// is added.
    pub fn replace(mut self, definition: Definition) -> Self {
        self.parts.services.retain(|known| known.name() != definition.name());
        self.define(definition)
    }

    /// Sets a value of the configuration, such as `event.url`; stronger than files and the environment.
    #[track_caller]
    pub fn set(mut self, key: &str, value: impl fmt::Display) -> Self {
        self.config = self.config.set(key, value);
        self
    }

    /// Shares `resource` with all tasks of the app, by its type.
    pub fn resource<R: Clone + Send + Sync + 'static>(mut self, resource: R) -> Self {
        self.resources.insert(resource);
        self
    }

    /// Makes it an error when the crate `package` registers nothing: most likely nobody names it.
    pub fn expect_crate(mut self, package: &'static str) -> Self {
        self.expected.push(package);
        self
    }

    /// What the app is called in logs and in its report: `app` unless said otherwise.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// How long boot may take as a whole: as long as it needs unless said otherwise.
    pub fn boot_timeout(mut self, limit: Duration) -> Self {
        self.boot_timeout = Some(limit);
        self
    }

    /// How long shutdown may take as a whole before everybody is stopped at once: 30 seconds unless said otherwise.
    pub fn shutdown_timeout(mut self, limit: Duration) -> Self {
        self.shutdown_timeout = Some(limit);
        self
    }

    /// Heeds changes of the files that were read, while the app is up: what they say about policies takes effect within
    /// two seconds, everything else at the next start. A file with a mistake changes nothing, and the log says what is wrong
    /// where. The same as `[app] watch = true`, which is asked first.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// fn main() -> gentle::Exit {
    ///     gentle::App::builder().linked().configured().watch().run()
    /// }
    /// ```
    pub fn watch(mut self) -> Self {
        self.watch = true;
        self
    }

    /// Measures how long calls under its policies take, or does not: see [`Policies::measure`]. Unless somebody says
    /// something, they are measured under [`run`](crate::run) and not otherwise. `[app] measure` is asked first.
    pub fn measure(mut self, on: bool) -> Self {
        self.measure = Some(on);
        self
    }

    /// Measures, unless somebody says something else.
    pub(super) fn measured_by_default(mut self) -> Self {
        self.measure = self.measure.or(Some(true));
        self
    }

    /// Checks everything and makes the app; nothing is started.
    ///
    /// Policies in a `static` are one per process, whatever the number of apps: the last build wins. It brings each
    /// policy of its app to what configuration says, and what configuration does not speak of to what the code wrote.
    ///
    /// # Errors
    ///
    /// All problems together: what is wrong in the configuration, with file and line; dependencies that are missing,
    /// circular, on oneself or twice in `deps`; names and types that are taken twice; expected crates that register
    /// nothing; nothing to run.
    pub fn build(self) -> Result<App, Error> {
        // Before it is read, so that no change falls in between.
        let watched = Watched::new(self.config.clone());
        let (config, mut problems) = self.config.read();
        let is_whole = problems.is_empty();
        let mut parts = self.parts;
        problems.extend(absent(&self.expected, &parts));
        let foreign = configuration::foreign(&parts, &config);
        problems.extend(configuration::apply(&mut parts, &config, is_whole));
        let mut settings = Settings::read(&config, &mut problems);
        settings.warnings.extend(foreign);
        let mut resources = self.resources;
        let known = configuration::known(&parts);
        let definitions = parts.definitions(&config, &mut resources, &mut problems);
        if definitions.is_empty() {
            problems.push(nothing_to_do());
        }
        match Graph::new(definitions) {
            Ok(graph) if problems.is_empty() => {
                parts.set_policies(&config);
                settings.warnings.extend(configuration::chaotic(&parts));
                if let Some(on) = settings.measure.or(self.measure) {
                    parts.policies.iter().for_each(|policies| policies.measure(on));
                }
                let reloads = settings.watch.unwrap_or(self.watch) && !watched.is_empty();
                let policies: Register = parts.policies.iter().copied().collect();
                let reload = reloads.then(|| Reload::new(watched, config.clone(), known, parts));
                resources.insert(config);
                let limits = Limits {
                    boot: self.boot_timeout.or(settings.boot_timeout),
                    shutdown: self.shutdown_timeout.or(settings.shutdown_timeout).unwrap_or(SHUTDOWN_TIMEOUT),
                };
                let name = self.name.or(settings.name).or(self.program).unwrap_or_else(|| "app".to_owned());
                resources.insert(settings.log);
                let live = Live { policies, reload, warnings: settings.warnings };
                Ok(App::assemble(name, graph, resources, limits, live))
            }
            Ok(_) => Err(joined(problems)),
            Err(error) => {
                problems.extend(error.all().cloned());
                Err(joined(problems))
            }
        }
    }

    /// Builds, runs and ends as a whole program does: see [`run`](crate::run). Blocks; not for inside a runtime.
    pub fn run(self) -> Exit {
        serve::main(self)
    }
}

impl fmt::Debug for AppBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppBuilder")
            .field("name", &self.name)
            .field("parts", &self.parts)
            .finish_non_exhaustive()
    }
}

fn absent(expected: &[&str], parts: &Parts) -> Vec<Error> {
    let here = parts.packages();
    let absent = expected.iter().filter(|wanted| !here.iter().any(|package| same_crate(package, wanted)));
    absent.map(|wanted| not_linked(wanted, &here)).collect()
}

fn program() -> Option<String> {
    let path = std::env::current_exe().ok()?;
    Some(path.file_stem()?.to_string_lossy().into_owned())
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

/// One error of all, what is wrong in a file in the order of its lines.
pub(super) fn joined(mut problems: Vec<Error>) -> Error {
    problems.sort_by_key(|problem| line_and_column(&problem.to_string()).unwrap_or((u32::MAX, 0)));
    Error::together(problems).unwrap_or_else(nothing_to_do)
}

/// The position that an error about a file begins with: `gentle.toml:12:9: …`.
fn line_and_column(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.lines().next()?.split(':').skip(1);
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rejected;
    use crate::service::Service;

    struct Idle;

    impl Service for Idle {}

    async fn is_measured(policies: &'static Policies, text: &str) -> bool {
        let builder = AppBuilder::default().define(Definition::value("idle", crate::here!(), Idle));
        let app =
            builder.policies(policies).toml_text("gentle.toml", text).measured_by_default().build().unwrap();
        policies.call(|| async { Ok::<_, Rejected>(()) }).await.unwrap();
        app.policies().list()[0].numbers.latency.is_some()
    }

    #[tokio::test]
    async fn a_whole_program_measures_unless_configuration_says_otherwise() {
        use gentle_dsl::{Bulkhead, PolicySet, Setting};

        const SET: &PolicySet = &PolicySet::new().bulkhead(Setting::On(Bulkhead::new(16)));
        static ONE: Policies = Policies::of("one", crate::here!(), SET);
        static OTHER: Policies = Policies::of("other", crate::here!(), SET);

        assert!(is_measured(&ONE, "").await);
        assert!(!is_measured(&OTHER, "[app]\nmeasure = false").await);
    }
}
