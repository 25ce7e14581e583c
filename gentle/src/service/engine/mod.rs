//! What boots a [`Graph`](super::graph::Graph), watches over it and takes it down again.
//!
//! One driver task owns the graph for as long as it is up. It alone decides; it never runs user code: every start,
//! run and stop is a task of its own, so whatever they do, the driver keeps its time.

mod boot;
mod driver;
mod failure;
mod node;
mod session;
mod shutdown;
mod supervise;

use std::any::TypeId;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use self::driver::Driver;
use self::node::Node;
use self::session::Session;
use super::context::Shutdown;
use super::graph::Graph;
use super::{Definition, Scope, State, Svc};
use crate::Error;

/// How long the whole graph may take to come up and to go down.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) boot: Option<Duration>,
    pub(crate) shutdown: Duration,
}

/// A graph with a switch.
#[derive(Clone)]
pub(crate) struct Engine {
    shared: Arc<Shared>,
}

/// What the driver, the tasks and everybody who asks have in common.
struct Shared {
    graph: Graph,
    nodes: Vec<Node>,
    scope: Scope,
    limits: Limits,
    shutdown: Shutdown,
    session: Mutex<Option<Session>>,
}

/// How one definition stands, for the report.
pub(crate) struct Standing<'a> {
    pub(crate) definition: &'a Definition,
    pub(crate) deps: Vec<&'a str>,
    pub(crate) state: State,
    pub(crate) took: Option<Duration>,
}

impl Engine {
    pub(crate) fn new(graph: Graph, scope: Scope, limits: Limits) -> Self {
        let shutdown = Shutdown::new();
        let node = |definition: &Definition| Node::new(definition, &scope, &shutdown);
        let nodes = graph.nodes.iter().map(node).collect();
        Self { shared: Arc::new(Shared { graph, nodes, scope, limits, shutdown, session: Mutex::new(None) }) }
    }

    /// Boots everything, or waits with whoever does so already. Dropped by the last who waits, it calls boot off.
    pub(crate) async fn start(&self) -> Result<(), Error> {
        loop {
            match self.shared.join_or_begin() {
                Ok(session) => return session.booted().await,
                Err(leaving) => leaving.ended().await,
            };
        }
    }

    /// Calls boot off or takes everything down, and waits until it is. The error tells who did not stop.
    pub(crate) async fn stop(&self) -> Result<(), Error> {
        let Some(session) = self.shared.current() else { return Ok(()) };
        session.halt();
        session.ended().await.stopped()
    }

    /// Waits until everything is down, for whatever reason, and tells all that went wrong after boot.
    pub(crate) async fn ended(&self) -> Result<(), Error> {
        match self.shared.current() {
            Some(session) => session.ended().await.whole(),
            None => Ok(()),
        }
    }

    /// Waits until every `run` has returned.
    pub(crate) async fn idle(&self) {
        if let Some(session) = self.shared.current() {
            session.idle().await;
        }
    }

    /// Whether it is on its way down, for whatever reason.
    pub(crate) fn is_halting(&self) -> bool {
        self.shared.current().is_some_and(|session| session.is_halting())
    }

    /// Asks for what [`stop`](Self::stop) does, without waiting.
    pub(crate) fn halt(&self) {
        self.shared.shutdown.request();
    }

    /// Whether somebody asked for the end.
    pub(crate) fn is_asked_to_end(&self) -> bool {
        self.shared.shutdown.is_requested()
    }

    /// Waits until somebody asked for the end.
    pub(crate) async fn asked_to_end(&self) {
        self.shared.shutdown.requested().await;
    }

    pub(crate) fn scope(&self) -> &Scope {
        &self.shared.scope
    }

    pub(crate) fn named(&self, name: &str) -> Option<usize> {
        self.shared.graph.named(name)
    }

    pub(crate) fn typed(&self, id: TypeId) -> Option<usize> {
        self.shared.graph.typed(id)
    }

    pub(crate) fn name(&self, node: usize) -> &str {
        self.shared.graph.nodes[node].name()
    }

    pub(crate) fn state(&self, node: usize) -> State {
        self.shared.nodes[node].state.borrow().clone()
    }

    /// The value of `node`, from the moment it is made.
    pub(crate) fn value<T: Send + Sync + 'static>(&self, node: usize) -> Option<Svc<T>> {
        let made = self.shared.nodes[node].made.get()?;
        made.value.clone().downcast().ok().map(Svc::from)
    }

    /// Waits until `node` is ready, or cannot become so.
    pub(crate) async fn ready(&self, node: usize) -> Result<(), Error> {
        let mut state = self.shared.nodes[node].state.subscribe();
        let settled =
            |state: &State| !matches!(state, State::Pending | State::Waiting | State::Starting { .. });
        match state.wait_for(settled).await.as_deref() {
            Ok(state) if state.is_ready() => Ok(()),
            Ok(State::Failed(error)) => Err(error.clone()),
            _ => Err(failure::gone(self.name(node))),
        }
    }

    /// Everybody in order of levels.
    pub(crate) fn standings(&self) -> Vec<Vec<Standing<'_>>> {
        let level = |level: &Vec<usize>| level.iter().map(|node| self.standing(*node)).collect();
        self.shared.graph.levels.iter().map(level).collect()
    }

    /// The names of all that are neither down nor were ever up.
    pub(crate) fn running(&self) -> Vec<String> {
        let up = |state: State| state.is_ready() || matches!(state, State::Starting { .. } | State::Stopping);
        let nodes = (0..self.shared.graph.len()).filter(|node| up(self.state(*node)));
        nodes.map(|node| format!("`{}` ({})", self.name(node), self.state(node))).collect()
    }

    fn standing(&self, node: usize) -> Standing<'_> {
        let shared = &self.shared;
        Standing {
            definition: &shared.graph.nodes[node],
            deps: shared.graph.deps[node].iter().map(|dep| self.name(dep.node)).collect(),
            state: self.state(node),
            took: shared.nodes[node].took(),
        }
    }
}

impl Shared {
    fn current(&self) -> Option<Session> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The session that is up or coming up, or a new one; as an error the one that must first be gone.
    fn join_or_begin(self: &Arc<Self>) -> Result<Session, Session> {
        let mut current = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        match current.as_ref() {
            Some(session) if session.is_over() => {}
            Some(session) if session.is_halting() => return Err(session.clone()),
            Some(session) => return Ok(session.clone()),
            None => {}
        }
        let session = Driver::begin(Arc::clone(self));
        *current = Some(session.clone());
        Ok(session)
    }

    fn set(&self, node: usize, state: State) {
        let cell = &self.nodes[node].state;
        // Waking is the dear part, and most nodes have nobody waiting. Who subscribes from here on reads first.
        cell.send_if_modified(|held| {
            *held = state;
            cell.receiver_count() > 0
        });
    }

    fn name(&self, node: usize) -> &str {
        self.graph.nodes[node].name()
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Engine({} nodes)", self.shared.graph.len())
    }
}
