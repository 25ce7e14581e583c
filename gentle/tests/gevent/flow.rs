use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use gentle::error::Kind;
use gentle::event::{Delivery, Dispatcher, Event, Handler, IntoOutcome, Outcome};
use gentle::service::Definition;
use gentle::time::{now, sleep, sleep_until};
use gentle::{BoxError, Service, Svc, here};

use crate::on_every_store;
use crate::world::{Log, Ping, Place, World};

on_every_store![
    gevent_1_at_most_twenty_run_at_once_and_each_runs_once,
    gevent_2_none_runs_before_its_delay,
    gevent_3_functions_and_structs_both_handle,
    gevent_18_due_events_fire_within_milliseconds,
    gevent_19_the_earlier_due_is_started_first,
    a_handler_gets_services_the_dispatcher_and_its_app,
    what_is_dispatched_while_services_start_is_handled,
];

async fn gevent_1_at_most_twenty_run_at_once_and_each_runs_once(place: Place) {
    let (running, most, log) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)), Log::default());
    let seen = (running, Arc::clone(&most), log.clone());
    let handler = Handler::new("slow", here!(), move |delivery: Delivery<Ping>| {
        let (running, most, log) = seen.clone();
        async move {
            most.fetch_max(running.fetch_add(1, SeqCst) + 1, SeqCst);
            sleep(Duration::from_secs(2)).await;
            running.fetch_sub(1, SeqCst);
            log.note(&delivery);
        }
    });
    let world = World::new(place, vec![handler.concurrency(20)]).await;
    let begun = now();
    for event in 0..100 {
        world.events.dispatch(Ping(event)).await.unwrap();
    }
    world.settled().await;
    assert_eq!(most.load(SeqCst), 20);
    let mut events = log.events();
    events.sort_unstable();
    assert_eq!(events, (0..100).collect::<Vec<_>>());
    assert!(now() - begun < Duration::from_secs(11), "five rounds of two seconds: {:?}", now() - begun);
}

fn logging(log: &Log) -> Handler {
    let log = log.clone();
    Handler::new("log", here!(), move |delivery: Delivery<Ping>| {
        log.note(&delivery);
        async {}
    })
}

async fn gevent_2_none_runs_before_its_delay(place: Place) {
    let log = Log::default();
    let world = World::new(place, vec![logging(&log)]).await;
    let begun = now();
    for seconds in (1..=100).rev() {
        world.events.dispatch_in(Duration::from_secs(seconds.into()), Ping(seconds)).await.unwrap();
    }
    world.settled().await;
    assert_eq!(log.events(), (1..=100).collect::<Vec<_>>());
    for (event, time) in log.events().into_iter().zip(log.times()) {
        assert!(time - begun >= Duration::from_secs(event.into()), "{event} came after {:?}", time - begun);
    }
}

async fn gevent_18_due_events_fire_within_milliseconds(place: Place) {
    let log = Log::default();
    let world = World::new(place, vec![logging(&log)]).await;
    let wanted: Vec<_> = (1..=20).map(|n| now() + Duration::from_millis(137) * n).collect();
    for at in &wanted {
        world.events.dispatch_in(*at - now(), Ping(1)).await.unwrap();
    }
    sleep_until(wanted[19] + Duration::from_secs(1)).await;
    let late: Vec<_> = log.times().iter().zip(&wanted).map(|(time, wanted)| *time - *wanted).collect();
    assert_eq!(late.len(), 20);
    assert!(late.iter().all(|late| *late < Duration::from_millis(5)), "{late:?}");
}

async fn gevent_19_the_earlier_due_is_started_first(place: Place) {
    let log = Log::default();
    let busy = {
        let log = log.clone();
        Handler::new("busy", here!(), move |delivery: Delivery<Ping>| {
            log.note(&delivery);
            sleep(Duration::from_secs(60))
        })
    };
    let world = World::new(place, vec![busy.concurrency(1)]).await;
    world.events.dispatch(Ping(0)).await.unwrap();
    for (event, seconds) in [(3, 30), (1, 10), (2, 20)] {
        world.events.dispatch_in(Duration::from_secs(seconds), Ping(event)).await.unwrap();
    }
    sleep(Duration::from_secs(50)).await;
    world.events.dispatch(Ping(4)).await.unwrap();
    world.settled().await;
    assert_eq!(log.events(), [0, 1, 2, 3, 4]);
}

struct Saver(Log);

impl Saver {
    async fn handle(&self, delivery: &Delivery<Ping>) -> Result<(), BoxError> {
        sleep(Duration::from_millis(1)).await;
        self.0.note(delivery);
        Ok(())
    }
}

async fn by_function(event: &Ping) -> Result<Outcome, std::fmt::Error> {
    sleep(Duration::from_millis(1)).await;
    if event.0 == 0 { Err(std::fmt::Error) } else { Ok(Outcome::Done) }
}

async fn gevent_3_functions_and_structs_both_handle(place: Place) {
    let log = Log::default();
    let saver = Arc::new(Saver(log.clone()));
    let handlers = vec![
        Handler::new("function", here!(), |delivery: Delivery<Ping>| async move {
            by_function(delivery.event()).await
        }),
        Handler::new("struct", here!(), move |delivery: Delivery<Ping>| {
            let saver = Arc::clone(&saver);
            async move { saver.handle(&delivery).await }
        }),
    ];
    let world = World::new(place, handlers).await;
    world.events.dispatch(Ping(5)).await.unwrap();
    world.settled().await;
    assert_eq!(log.events(), [5]);
    assert_eq!(world.events.depth(Ping::TOPIC).await.unwrap().dead, 0);
}

struct Counter(AtomicUsize);

impl Service for Counter {}

async fn count(
    event: Arc<Ping>,
    counter: Svc<Counter>,
    absent: Option<Svc<Saver>>,
    events: Dispatcher,
) -> Outcome {
    assert!(absent.is_none());
    counter.0.fetch_add(event.0 as usize, SeqCst);
    match event.0 {
        0 => {}
        // By the app of this task, and by the dispatcher that was asked for.
        n if n % 2 == 0 => drop(gentle::event::dispatch(Ping(n - 1)).await.unwrap()),
        n => drop(events.dispatch(Ping(n - 1)).await.unwrap()),
    }
    Outcome::Done
}

async fn a_handler_gets_services_the_dispatcher_and_its_app(place: Place) {
    let counter = Definition::value("counter", here!(), Counter(AtomicUsize::new(0)));
    let handler = Handler::new("count", here!(), |delivery: Delivery<Ping>| async move {
        let (counter, absent) = (delivery.inject()?, delivery.inject()?);
        count(delivery.shared(), counter, absent, delivery.inject()?).await.into_outcome()
    });
    let handler = handler.takes::<Svc<Counter>>().takes::<Option<Svc<Saver>>>().takes::<Dispatcher>();
    let world = World::with(place, "", vec![handler], vec![counter]).await;
    world.events.dispatch(Ping(4)).await.unwrap();
    world.settled().await;
    let counter = world.app.service::<Counter>().unwrap();
    assert_eq!(counter.0.load(SeqCst), 4 + 3 + 2 + 1);
}

struct Early(Dispatcher);

impl Service for Early {
    async fn start(&self, _cx: &gentle::service::Context) -> gentle::service::Result {
        self.0.dispatch(Ping(1)).await?;
        Ok(())
    }
}

async fn what_is_dispatched_while_services_start_is_handled(place: Place) {
    use gentle::service::Inject;
    let log = Log::default();
    let early = Definition::new("early", here!(), |build| Ok(Early(build.inject()?)));
    let world = World::with(place, "", vec![logging(&log)], vec![Dispatcher::edge(early)]).await;
    world.settled().await;
    assert_eq!(log.events(), [1]);
}

#[tokio::test(start_paused = true)]
async fn gevent_9_dispatch_without_a_handler_is_refused_and_queues_nothing() {
    let world = World::with(Place::Local, "max_queued=1", Vec::new(), Vec::new()).await;
    for _ in 0..3 {
        let error = world.events.try_dispatch(Ping(1)).await.unwrap_err();
        assert_eq!(error.kind(), Kind::NoHandler, "not full: nothing was queued");
        assert!(error.to_string().ends_with("is named: `gentle::link!(…)`"), "{error}");
    }
    assert_eq!(world.events.depth(Ping::TOPIC).await.unwrap().pending(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_app_without_a_store_says_how_to_get_one() {
    let early = Definition::new("early", here!(), |build| Ok(Early(build.inject()?)));
    let app = gentle::App::builder().define(early).build().unwrap();
    let text = app.start().await.unwrap_err().to_string();
    let reason = "this app has no event store, because no handler is registered and no service asks for a \
                  `Dispatcher`\nhelp: add one, set `event.url`, or name the crate that brings it: \
                  `gentle::link!(that_crate)`";
    assert!(text.contains(reason), "{text}");
}
