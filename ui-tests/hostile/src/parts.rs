//! Services, events and handlers, where every name that generated code could trip over means something else.

use ::gentle::config::{FromSection, Section};
use ::gentle::{Event, Rejected, Svc, event_handler, service};
use ::serde::{Deserialize, Serialize};

/// Not the one of the standard library.
#[derive(Debug)]
pub struct Result;

/// Not the one of the standard library.
#[derive(Debug)]
pub struct Option;

/// Not the one of the standard library.
#[derive(Debug)]
pub struct Arc;

/// Not the one of the standard library.
#[derive(Debug)]
pub enum Duration {
    /// Not the one of the prelude.
    Some,
    /// Not the one of the prelude.
    None,
    /// Not the one of the prelude.
    Ok,
}

/// Not the one of gentle.
#[derive(Debug)]
pub struct Definition;

/// Not the one of gentle.
pub type Registration = Definition;

/// Not the one of gentle.
pub type Handler = Definition;

/// Not the one of gentle.
pub type Retry = Definition;

/// Not the one of gentle.
pub trait Service {}

/// Not the one of gentle.
pub trait Component {}

/// Not the one of gentle.
pub trait NoEvent {}

/// Not the one of the standard library.
pub trait Default {}

/// Not the one of the standard library.
pub trait Clone {}

/// Not the one of the standard library.
pub trait From {}

/// Not the one of the standard library.
pub mod core {}

/// Not the one of the standard library.
pub mod std {}

/// Not the crate.
pub mod gentle {
    /// Not the module of the crate.
    pub mod service {}
    /// Not the module of the crate.
    pub mod event {}
}

/// Not the attribute.
pub const fn service() {}

/// Not the attribute.
pub const fn event_handler() {}

/// Not what a service is built with.
#[must_use]
pub const fn build() -> u64 {
    7
}

/// What happened; its fields are named like what is generated.
#[derive(Debug, Serialize, Deserialize, Event)]
#[event(topic = "hostile.happened")]
pub struct Happened {
    __delivery: u64,
}

/// What happened, in a few words.
#[derive(Debug, Serialize, Deserialize, Event)]
pub enum HappenedToo {
    /// A word.
    One(u8),
    /// No word.
    None,
}

impl ::core::clone::Clone for HappenedToo {
    fn clone(&self) -> Self {
        match self {
            Self::One(word) => Self::One(*word),
            Self::None => Self::None,
        }
    }
}

/// What a library would bring.
#[derive(Debug)]
pub struct Engine;

impl ::gentle::Service for Engine {}

impl FromSection for Engine {
    fn from_section(section: &Section) -> ::core::result::Result<Self, ::gentle::Error> {
        section.finish().map(|()| Self)
    }
}

/// A newtype.
#[service(name = "engine", env = "HOSTILE", retry = "exp(1ms..2s, x2.5), 3 attempts", start_timeout(1s))]
#[derive(Debug)]
pub struct Wrapped(Engine);

/// A struct of everything.
#[service(deps = [Wrapped, "unit"], wants = ["cache"], optional, stop_timeout = "1s")]
#[derive(Debug)]
pub struct Parts {
    #[config]
    engine: Engine,
    __build: Svc<Wrapped>,
    r#type: ::core::option::Option<Svc<Unit>>,
    #[inject]
    context: ::gentle::service::Context,
    numbers: ::std::vec::Vec<u64>,
}

impl ::gentle::Service for Parts {}

impl Parts {
    /// Reads every field.
    #[must_use]
    pub fn sum(&self) -> usize {
        let Self { engine: Engine, __build: _, r#type, context, numbers } = self;
        numbers.len() + context.name().len() + usize::from(r#type.is_some())
    }
}

/// A struct without a field.
#[service]
#[derive(Debug)]
pub struct Unit;

impl ::gentle::Service for Unit {}

/// A constructor.
///
/// # Errors
///
/// It was refused.
#[service(name = "hostile.number", retry = "off")]
pub async fn r#match(
    __build: Svc<Wrapped>,
    #[config] engine: Engine,
) -> ::core::result::Result<u64, Rejected> {
    drop((__build, engine, ::core::future::ready(()).await));
    Ok(build())
}

/// A handler of everything.
///
/// # Errors
///
/// It was refused.
#[event_handler(topic = "hostile.happened", concurrency = 4, retry = "exp(1ms..2s), 3 attempts", timeout(1s))]
pub async fn handle(
    __delivery: &Happened,
    __build: Svc<Wrapped>,
    r#type: ::core::option::Option<Svc<Parts>>,
) -> ::core::result::Result<(), Rejected> {
    let sum = __delivery.__delivery + u64::from(r#type.is_some());
    drop((__build, sum, ::core::future::ready(()).await));
    Ok(())
}

/// A handler of a copy.
#[event_handler(name = "hostile.copied", retry = "off", lease(1m), drain(1s))]
pub async fn r#loop(event: HappenedToo) {
    let _: HappenedToo = ::core::future::ready(event).await;
}

/// A handler of what is shared.
#[event_handler]
pub async fn shared(event: ::std::sync::Arc<Happened>) -> ::gentle::event::Outcome {
    drop((event, ::core::future::ready(()).await));
    ::gentle::event::Outcome::Done
}

/// A crate under another name.
pub mod renamed {
    mod inner {
        pub(super) use ::gentle as polite;
    }

    /// Named by a path.
    #[derive(Debug, ::serde::Serialize, ::serde::Deserialize, inner::polite::Event)]
    #[event(crate = inner::polite)]
    pub struct Named;

    /// Named by a path.
    #[inner::polite::service(crate = inner::polite, retry = "on")]
    #[derive(Debug)]
    pub struct Part;

    impl inner::polite::Service for Part {}

    /// Named by a path.
    #[inner::polite::event_handler(topic = "named", crate = inner::polite, retry = "on")]
    pub async fn named(event: &Named, part: inner::polite::Svc<Part>) {
        drop((event, part, ::core::future::ready(()).await));
    }
}
