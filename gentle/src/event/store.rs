use std::sync::{Arc, PoisonError, RwLock};

use super::backend::{self, Backend, Group};
use crate::error::{Error, Kind};
use crate::service::{Context, Result, Service};

/// The node of the graph that every handler and every injected dispatcher depends on.
pub(super) const NAME: &str = "event";

/// The back end while it is open, and what to open it with.
pub(super) struct Store {
    url: String,
    groups: Vec<Group>,
    open: RwLock<Option<Arc<dyn Backend>>>,
}

impl Store {
    pub(super) fn new(url: String, groups: Vec<Group>) -> Self {
        Self { url, groups, open: RwLock::default() }
    }

    pub(super) fn backend(&self) -> Result<Arc<dyn Backend>, Error> {
        let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
        open.clone().ok_or_else(|| {
            let message = "the event store is not open\nhelp: what dispatches while it starts or stops depends \
                           on the event store: give it a `Dispatcher`, or `deps = [\"event\"]`";
            Error::new(Kind::Stopped, message)
        })
    }

    fn replace(&self, backend: Option<Arc<dyn Backend>>) -> Option<Arc<dyn Backend>> {
        let mut open = self.open.write().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *open, backend)
    }
}

/// The store's life: all groups are known before the first event can be dispatched.
pub(super) struct Life(pub(super) Arc<Store>);

impl Service for Life {
    async fn start(&self, _cx: &Context) -> Result {
        let backend = backend::open(&self.0.url).await?;
        backend.subscribe(&self.0.groups).await?;
        self.0.replace(Some(backend));
        Ok(())
    }

    async fn stop(&self, _cx: &Context) -> Result {
        if let Some(backend) = self.0.replace(None) {
            backend.close().await;
        }
        Ok(())
    }
}
