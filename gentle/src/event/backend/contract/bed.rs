use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::event::backend::{Backend, Claim, Depth, Form, Group, Room, Ticket, Verdict, open};
use crate::event::{Due, Envelope, Id, Payload};

pub(super) const LEASE: Duration = Duration::from_secs(30);
pub(super) const TOPIC: &str = "contract";

/// A back end of its own for each check, that holds at most eight events where a bound is asked for.
pub(super) struct Bed {
    pub(super) backend: Arc<dyn Backend>,
    scheme: &'static str,
    folder: Folder,
}

struct Folder(PathBuf);

impl Bed {
    pub(super) async fn local() -> Self {
        Self::open("local").await
    }

    #[cfg(feature = "sqlite")]
    pub(super) async fn sqlite() -> Self {
        Self::open("sqlite").await
    }

    async fn open(scheme: &'static str) -> Self {
        let folder = Folder(std::env::temp_dir().join(format!("gentle-{}", Id::new())));
        std::fs::create_dir_all(&folder.0).unwrap();
        let backend = open(&url(scheme, &folder, "max_queued=50000")).await.unwrap();
        Self { backend, scheme, folder }
    }

    /// The same, anew, with room for eight.
    pub(super) async fn bounded(mut self) -> Self {
        self.backend.close().await;
        self.backend = open(&url(self.scheme, &self.folder, "max_queued=8")).await.unwrap();
        self
    }

    /// The same file, opened by another process.
    #[cfg(feature = "sqlite")]
    pub(super) async fn another(&self) -> Arc<dyn Backend> {
        open(&url(self.scheme, &self.folder, "max_queued=50000")).await.unwrap()
    }

    pub(super) async fn group(&self, name: &str) -> Group {
        self.group_of(name, TOPIC).await
    }

    pub(super) async fn group_of(&self, name: &str, topic: &'static str) -> Group {
        let group = Group { name: name.into(), topic };
        self.backend.subscribe(std::slice::from_ref(&group)).await.unwrap();
        group
    }

    pub(super) async fn publish(&self, number: u64, due: Due) {
        self.backend.publish(vec![self.envelope(number, due)], Room::Wait).await.unwrap();
    }

    pub(super) fn envelope(&self, number: u64, due: Due) -> Envelope {
        let payload = match self.backend.form() {
            Form::Shared => Payload::Shared(Arc::new(number)),
            Form::Bytes { .. } => Payload::Bytes(number.to_string().into_bytes().into()),
        };
        Envelope { id: Id::new(), topic: TOPIC, due, payload }
    }

    pub(super) async fn claim(&self, group: &Group, max: usize) -> Vec<Claim> {
        self.backend.claim(group, max, LEASE).await.unwrap()
    }

    pub(super) async fn one(&self, group: &Group) -> Claim {
        self.claim(group, 1).await.remove(0)
    }

    /// Whether the verdict was carried out.
    pub(super) async fn finish(&self, claim: &Claim, verdict: Verdict) -> bool {
        let lost: Vec<Ticket> = self.backend.finish(vec![(claim.ticket.clone(), verdict)]).await.unwrap();
        lost.is_empty()
    }

    pub(super) async fn depth(&self) -> Depth {
        self.backend.depth(TOPIC).await.unwrap()
    }
}

fn url(scheme: &str, folder: &Folder, options: &str) -> String {
    match scheme {
        "local" => format!("local://?{options}"),
        // No other process is looked for every few milliseconds of a clock that runs freely.
        _ => format!("{scheme}://{}?{options}&poll=1000ms", folder.0.join("events.db").display()),
    }
}

pub(super) fn number(claim: &Claim) -> u64 {
    match &claim.payload {
        Payload::Shared(value) => *value.downcast_ref().unwrap(),
        Payload::Bytes(bytes) => std::str::from_utf8(bytes).unwrap().parse().unwrap(),
    }
}

pub(super) fn failed(after: Duration) -> Verdict {
    Verdict::Retry { after, error: "no luck".into() }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
