//! The one consume loop, above every back end.
//!
//! Per group: no more is claimed than can start at once, so that no lease runs while its event waits. Each attempt
//! is a task of its own, and a heartbeat renews the leases of all that run. What an attempt came to is turned into
//! a verdict here; the back end only carries it out.

mod attempt;
mod caught;
mod drain;
mod heartbeat;
mod pull;
mod seats;
mod settle;
mod work;

use std::sync::{Arc, Mutex, PoisonError};

use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use self::work::Work;
use super::Handler;
use super::store::{Store, User};
use crate::service::{Build, Context, Result, Service};

/// One handler's life as a node of the service graph.
pub(super) struct Consumer {
    handler: Arc<Handler>,
    store: Arc<Store>,
    build: Arc<Build>,
    running: Mutex<Option<Running>>,
}

struct Running {
    work: Arc<Work>,
    stop: watch::Sender<bool>,
    pull: JoinHandle<()>,
    heartbeat: JoinHandle<()>,
}

impl Consumer {
    pub(super) fn new(handler: Arc<Handler>, store: Arc<Store>, build: Build) -> Self {
        Self { handler, store, build: Arc::new(build), running: Mutex::default() }
    }

    fn replace(&self, running: Option<Running>) -> Option<Running> {
        let mut present = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *present, running)
    }
}

impl Service for Consumer {
    async fn start(&self, cx: &Context) -> Result {
        let store = (self.store.backend()?, User::new(&self.store));
        let build = Arc::clone(&self.build);
        let work = Work::new(Arc::clone(&self.handler), store, build, cx.scope().clone());
        self.replace(Some(Running::begin(Arc::new(work))));
        Ok(())
    }

    // What is there for events has work for as long as the app is up: an app with handlers does not end by itself.
    async fn run(&self, cx: &Context) -> Result {
        cx.stopping().await;
        Ok(())
    }

    async fn stop(&self, _cx: &Context) -> Result {
        if let Some(running) = self.replace(None) {
            running.end(self.handler.drain).await;
        }
        Ok(())
    }
}

impl Running {
    fn begin(work: Arc<Work>) -> Self {
        let stop = watch::Sender::new(false);
        let pull = tokio::spawn(pull::pull(Arc::clone(&work), stop.subscribe()));
        let heartbeat = tokio::spawn(heartbeat::beat(Arc::clone(&work)));
        Self { work, stop, pull, heartbeat }
    }

    // For a stop that is itself cut off: in a task of its own, since nobody waits for this any more.
    fn give_back(&self) {
        let cut_off = self.work.seats.abort_all();
        if let (false, Ok(runtime)) = (cut_off.is_empty(), Handle::try_current()) {
            let work = Arc::clone(&self.work);
            runtime.spawn(async move { drain::release(&work, cut_off).await });
        }
    }

    async fn end(mut self, budget: std::time::Duration) {
        self.stop.send_replace(true);
        // It ends at its next await: a claim under way is dropped, and what it was granted given back.
        let _ = (&mut self.pull).await;
        drain::drain(&self.work, budget).await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.pull.abort();
        self.heartbeat.abort();
        self.give_back();
    }
}
