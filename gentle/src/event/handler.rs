use std::any::TypeId;
use std::borrow::Cow;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use super::backend::{Claim, Group};
use super::{Delivery, Dispatcher, Event, IntoOutcome, Outcome, backoff};
use crate::error::{BoxError, Error, Place};
use crate::policy::Retry;
use crate::service::{Build, Definition, Inject};

/// One attempt on its way.
pub(super) type Attempt = Pin<Box<dyn Future<Output = Result<Outcome, BoxError>> + Send>>;

type Call = dyn Fn(&Claim, Arc<Build>) -> Result<Attempt, Error> + Send + Sync;

/// What handles the events of one topic as one group, and how.
///
/// `#[event_handler]` writes it; by hand it is for tests and for handlers that are known only at run time.
///
/// # Examples
///
/// ```
/// use gentle::event::{Delivery, Event, Handler};
/// use gentle::service::Svc;
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Serialize, Deserialize)]
/// # struct ScoreRead { points: u32 }
/// # impl Event for ScoreRead { const TOPIC: &'static str = "score.read"; }
/// struct Database;
///
/// async fn save_score(event: &ScoreRead, db: Svc<Database>) -> Result<(), std::io::Error> {
///     Ok(())
/// }
///
/// let handler = Handler::new("scores::save_score", gentle::here!(), |delivery: Delivery<ScoreRead>| async move {
///     use gentle::event::IntoOutcome;
///     save_score(delivery.event(), delivery.inject()?).await.into_outcome()
/// })
/// .takes::<Svc<Database>>()
/// .concurrency(4);
/// assert_eq!((handler.name(), handler.topic()), ("scores::save_score", "score.read"));
/// ```
#[derive(Clone)]
pub struct Handler {
    name: Cow<'static, str>,
    topic: &'static str,
    place: Place,
    edges: Vec<fn(Definition) -> Definition>,
    pub(super) concurrency: usize,
    pub(super) retry: Option<Retry>,
    pub(super) lease: Duration,
    pub(super) timeout: Option<Duration>,
    pub(super) drain: Duration,
    call: Arc<Call>,
}

impl Handler {
    /// A handler of `E`'s topic, in a group called `name`, that makes each attempt with `call`.
    ///
    /// The name is what a durable store knows the group by: changing it leaves behind what waits for the old one.
    pub fn new<E, F, Fut>(name: impl Into<Cow<'static, str>>, place: Place, call: F) -> Self
    where
        E: Event,
        F: Fn(Delivery<E>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output: IntoOutcome> + Send + 'static,
    {
        const { assert!(!E::TOPIC.is_empty(), "an event needs a topic") };
        Self {
            name: name.into(),
            topic: E::TOPIC,
            place,
            edges: Vec::new(),
            concurrency: 16,
            retry: Some(backoff::DEFAULT),
            lease: Duration::from_secs(30),
            timeout: None,
            drain: Duration::from_secs(10),
            call: Arc::new(move |claim, build| {
                let attempt = call(Delivery::open(claim, build)?);
                Ok(Box::pin(async move { attempt.await.into_outcome() }))
            }),
        }
    }

    /// Says that an attempt [injects](Delivery::inject) an `I`, and with it what the handler depends on.
    pub fn takes<I: Inject + 'static>(mut self) -> Self {
        // Every handler depends on the event store already, and a dependency is named once.
        if TypeId::of::<I>() != TypeId::of::<Dispatcher>() {
            self.edges.push(I::edge);
        }
        self
    }

    /// How many attempts may run at once in this process: 16 unless said otherwise, at least one.
    pub fn concurrency(mut self, concurrency: usize) -> Self {
        self.concurrency = concurrency.clamp(1, 1 << 20);
        self
    }

    /// How a failed attempt is tried again: `exp(100ms..30s), 10 attempts` unless said otherwise; `None` is not at
    /// all. A budget in the sentence has no effect here.
    pub fn retry(mut self, retry: impl Into<Option<Retry>>) -> Self {
        self.retry = retry.into();
        self
    }

    /// How soon another process takes over what this one leaves behind: 30 seconds unless said otherwise. An
    /// attempt may run longer, for its lease is renewed while it runs.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease.max(Duration::from_millis(3));
        self
    }

    /// When to cut an attempt off and count it as failed; without it, never.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// How long running attempts may take to end when the app stops: 10 seconds unless said otherwise.
    pub fn drain(mut self, budget: Duration) -> Self {
        self.drain = budget;
        self
    }

    /// The name of its group.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The topic it handles.
    pub fn topic(&self) -> &'static str {
        self.topic
    }

    /// Where it was declared.
    pub fn place(&self) -> Place {
        self.place
    }

    pub(super) fn group(&self) -> Group {
        Group { name: self.name.as_ref().into(), topic: self.topic }
    }

    pub(super) fn begin(&self, claim: &Claim, build: Arc<Build>) -> Result<Attempt, Error> {
        (self.call)(claim, build)
    }

    pub(super) fn edges_on(&self, definition: Definition) -> Definition {
        self.edges.iter().fold(definition, |definition, edge| edge(definition))
    }
}

impl fmt::Debug for Handler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handler")
            .field("name", &self.name)
            .field("topic", &self.topic)
            .field("place", &format_args!("{}", self.place))
            .field("concurrency", &self.concurrency)
            .field("retry", &self.retry.map(|retry| retry.to_string()))
            .finish_non_exhaustive()
    }
}
