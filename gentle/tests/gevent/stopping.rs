use std::sync::{Arc, Mutex};
use std::time::Duration;

use gentle::error::Kind;
use gentle::event::{Delivery, Dispatcher, Handler};
use gentle::service::{Context, Definition, Inject, Result};
use gentle::time::sleep;
use gentle::{Service, here};

use crate::world::{Log, Ping, Place, World};
use crate::{log, on_every_store};

on_every_store![
    what_is_accepted_while_all_stop_is_handled_or_stays,
    what_waits_for_room_while_all_stop_is_told,
    what_a_stop_loses_is_told_once,
];

type Answers = Arc<Mutex<Vec<std::result::Result<u32, Kind>>>>;

/// Dispatches while it stops, more slowly than a handler that drains.
struct Late(Dispatcher, Answers);

impl Service for Late {
    async fn run(&self, cx: &Context) -> Result {
        cx.stopping().await;
        self.ten(0).await;
        Ok(())
    }

    async fn stop(&self, _cx: &Context) -> Result {
        self.ten(10).await;
        Ok(())
    }
}

impl Late {
    async fn ten(&self, from: u32) {
        for event in from..from + 10 {
            let answer = self.0.dispatch(Ping(event)).await.map(|_| event).map_err(|error| error.kind());
            self.1.lock().unwrap().push(answer);
            sleep(Duration::from_millis(200)).await;
        }
    }
}

fn late(answers: &Answers) -> Definition {
    let answers = Arc::clone(answers);
    Dispatcher::edge(Definition::new("late", here!(), move |build| {
        Ok(Late(build.inject()?, Arc::clone(&answers)))
    }))
}

fn worker(log: &Log) -> Handler {
    let log = log.clone();
    Handler::new("worker", here!(), move |delivery: Delivery<Ping>| {
        let log = log.clone();
        async move {
            sleep(Duration::from_millis(100)).await;
            log.note(&delivery);
        }
    })
}

fn quick(log: &Log) -> Handler {
    let log = log.clone();
    Handler::new("worker", here!(), move |delivery: Delivery<Ping>| {
        log.note(&delivery);
        async {}
    })
}

async fn what_is_accepted_while_all_stop_is_handled_or_stays(place: Place) {
    let (seen, answers) = (Log::default(), Answers::default());
    let world = World::with(place, "", vec![worker(&seen)], vec![late(&answers)]).await;
    world.events.dispatch(Ping(100)).await.unwrap();
    sleep(Duration::from_millis(50)).await;
    world.app.stop().await.unwrap();
    let next = world.again(place, vec![quick(&seen)]).await;
    next.settled().await;
    let answers = answers.lock().unwrap().clone();
    let mut wanted: Vec<u32> = answers.iter().filter_map(|answer| answer.ok()).chain([100]).collect();
    let mut events = seen.events();
    wanted.sort_unstable();
    events.sort_unstable();
    assert_eq!(events, wanted);
    assert_eq!(answers.len(), 20);
    assert_eq!(answers.contains(&Err(Kind::Stopped)), !place.outlives(), "{answers:?}");
}

async fn what_waits_for_room_while_all_stop_is_told(place: Place) {
    if place.outlives() {
        return;
    }
    let answers = Answers::default();
    let stuck = Handler::new("stuck", here!(), |_: Delivery<Ping>| std::future::pending::<()>());
    let handlers = vec![stuck.drain(Duration::from_secs(1))];
    let world = World::with(place, "max_queued=1", handlers, vec![late(&answers)]).await;
    world.events.dispatch(Ping(100)).await.unwrap();
    sleep(Duration::from_millis(500)).await;
    world.app.stop().await.unwrap();
    assert_eq!(*answers.lock().unwrap(), [Err(Kind::Stopped); 20]);
}

async fn what_a_stop_loses_is_told_once(place: Place) {
    log::listen();
    let stuck = Handler::new("stuck", here!(), |_: Delivery<Ping>| std::future::pending::<()>());
    let handlers = vec![stuck.concurrency(1).drain(Duration::from_secs(1))];
    let world = World::new(place, handlers).await;
    for event in 0..3 {
        world.events.dispatch(Ping(event)).await.unwrap();
    }
    world.events.dispatch_in(Duration::from_secs(60), Ping(3)).await.unwrap();
    sleep(Duration::from_millis(500)).await;
    world.app.stop().await.unwrap();
    let warnings = log::warnings();
    let [warning] = warnings.as_slice() else { panic!("{}", log::all()) };
    if place.outlives() {
        assert!(warning.contains("their events will come again"), "{warning}");
    } else {
        assert!(warning.contains("is lost") && warning.contains("events=4"), "{warning}");
        assert!(!log::all().contains("come again"), "{}", log::all());
    }
}
