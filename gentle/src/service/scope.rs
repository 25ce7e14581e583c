use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::{Error, Kind};

tokio::task_local! {
    static CURRENT: Scope;
}

static RUNNING: Mutex<Vec<Scope>> = Mutex::new(Vec::new());

/// What one app shares with all its tasks, by type: its dispatcher, its configuration.
///
/// # Examples
///
/// ```
/// use gentle::service::{Resources, Scope};
///
/// let scope = Scope::new(Resources::new().with("eu-west"));
/// assert_eq!(scope.get::<&str>(), Some("eu-west"));
/// assert_eq!(scope.get::<u16>(), None);
/// ```
#[derive(Clone)]
pub struct Scope(Arc<Resources>);

/// The values of a [`Scope`], at most one of each type; complete before the scope is made.
#[derive(Default)]
pub struct Resources(HashMap<TypeId, Box<dyn Any + Send + Sync>>);

impl Resources {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds `resource`; the last of a type stays.
    pub fn insert<R: Clone + Send + Sync + 'static>(&mut self, resource: R) {
        self.0.insert(TypeId::of::<R>(), Box::new(resource));
    }

    /// Adds `resource`, chained.
    pub fn with<R: Clone + Send + Sync + 'static>(mut self, resource: R) -> Self {
        self.insert(resource);
        self
    }

    /// The resource of type `R`.
    pub fn get<R: Clone + Send + Sync + 'static>(&self) -> Option<R> {
        self.0.get(&TypeId::of::<R>()).and_then(|resource| resource.downcast_ref()).cloned()
    }
}

impl Scope {
    /// A scope that holds `resources`.
    pub fn new(resources: Resources) -> Self {
        Self(Arc::new(resources))
    }

    /// The scope of this task; outside every app's tasks that of the only running app.
    ///
    /// # Errors
    ///
    /// [`Kind::NoApp`] when no app runs, or several do and none of them is this task's.
    pub fn current() -> Result<Self, Error> {
        CURRENT.try_with(Clone::clone).or_else(|_| only_running())
    }

    /// The resource of type `R` of this scope.
    pub fn get<R: Clone + Send + Sync + 'static>(&self) -> Option<R> {
        self.0.get()
    }

    /// Runs `future` inside this scope: [`Scope::current`] finds it there. Tasks that `future` spawns are outside.
    pub fn enter<F: Future>(&self, future: F) -> impl Future<Output = F::Output> + use<F> {
        CURRENT.scope(self.clone(), future)
    }

    /// Counts this scope among the running apps until the guard is dropped.
    pub(crate) fn announce(&self) -> Announced {
        running(|list| list.push(self.clone()));
        Announced(self.clone())
    }
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scope({} resources)", self.0.0.len())
    }
}

impl fmt::Debug for Resources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Resources({})", self.0.len())
    }
}

/// Keeps a scope in the process-wide list of running apps.
#[derive(Debug)]
pub(crate) struct Announced(Scope);

impl Drop for Announced {
    fn drop(&mut self) {
        running(|list| {
            if let Some(at) = list.iter().position(|scope| Arc::ptr_eq(&scope.0, &self.0.0)) {
                list.swap_remove(at);
            }
        });
    }
}

fn running<T>(work: impl FnOnce(&mut Vec<Scope>) -> T) -> T {
    work(&mut RUNNING.lock().unwrap_or_else(PoisonError::into_inner))
}

fn only_running() -> Result<Scope, Error> {
    running(|list| match list.as_slice() {
        [only] => Ok(only.clone()),
        [] => Err(Error::new(
            Kind::NoApp,
            "no app is running here\nhelp: call this from a service or a handler, or start an `App` first",
        )),
        several => Err(Error::new(Kind::NoApp, ambiguous(several.len()))),
    })
}

fn ambiguous(count: usize) -> String {
    format!(
        "{count} apps are running, and this task belongs to none of them\nhelp: call this from a service or a \
         handler, or hold the `App` and use that"
    )
}
