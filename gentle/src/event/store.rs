use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::watch;

use super::backend::{self, Backend, Group, StoredGroup};
use super::patience::Patience;
use crate::error::{Error, Kind};
use crate::service::{Context, Result, Service};
use crate::time::sleep;

/// The node of the graph that every handler and every injected dispatcher depends on.
pub(super) const NAME: &str = "event";

// Less than what a hurried shutdown leaves to everybody.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// The back end while it is open, and what to open it with.
pub(super) struct Store {
    url: String,
    groups: Vec<Group>,
    open: RwLock<Option<Arc<dyn Backend>>>,
    closing: watch::Sender<bool>,
    users: watch::Sender<usize>,
    pub(super) patience: Patience,
}

/// Somebody who has something to give back before the store closes.
pub(super) struct User(Arc<Store>);

impl Store {
    pub(super) fn new(url: String, groups: Vec<Group>) -> Self {
        let (closing, users) = (watch::Sender::default(), watch::Sender::default());
        Self { url, groups, open: RwLock::default(), closing, users, patience: Patience::default() }
    }

    pub(super) fn backend(&self) -> Result<Arc<dyn Backend>, Error> {
        let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
        open.clone().ok_or_else(|| {
            let message = "the event store is not open\nhelp: what dispatches while it starts or stops depends \
                           on the event store: give it a `Dispatcher`, or `deps = [\"event\"]`";
            Error::new(Kind::Stopped, message)
        })
    }

    fn tell_unhandled(&self, stored: Vec<StoredGroup>) {
        let is_here = |name: &str| self.groups.iter().any(|group| &*group.name == name);
        for StoredGroup { name, topic, waiting, forget } in
            stored.into_iter().filter(|one| !is_here(&one.name))
        {
            tracing::warn!(
                group = name,
                topic,
                waiting,
                "no handler in this program is called `{name}`, and {waiting} deliveries of the topic `{topic}` \
                 wait for it\n\
                 help: if it was renamed, give the handler `name = \"{name}\"`; if another program has it, let \
                 that run; if it is gone for good, make the store forget it: {forget}"
            );
        }
    }

    fn replace(&self, backend: Option<Arc<dyn Backend>>) -> Option<Arc<dyn Backend>> {
        let mut open = self.open.write().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *open, backend)
    }

    // A shutdown in a hurry stops everybody at once: what is still attempted must be given back before the end.
    async fn see_off(&self) {
        self.closing.send_replace(true);
        let mut users = self.users.subscribe();
        tokio::select! {
            biased;
            _ = users.wait_for(|users| *users == 0) => {}
            () = sleep(LAST_WORDS) => {}
        }
    }
}

impl User {
    pub(super) fn new(store: &Arc<Store>) -> Self {
        store.users.send_modify(|users| *users += 1);
        Self(Arc::clone(store))
    }

    /// Waits until the store is about to close.
    pub(super) async fn closing(&self) {
        let mut closing = self.0.closing.subscribe();
        let _ = closing.wait_for(|closing| *closing).await;
    }
}

impl Drop for User {
    fn drop(&mut self) {
        self.0.users.send_modify(|users| *users -= 1);
    }
}

/// The store's life: all groups are known before the first event can be dispatched.
pub(super) struct Life(pub(super) Arc<Store>);

impl Service for Life {
    async fn start(&self, _cx: &Context) -> Result {
        let backend = backend::open(&self.0.url).await?;
        backend.subscribe(&self.0.groups).await?;
        self.0.tell_unhandled(backend.stored_groups().await?);
        self.0.closing.send_replace(false);
        self.0.replace(Some(backend));
        Ok(())
    }

    async fn stop(&self, _cx: &Context) -> Result {
        self.0.see_off().await;
        if let Some(backend) = self.0.replace(None) {
            backend.close().await;
        }
        Ok(())
    }
}
