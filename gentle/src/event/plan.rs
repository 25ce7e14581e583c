use std::sync::Arc;

use super::consumer::Consumer;
use super::store::{Life, NAME, Store};
use super::{Dispatcher, Handler};
use crate::here;
use crate::service::Definition;

/// What events mean for an app: a dispatcher for its resources, and the nodes of its graph.
#[derive(Debug)]
pub(crate) struct Plan {
    dispatcher: Dispatcher,
    handlers: Vec<Handler>,
}

impl Plan {
    /// Events that wait at `url` for these handlers.
    pub(crate) fn new(url: impl Into<String>, handlers: Vec<Handler>) -> Self {
        let groups = handlers.iter().map(Handler::group).collect();
        Self { dispatcher: Dispatcher::new(Arc::new(Store::new(url.into(), groups))), handlers }
    }

    /// The dispatcher, which belongs into the [`Resources`](crate::service::Resources) of the app. It works while
    /// the store's node is started.
    pub(crate) fn dispatcher(&self) -> Dispatcher {
        self.dispatcher.clone()
    }

    /// The nodes: first the store, called `event`, then each handler, called by its group.
    pub(crate) fn definitions(self) -> Vec<Definition> {
        let store = self.dispatcher.store();
        let first = Definition::value(NAME, here!(), Life(Arc::clone(store))).kind("store");
        let handlers = self.handlers.into_iter().map(|handler| node(&Arc::new(handler), Arc::clone(store)));
        std::iter::once(first).chain(handlers).collect()
    }
}

fn node(handler: &Arc<Handler>, store: Arc<Store>) -> Definition {
    let (name, place, drain) = (handler.name().to_owned(), handler.place(), handler.drain);
    let made_of = Arc::clone(handler);
    let definition = Definition::new(name, place, move |build| {
        Ok(Consumer::new(Arc::clone(&made_of), Arc::clone(&store), build.clone()))
    });
    // Longer than the drain: what was cut off is still to be given back.
    let definition =
        definition.kind("handler").stop_timeout(drain.saturating_add(GIVE_BACK)).needs_named(NAME);
    handler.edges_on(definition)
}

const GIVE_BACK: std::time::Duration = std::time::Duration::from_secs(5);
