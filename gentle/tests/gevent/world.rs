use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use gentle::event::{Delivery, Dispatcher, Event, Handler, Id};
use gentle::service::Definition;
use gentle::time::{Instant, now};
use gentle::{App, AppBuilder};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Ping(pub(crate) u32);

impl Event for Ping {
    const TOPIC: &'static str = "ping";
}

/// Where the events of a test wait.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Place {
    Local,
    #[cfg(feature = "sqlite")]
    Sqlite,
}

impl Place {
    /// Whether what waits there outlives the process.
    pub(crate) fn outlives(self) -> bool {
        self != Self::Local
    }
}

/// An app with nothing but events in it, and the file they wait in.
pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) events: Dispatcher,
    pub(crate) url: String,
    folder: Arc<Folder>,
}

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl World {
    pub(crate) async fn new(place: Place, handlers: Vec<Handler>) -> Self {
        Self::with(place, "", handlers, Vec::new()).await
    }

    pub(crate) async fn with(
        place: Place,
        options: &str,
        handlers: Vec<Handler>,
        services: Vec<Definition>,
    ) -> Self {
        let folder = std::env::temp_dir().join(format!("gentle-gevent-{}", Id::new()));
        std::fs::create_dir_all(&folder).unwrap();
        Self::at(Arc::new(Folder(folder)), place, options, handlers, services).await
    }

    /// The next run of the same program.
    pub(crate) async fn again(&self, place: Place, handlers: Vec<Handler>) -> Self {
        Self::at(Arc::clone(&self.folder), place, "", handlers, Vec::new()).await
    }

    async fn at(
        folder: Arc<Folder>,
        place: Place,
        options: &str,
        handlers: Vec<Handler>,
        services: Vec<Definition>,
    ) -> Self {
        let url = match place {
            Place::Local => format!("local://?{options}"),
            #[cfg(feature = "sqlite")]
            Place::Sqlite => {
                format!("sqlite://{}?poll=1000ms&{options}", folder.0.join("events.db").display())
            }
        };
        let builder =
            handlers.into_iter().fold(App::builder().set("event.url", url.clone()), AppBuilder::handler);
        let app = services.into_iter().fold(builder, AppBuilder::define).build().unwrap();
        app.start().await.unwrap();
        let events = app.resource::<Dispatcher>().unwrap();
        Self { app, events, url, folder }
    }

    /// Its folder, gone with the last world in it.
    #[cfg(feature = "sqlite")]
    pub(crate) fn folder(&self) -> PathBuf {
        self.folder.0.clone()
    }

    /// Waits until nothing of the topic wants handling any more.
    pub(crate) async fn settled(&self) {
        while self.events.depth(Ping::TOPIC).await.unwrap().pending() > 0 {
            gentle::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// What handlers have done, and when.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<(u32, Instant)>>>);

impl Log {
    pub(crate) fn note(&self, delivery: &Delivery<Ping>) {
        self.0.lock().unwrap().push((delivery.event().0, now()));
    }

    pub(crate) fn events(&self) -> Vec<u32> {
        self.0.lock().unwrap().iter().map(|(event, _)| *event).collect()
    }

    pub(crate) fn times(&self) -> Vec<Instant> {
        self.0.lock().unwrap().iter().map(|(_, time)| *time).collect()
    }
}
