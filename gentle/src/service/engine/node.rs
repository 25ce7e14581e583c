//! What is known of one node from outside the driver, and the user code behind it.

use std::any::TypeId;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use tokio::sync::watch;

use super::{Scope, Shared, Shutdown, State};
use crate::service::build::{Found, Lookup};
use crate::service::definition::Definition;
use crate::service::made::Made;
use crate::service::{Build, Context, Result};

/// The lasting part of a node: it outlives every session.
pub(super) struct Node {
    pub(super) state: watch::Sender<State>,
    pub(super) made: OnceLock<Made>,
    pub(super) cx: Context,
    // Nanoseconds; zero as long as it has never been ready.
    took: AtomicU64,
}

impl Node {
    pub(super) fn new(definition: &Definition, scope: &Scope, shutdown: &Shutdown) -> Self {
        let made = definition.maker.ready().map(OnceLock::from).unwrap_or_default();
        let cx = Context::new(definition.name.clone(), scope.clone(), shutdown.clone());
        Self { state: watch::Sender::new(State::Pending), made, cx, took: AtomicU64::new(0) }
    }

    pub(super) fn took(&self) -> Option<Duration> {
        let nanos = self.took.load(Ordering::Relaxed);
        (nanos > 0).then(|| Duration::from_nanos(nanos))
    }

    pub(super) fn set_took(&self, took: Duration) {
        let nanos = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX).max(1);
        self.took.store(nanos, Ordering::Relaxed);
    }
}

/// Makes the value if this is the first time, and starts it.
pub(super) async fn start(shared: Arc<Shared>, node: usize, attempt: u32) -> Result {
    let cx = shared.nodes[node].cx.of_attempt(attempt);
    let made = make(&shared, node, &cx).await?;
    made.start(&cx).await
}

pub(super) async fn run(shared: Arc<Shared>, node: usize) -> Result {
    match shared.nodes[node].made.get() {
        Some(made) => made.run(&shared.nodes[node].cx).await,
        None => Ok(()),
    }
}

pub(super) async fn stop(shared: Arc<Shared>, node: usize) -> Result {
    match shared.nodes[node].made.get() {
        Some(made) => made.stop(&shared.nodes[node].cx).await,
        None => Ok(()),
    }
}

async fn make(shared: &Arc<Shared>, node: usize, cx: &Context) -> Result<Made> {
    if let Some(made) = shared.nodes[node].made.get() {
        return Ok(made.clone());
    }
    let dependencies = Dependencies { shared: Arc::downgrade(shared), node };
    let definition = &shared.graph.nodes[node];
    let build = Build::new(cx.clone(), Arc::new(dependencies), definition.prefix());
    let made = definition.maker.make(build).await?;
    Ok(shared.nodes[node].made.get_or_init(|| made).clone())
}

/// What one node may look up while it is built. Weak, because a service may keep its `Build`.
struct Dependencies {
    shared: Weak<Shared>,
    node: usize,
}

impl Lookup for Dependencies {
    fn find(&self, id: TypeId) -> Found {
        let Some(shared) = self.shared.upgrade() else { return Found::Absent };
        let Some(wanted) = shared.graph.typed(id) else {
            let declared = shared.graph.nodes[self.node].names_type(id);
            return if declared { Found::Absent } else { Found::Undeclared };
        };
        if !shared.graph.deps[self.node].iter().any(|dep| dep.node == wanted) {
            return Found::Undeclared;
        }
        let dependency = &shared.nodes[wanted];
        match dependency.made.get() {
            Some(made) if dependency.state.borrow().is_ready() => Found::Ready(made.value.clone()),
            _ => Found::Absent,
        }
    }
}
