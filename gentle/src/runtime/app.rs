use std::any::{TypeId, type_name};
use std::fmt;
use std::sync::{Arc, Weak};

use tracing::{info, warn};

use super::reload::Reload;
use super::{AppBuilder, Report, serve};
use crate::error::{Error, Kind};
use crate::policy::Register;
use crate::service::{Engine, Graph, Limits, Resources, Scope, State, Svc};

/// A program as a value: its services and handlers, started and stopped together.
///
/// Cheap to clone. All methods take `&self` and may be called by any number of tasks at once; those that ask for the
/// same get the same answer. When the last clone is dropped, what still runs is stopped in the background.
///
/// Apps share nothing but the policies in a `static`: those are one per process, and the app that was built last has
/// configured them.
///
/// # Examples
///
/// ```
/// use gentle::App;
/// use gentle::service::{Definition, Service};
///
/// struct Greeter;
/// impl Service for Greeter {}
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), gentle::Error> {
/// let app = App::builder().define(Definition::value("greeter", gentle::here!(), Greeter)).build()?;
/// app.start().await?;
/// assert!(app.ready::<Greeter>().await.is_ok());
/// app.stop().await
/// # }
/// ```
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    name: String,
    engine: Engine,
    live: Live,
}

/// What concerns an app while it is up.
pub(super) struct Live {
    pub(super) policies: Register,
    pub(super) reload: Option<Reload>,
    /// What is strange and no mistake.
    pub(super) warnings: Vec<String>,
}

/// How tasks find their app again; weak, so that an app nobody holds can go.
#[derive(Clone)]
struct Home(Weak<Inner>);

impl App {
    /// An app with nothing in it yet.
    pub fn builder() -> AppBuilder {
        AppBuilder::default()
    }

    pub(super) fn assemble(
        name: String,
        graph: Graph,
        mut resources: Resources,
        limits: Limits,
        live: Live,
    ) -> Self {
        Self(Arc::new_cyclic(|inner| {
            let home = Home(inner.clone());
            resources.insert(home.clone());
            let engine = Engine::new(graph, Scope::new(resources), limits, move || home.is_up());
            Inner { name, engine, live }
        }))
    }

    /// The app this task belongs to; outside every app's tasks the only running one.
    ///
    /// # Errors
    ///
    /// [`Kind::NoApp`] when there is none, or more than one.
    pub fn current() -> Result<Self, Error> {
        let home = Scope::current()?.get::<Home>().and_then(|home| home.0.upgrade());
        home.map(Self).ok_or_else(|| Error::new(Kind::NoApp, "the app of this task is gone"))
    }

    /// Starts everything, each service as soon as what it needs is ready, and logs the [`report`](Self::report) as it
    /// is at the moment of the last start. Of an app that is up: nothing.
    ///
    /// # Errors
    ///
    /// When a required service did not start. What had started is stopped again by then; calling it again tries
    /// again.
    ///
    /// # Cancel safety
    ///
    /// When the last task that waits for the start gives up, the start is called off and undone in the background.
    pub async fn start(&self) -> Result<(), Error> {
        self.0.engine.start().await
    }

    /// Stops everything in reverse order, or calls a start off. Of an app that is down: nothing.
    ///
    /// # Errors
    ///
    /// When a service did not stop, or not in time; everybody else is stopped all the same.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future only gives up waiting: stopping goes on.
    pub async fn stop(&self) -> Result<(), Error> {
        self.0.engine.stop().await
    }

    /// Starts, serves until a signal, [`shutdown`](Self::shutdown) or the end of every `run`, and stops.
    ///
    /// # Errors
    ///
    /// When something required did not start, failed while it ran, or did not stop.
    ///
    /// # Cancel safety
    ///
    /// As [`start`](Self::start) while it starts. After that dropping the future leaves the app running.
    pub async fn run(&self) -> Result<(), Error> {
        serve::serve(self).await.into_result()
    }

    /// Asks the app to end, as a signal would. Does not wait. Of an app that is down: the next [`run`](Self::run) ends
    /// at once, and only that one; [`start`](Self::start) begins afresh and forgets the wish.
    pub fn shutdown(&self) {
        self.0.engine.halt();
    }

    /// The service of type `T`, ready or not, from the moment it is built. Never waits.
    pub fn service<T: Send + Sync + 'static>(&self) -> Option<Svc<T>> {
        self.engine().value(self.engine().typed(TypeId::of::<T>())?)
    }

    /// Waits until the service of type `T` is ready.
    ///
    /// # Errors
    ///
    /// Why it is not and will not be: its failure, now or long ago; that boot was called off; that it has stopped;
    /// [`Kind::Missing`] when nobody registered it.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future only gives up waiting.
    pub async fn ready<T: Send + Sync + 'static>(&self) -> Result<Svc<T>, Error> {
        let name = type_name::<T>();
        let node = self.engine().typed(TypeId::of::<T>()).ok_or_else(|| unknown(name))?;
        self.engine().ready(node).await?;
        self.engine().value(node).ok_or_else(|| unknown(name))
    }

    /// Waits until the service called `name` is ready.
    ///
    /// # Errors
    ///
    /// As [`ready`](Self::ready).
    ///
    /// # Cancel safety
    ///
    /// Dropping the future only gives up waiting.
    pub async fn ready_named(&self, name: &str) -> Result<(), Error> {
        let node = self.engine().named(name).ok_or_else(|| unknown(name))?;
        self.engine().ready(node).await
    }

    /// Where the service called `name` is in its life; `None` when nobody registered it.
    pub fn state(&self, name: &str) -> Option<State> {
        self.engine().named(name).map(|node| self.engine().state(node))
    }

    /// What is registered, in order of levels, and how each of them stands; then the policies with their full text.
    pub fn report(&self) -> Report {
        Report::new(&self.0.name, self.engine(), &self.0.live.policies)
    }

    /// Its policies by their names: how each of them is doing, and how to change it.
    ///
    /// # Examples
    ///
    /// ```
    /// use gentle::prelude::*;
    /// use gentle::policy::Key;
    ///
    /// static BANK: Policies = policies!(name = "bank", bulkhead = "16");
    ///
    /// #[service]
    /// struct Teller;
    ///
    /// impl Service for Teller {}
    ///
    /// # fn main() -> Result<(), gentle::Error> {
    /// let app = App::builder().service::<Teller>().policies(&BANK).build()?;
    /// app.policies().set("bank", Key::Bulkhead, "32")?;
    /// assert_eq!(app.policies().list()[0].text, r#"bulkhead = "32, reject""#);
    /// # Ok(())
    /// # }
    /// ```
    pub fn policies(&self) -> &Register {
        &self.0.live.policies
    }

    /// What the app shares with all its tasks under type `R`, such as its configuration or its event dispatcher.
    pub fn resource<R: Clone + Send + Sync + 'static>(&self) -> Option<R> {
        self.0.engine.scope().get()
    }

    /// What it is called in logs and in its report.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    pub(super) fn engine(&self) -> &Engine {
        &self.0.engine
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App").field("name", &self.0.name).field("engine", &self.0.engine).finish()
    }
}

impl Home {
    /// Logs the report while everybody stands as the last start has left them, and what is strange but no mistake.
    fn is_up(&self) {
        if let Some(app) = self.0.upgrade().map(App) {
            info!("{}", app.report());
            let Live { reload, warnings, .. } = &app.0.live;
            for warning in warnings {
                warn!("{warning}");
            }
            if let Some(reload) = reload {
                reload.begin(app.engine().clone());
            }
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.engine.halt();
    }
}

fn unknown(name: &str) -> Error {
    Error::new(Kind::Missing, format!("nobody registered `{name}` with this app")).dependency(name)
}
