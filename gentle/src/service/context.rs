use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use tokio::sync::watch;

use super::{Resources, Scope};

/// What an app gives a service's methods: its name, when to end, and how to end the program.
///
/// It may be cloned and kept; it stays true over restarts.
///
/// # Examples
///
/// ```
/// use gentle::service::Context;
///
/// let cx = Context::alone("db");
/// assert_eq!((cx.name(), cx.attempt(), cx.is_stopping()), ("db", 1, false));
/// ```
#[derive(Clone)]
pub struct Context {
    inner: Arc<Inner>,
    attempt: u32,
}

struct Inner {
    name: Cow<'static, str>,
    scope: Scope,
    stopping: watch::Sender<bool>,
    shutdown: Shutdown,
}

/// The wish that the whole program ends, shared by everybody who may have it.
#[derive(Clone, Debug)]
pub(crate) struct Shutdown(Arc<watch::Sender<bool>>);

impl Context {
    /// A context outside any app, for tests that call a service's methods by hand.
    pub fn alone(name: impl Into<Cow<'static, str>>) -> Self {
        Self::new(name.into(), Scope::new(Resources::new()), Shutdown::new())
    }

    pub(super) fn new(name: Cow<'static, str>, scope: Scope, shutdown: Shutdown) -> Self {
        let stopping = watch::Sender::new(false);
        Self { inner: Arc::new(Inner { name, scope, stopping, shutdown }), attempt: 1 }
    }

    pub(super) fn of_attempt(&self, attempt: u32) -> Self {
        Self { inner: Arc::clone(&self.inner), attempt }
    }

    /// The name of the service this context was given to.
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// Which attempt to start this is, from 1.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// Waits until this service's `run` is asked to end; returns at once when it already was.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future forgets nothing: the wish is kept.
    pub async fn stopping(&self) {
        let mut asked = self.inner.stopping.subscribe();
        // The sender lives in `self`, so this cannot end without the wish.
        let _ = asked.wait_for(|stopping| *stopping).await;
    }

    /// Whether this service's `run` was asked to end.
    pub fn is_stopping(&self) -> bool {
        *self.inner.stopping.borrow()
    }

    /// Ends the whole program in order: everything drains and stops, and `run` returns.
    pub fn shutdown(&self) {
        self.inner.shutdown.request();
    }

    /// What the app shares with all its tasks.
    pub fn scope(&self) -> &Scope {
        &self.inner.scope
    }

    pub(super) fn set_stopping(&self, stopping: bool) {
        let cell = &self.inner.stopping;
        // Waking is the dear part, and there may be nobody to wake. Who subscribes from here on reads first.
        cell.send_if_modified(|held| {
            *held = stopping;
            cell.receiver_count() > 0
        });
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("name", &self.name())
            .field("attempt", &self.attempt)
            .field("stopping", &self.is_stopping())
            .finish_non_exhaustive()
    }
}

impl Shutdown {
    pub(crate) fn new() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }

    pub(crate) fn request(&self) {
        self.0.send_replace(true);
    }

    pub(crate) fn withdraw(&self) {
        self.0.send_replace(false);
    }

    pub(crate) fn is_requested(&self) -> bool {
        *self.0.borrow()
    }

    pub(crate) async fn requested(&self) {
        let _ = self.0.subscribe().wait_for(|requested| *requested).await;
    }
}
