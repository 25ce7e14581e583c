use std::any::{TypeId, type_name};
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use gentle_dsl::Retry;

use super::made::{Made, Maker};
use super::{Build, Inject, Result, Service};
use crate::Place;
use crate::config::{FromSection, Section};
use crate::error::Error;

const SERVICE: &str = "service";
const START_TIMEOUT: Duration = Duration::from_secs(30);
const STOP_TIMEOUT: Duration = Duration::from_secs(10);

/// What a service type tells gentle about itself; `#[service]` writes it.
pub trait Component: Service + Sized {
    /// Its place in the graph.
    fn definition() -> Definition;
}

/// One node of the graph: what it is called, how it is made, what it depends on, how patient to be with it.
///
/// `#[service]` writes it; by hand it is for tests and for parts that are known only at run time.
///
/// # Examples
///
/// ```
/// use gentle::service::{Definition, Service, Svc};
///
/// struct Database;
/// struct Leaderboard { db: Svc<Database> }
///
/// impl Service for Database {}
/// impl Service for Leaderboard {}
///
/// let db = Definition::value("db", gentle::here!(), Database);
/// let leaderboard = Definition::new("leaderboard", gentle::here!(), |build| Ok(Leaderboard { db: build.get()? }))
///     .needs::<Database>()
///     .wants_named("cache");
/// assert_eq!((db.name(), leaderboard.name()), ("db", "leaderboard"));
/// ```
pub struct Definition {
    pub(super) name: Cow<'static, str>,
    pub(super) place: Place,
    pub(super) kind: &'static str,
    pub(super) provides: Type,
    pub(super) maker: Maker,
    pub(super) edges: Vec<Edge>,
    pub(super) optional: bool,
    pub(super) retry: Option<Box<Retry>>,
    pub(super) start_timeout: Duration,
    pub(super) stop_timeout: Duration,
    pub(super) settings: Option<Settings>,
}

/// Where a definition finds its configuration, and how to tell before boot that it is right.
#[derive(Clone, Copy)]
pub(super) struct Settings {
    pub(super) prefix: Option<&'static str>,
    check: fn(&Section) -> Result<(), Error>,
}

/// A Rust type, by identity and by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Type {
    pub(super) id: TypeId,
    pub(super) name: &'static str,
}

/// What a definition depends on.
#[derive(Clone, Debug)]
pub(super) struct Edge {
    pub(super) to: Target,
    pub(super) hard: bool,
    pub(super) place: Place,
}

/// How an edge names its other end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Type(Type),
    Name(Cow<'static, str>),
}

impl Definition {
    /// A service that `build` makes, once per app, when everything it needs is ready.
    ///
    /// A `build` that fails is a failed attempt to start. What it made survives restarts of the service.
    pub fn new<T: Service>(
        name: impl Into<Cow<'static, str>>,
        place: Place,
        build: impl Fn(&Build) -> Result<T> + Send + Sync + 'static,
    ) -> Self {
        let maker = Maker::Build(Box::new(move |with| Ok(Made::service(Arc::new(build(with)?)))));
        Self::made_by(name.into(), place, Type::of::<T>(), maker)
    }

    /// A service that says so itself, and that `build` makes as under [`new`](Self::new).
    pub fn component<T: Component>(
        name: impl Into<Cow<'static, str>>,
        place: Place,
        build: impl Fn(&Build) -> Result<T> + Send + Sync + 'static,
    ) -> Self {
        Self::new(name, place, build)
    }

    /// A service that is there already: for tests and fakes.
    pub fn value<T: Service>(name: impl Into<Cow<'static, str>>, place: Place, value: T) -> Self {
        let maker = Maker::Ready(Made::service(Arc::new(value)));
        Self::made_by(name.into(), place, Type::of::<T>(), maker)
    }

    /// Any value that an async function makes when its turn to start comes, with the same retries and limits.
    ///
    /// It needs no `Service`: what was made is injected as `Svc<T>`, once per app, and dropped with the app.
    pub fn constructor<T, F, Fut>(name: impl Into<Cow<'static, str>>, place: Place, make: F) -> Self
    where
        T: Send + Sync + 'static,
        F: Fn(Build) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<T>> + Send + 'static,
    {
        let maker = Maker::Construct(Box::new(move |with| {
            let making = make(with);
            Box::pin(async move { Ok(Made::plain(Arc::new(making.await?))) })
        }));
        Self::made_by(name.into(), place, Type::of::<T>(), maker)
    }

    fn made_by(name: Cow<'static, str>, place: Place, provides: Type, maker: Maker) -> Self {
        Self {
            name,
            place,
            kind: SERVICE,
            provides,
            maker,
            edges: Vec::new(),
            optional: false,
            retry: None,
            start_timeout: START_TIMEOUT,
            stop_timeout: STOP_TIMEOUT,
            settings: None,
        }
    }

    /// Needs whatever an `I` needs: the edge that injecting one means.
    pub fn takes<I: Inject>(self) -> Self {
        I::edge(self)
    }

    /// Is configured by a `C`, read from `[service.NAME]` and from the variables that begin with `prefix`. The
    /// configuration is checked before anything starts; [`Build::section`] hands it out.
    ///
    /// # Examples
    ///
    /// ```
    /// use gentle::config::{FromSection, Section};
    /// use gentle::service::{Definition, Service};
    ///
    /// struct Greeter { greeting: String }
    /// impl Service for Greeter {}
    ///
    /// impl FromSection for Greeter {
    ///     fn from_section(section: &Section) -> Result<Self, gentle::Error> {
    ///         let greeting = section.text("greeting").unwrap_or_else(|| "hello".to_owned());
    ///         section.finish().map(|()| Self { greeting })
    ///     }
    /// }
    ///
    /// let greeter = Definition::new("greeter", gentle::here!(), |build| Ok(Greeter::from_section(&build.section())?))
    ///     .configured::<Greeter>(Some("GREETER"));
    /// assert_eq!(greeter.prefix(), Some("GREETER"));
    /// ```
    pub fn configured<C: FromSection>(mut self, prefix: Option<&'static str>) -> Self {
        self.settings = Some(Settings { prefix, check: |section| C::from_section(section).map(drop) });
        self
    }

    /// What its own variables begin with.
    pub fn prefix(&self) -> Option<&'static str> {
        self.settings.and_then(|settings| settings.prefix)
    }

    /// Whether `section`, which is its own, is right as far as the service itself reads it.
    pub(crate) fn check(&self, section: &Section) -> Result<(), Error> {
        match self.settings {
            Some(settings) => (settings.check)(section),
            None => section.finish(),
        }
    }

    /// Whether it names the service `name`, with a hard edge or a soft one.
    pub(crate) fn names(&self, name: &str) -> bool {
        self.edges.iter().any(|edge| matches!(&edge.to, Target::Name(wanted) if wanted == name))
    }

    /// Starts only when the service of type `T` is ready.
    pub fn needs<T: 'static>(self) -> Self {
        self.edge(Target::Type(Type::of::<T>()), true)
    }

    /// Starts when the service of type `T` is ready, has failed, or is not there at all.
    pub fn wants<T: 'static>(self) -> Self {
        self.edge(Target::Type(Type::of::<T>()), false)
    }

    /// Starts only when the service called `name` is ready.
    pub fn needs_named(self, name: impl Into<Cow<'static, str>>) -> Self {
        self.edge(Target::Name(name.into()), true)
    }

    /// Starts when the service called `name` is ready, has failed, or is not there at all.
    pub fn wants_named(self, name: impl Into<Cow<'static, str>>) -> Self {
        self.edge(Target::Name(name.into()), false)
    }

    /// Says where the dependency added last is written, when that is not the definition's own place.
    pub fn at(mut self, place: Place) -> Self {
        if let Some(edge) = self.edges.last_mut() {
            edge.place = place;
        }
        self
    }

    /// Its failure leaves the program running without it.
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// How a failed start is tried again; without it, it is not.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = Some(Box::new(retry));
        self
    }

    /// How long each attempt to start may take: 30 seconds unless said otherwise.
    pub fn start_timeout(mut self, limit: Duration) -> Self {
        self.start_timeout = limit;
        self
    }

    /// How long its `run` and `stop` together may take to end: 10 seconds unless said otherwise.
    pub fn stop_timeout(mut self, limit: Duration) -> Self {
        self.stop_timeout = limit;
        self
    }

    /// What the boot report calls it: `service` unless said otherwise.
    ///
    /// Only a `service` is found by its type; of every other kind there may be many of one Rust type.
    pub fn kind(mut self, kind: &'static str) -> Self {
        self.kind = kind;
        self
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What kind of part it is.
    pub fn kind_name(&self) -> &'static str {
        self.kind
    }

    /// Where it was declared.
    pub fn place(&self) -> Place {
        self.place
    }

    /// The type it is found by.
    pub(super) fn provided(&self) -> Option<Type> {
        (self.kind == SERVICE).then_some(self.provides)
    }

    /// Whether one of its edges names the type `id`.
    pub(super) fn names_type(&self, id: TypeId) -> bool {
        self.edges.iter().any(|edge| matches!(&edge.to, Target::Type(wanted) if wanted.id == id))
    }

    fn edge(mut self, to: Target, hard: bool) -> Self {
        self.edges.push(Edge { to, hard, place: self.place });
        self
    }
}

impl fmt::Debug for Definition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Definition")
            .field("name", &self.name)
            .field("kind", &self.kind)
            .field("place", &format_args!("{}", self.place))
            .field("edges", &self.edges)
            .finish_non_exhaustive()
    }
}

impl Type {
    pub(super) fn of<T: 'static>() -> Self {
        Self { id: TypeId::of::<T>(), name: type_name::<T>() }
    }
}
