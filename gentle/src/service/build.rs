use std::any::{Any, TypeId, type_name};
use std::fmt;
use std::sync::Arc;

use super::{Context, Definition, Svc};
use crate::config::{Config, Section};
use crate::error::{Error, Kind};

/// The moment a service is built: hands out what its definition says it needs.
#[derive(Clone)]
pub struct Build {
    context: Context,
    lookup: Arc<dyn Lookup>,
    prefix: Option<&'static str>,
}

/// Finds the value of a type among what the service being built depends on.
pub(super) trait Lookup: Send + Sync {
    fn find(&self, id: TypeId) -> Found;
}

/// What a look-up finds.
pub(super) enum Found {
    /// The value of a dependency that is ready.
    Ready(Arc<dyn Any + Send + Sync>),
    /// A dependency that did not start, or that nobody registered.
    Absent,
    /// Something the definition does not name.
    Undeclared,
}

/// What a service's fields and a handler's arguments may ask for.
///
/// Implementing it for a type of your own makes that type injectable; most just pick a resource of the app.
#[diagnostic::on_unimplemented(
    message = "service: `{Self}` cannot be injected [G763]",
    label = "nobody provides it",
    note = "help: take a service as `Svc<T>`, or as `Option<Svc<T>>` if it may be missing; a `Context` and a `Dispatcher` are there too"
)]
pub trait Inject: Sized {
    /// Takes it out of `build`.
    ///
    /// # Errors
    ///
    /// When it is not there.
    fn inject(build: &Build) -> Result<Self, Error>;

    /// Adds the edge of the graph that the injection means, if it means one.
    fn edge(definition: Definition) -> Definition {
        definition
    }
}

impl Build {
    pub(super) fn new(context: Context, lookup: Arc<dyn Lookup>, prefix: Option<&'static str>) -> Self {
        Self { context, lookup, prefix }
    }

    /// The ready service of type `T`, which the definition must say it needs.
    ///
    /// # Errors
    ///
    /// [`Kind::Missing`] when the definition does not name `T`; [`Kind::DependencyUnavailable`] when it only wants
    /// `T` and `T` did not start.
    pub fn get<T: Send + Sync + 'static>(&self) -> Result<Svc<T>, Error> {
        match self.look_up::<T>() {
            Found::Ready(value) => value.downcast().map(Svc::from).map_err(|_| self.undeclared::<T>()),
            Found::Absent => Err(self.absent::<T>()),
            Found::Undeclared => Err(self.undeclared::<T>()),
        }
    }

    /// The service of type `T` when it is ready, else `None`.
    pub fn find<T: Send + Sync + 'static>(&self) -> Option<Svc<T>> {
        self.get().ok()
    }

    /// Anything injectable: a `Svc<T>`, an `Option<Svc<T>>`, a [`Context`].
    ///
    /// # Errors
    ///
    /// When it is not there.
    pub fn inject<I: Inject>(&self) -> Result<I, Error> {
        I::inject(self)
    }

    /// What the app shares with all its tasks under type `R`.
    pub fn resource<R: Clone + Send + Sync + 'static>(&self) -> Option<R> {
        self.context.scope().get()
    }

    /// The configuration of the service being built: `[service.NAME]`, and the variables with its prefix.
    pub fn section(&self) -> Section {
        let config = self.resource::<Config>().unwrap_or_default();
        config.service(self.context.name(), self.prefix)
    }

    /// The context of the service being built.
    pub fn context(&self) -> &Context {
        &self.context
    }

    fn look_up<T: 'static>(&self) -> Found {
        self.lookup.find(TypeId::of::<T>())
    }

    fn absent<T>(&self) -> Error {
        let (name, wanted) = (self.context.name(), type_name::<T>());
        let text = format!("`{name}` asks for `{wanted}`, which did not start");
        Error::new(Kind::DependencyUnavailable, text).service(name).dependency(wanted)
    }

    fn undeclared<T>(&self) -> Error {
        let (name, wanted) = (self.context.name(), type_name::<T>());
        let text = format!(
            "`{name}` asks for `{wanted}` while it is built, but does not say that it needs it\n\
             help: add `.needs::<{wanted}>()` to its definition"
        );
        Error::new(Kind::Missing, text).service(name).dependency(wanted)
    }
}

impl fmt::Debug for Build {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Build").field("context", &self.context).finish_non_exhaustive()
    }
}

impl<T: Send + Sync + 'static> Inject for Svc<T> {
    fn inject(build: &Build) -> Result<Self, Error> {
        build.get()
    }

    fn edge(definition: Definition) -> Definition {
        definition.needs::<T>()
    }
}

impl<T: Send + Sync + 'static> Inject for Option<Svc<T>> {
    fn inject(build: &Build) -> Result<Self, Error> {
        Ok(build.find())
    }

    fn edge(definition: Definition) -> Definition {
        definition.wants::<T>()
    }
}

impl Inject for Context {
    fn inject(build: &Build) -> Result<Self, Error> {
        Ok(build.context().clone())
    }
}
