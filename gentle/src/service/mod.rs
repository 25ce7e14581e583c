//! Services: what a program depends on, started in order and stopped in reverse.
//!
//! A [`Service`] is a value with three optional moments: `start`, `run` and `stop`. A [`Definition`] is its place
//! in the graph: what it needs, how long it may take, how often it is tried again. Whoever boots the graph starts
//! each service as soon as what it needs is ready, and stops them in the opposite order.

mod build;
mod context;
mod definition;
mod engine;
mod graph;
pub mod library;
mod made;
mod registration;
mod scope;
mod state;
mod svc;

pub use build::{Build, Inject};
pub use context::Context;
pub use definition::{Component, Definition};
pub use registration::Registration;
pub use scope::{Resources, Scope};
pub use state::State;
pub use svc::Svc;

pub(crate) use engine::{Engine, Limits, Standing};
pub(crate) use graph::Graph;

use crate::BoxError;

/// What the methods of a service return: any error will do, `?` converts it.
pub type Result<T = (), E = BoxError> = core::result::Result<T, E>;

/// A part of the program with a life: started before its dependants, stopped after them.
///
/// Every method may be left out. They are written as plain `async fn`; gentle calls each in a task of its own, so
/// one that blocks or panics does not hurt its neighbours.
///
/// # Examples
///
/// ```
/// use gentle::service::{Context, Result, Service};
///
/// struct Greeter;
///
/// impl Service for Greeter {
///     async fn start(&self, cx: &Context) -> Result {
///         println!("{} says hello", cx.name());
///         Ok(())
///     }
///
///     async fn run(&self, cx: &Context) -> Result {
///         cx.stopping().await;
///         Ok(())
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "service: `{Self}` is not a service [G762]",
    label = "has no `impl Service`",
    note = "help: write `impl Service for {Self} {{}}`; `start`, `run` and `stop` may be left out",
    note = "a value of another crate is made by an `async fn` with `#[service]`"
)]
pub trait Service: Send + Sync + 'static {
    /// Makes it ready: connects, checks, loads. Its dependants start when this returns.
    ///
    /// # Errors
    ///
    /// An error is a failed attempt: it is tried again as the definition says, and then fails the boot, or only
    /// this service when it is optional.
    ///
    /// # Cancel safety
    ///
    /// The future is dropped when it takes longer than its time limit or when boot is called off. What it has
    /// opened until then must close with it: `stop` is called only for what did start.
    fn start(&self, cx: &Context) -> impl Future<Output = Result> + Send {
        let _ = cx;
        async { Ok(()) }
    }

    /// Its work, begun when it is ready. Ends by itself, or soon after [`Context::stopping`].
    ///
    /// # Errors
    ///
    /// An error of a required service ends the whole program; one of an optional service only this work.
    ///
    /// # Cancel safety
    ///
    /// The future is dropped when it has not ended within the stop time limit.
    fn run(&self, cx: &Context) -> impl Future<Output = Result> + Send {
        let _ = cx;
        async { Ok(()) }
    }

    /// Lets go of what `start` made. Called when its `run` has ended and all its dependants have stopped.
    ///
    /// # Errors
    ///
    /// An error is reported and keeps nobody else from stopping.
    ///
    /// # Cancel safety
    ///
    /// The future is dropped when it takes longer than its time limit.
    fn stop(&self, cx: &Context) -> impl Future<Output = Result> + Send {
        let _ = cx;
        async { Ok(()) }
    }
}
