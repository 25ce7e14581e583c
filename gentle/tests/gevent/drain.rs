use std::time::Duration;

use gentle::error::Kind;
use gentle::event::{Delivery, Event, Handler};
use gentle::here;
use gentle::time::{now, sleep};

use crate::on_every_store;
use crate::world::{Log, Ping, Place, World};

on_every_store![
    gevent_22_stop_lets_the_running_finish_and_is_final,
    gevent_22_stop_keeps_to_its_time,
    gevent_23_a_stop_while_handlers_run_stays,
    gevent_24_dispatch_does_not_block_on_a_stopped_store,
    gevent_24_who_waits_for_room_is_woken_by_a_stop,
    what_a_shutdown_cuts_off_has_not_failed,
    what_outlasts_the_whole_shutdown_has_not_failed,
];

fn taking(log: &Log, time: Duration) -> Handler {
    let log = log.clone();
    Handler::new("worker", here!(), move |delivery: Delivery<Ping>| {
        let log = log.clone();
        async move {
            sleep(time).await;
            log.note(&delivery);
        }
    })
}

async fn gevent_22_stop_lets_the_running_finish_and_is_final(place: Place) {
    let log = Log::default();
    let world = World::new(place, vec![taking(&log, Duration::from_secs(1)).concurrency(2)]).await;
    for event in 0..6 {
        world.events.dispatch(Ping(event)).await.unwrap();
    }
    sleep(Duration::from_millis(500)).await;
    world.app.stop().await.unwrap();
    world.app.stop().await.unwrap();
    let handled = log.events().len();
    let error = world.events.dispatch(Ping(9)).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Stopped);
    let before_the_end = if place.outlives() { 2 } else { 6 };
    assert_eq!(
        handled, before_the_end,
        "what would die is handled within the time to drain, what can wait waits"
    );
    let next = world.again(place, vec![taking(&log, Duration::ZERO)]).await;
    next.settled().await;
    let mut events = log.events();
    events.sort_unstable();
    assert_eq!(events, [0, 1, 2, 3, 4, 5]);
}

async fn gevent_22_stop_keeps_to_its_time(place: Place) {
    let log = Log::default();
    let handler = taking(&log, Duration::from_secs(3600)).drain(Duration::from_secs(4));
    let world = World::new(place, vec![handler]).await;
    world.events.dispatch(Ping(1)).await.unwrap();
    sleep(Duration::from_millis(500)).await;
    let begun = now();
    world.app.stop().await.unwrap();
    let took = now() - begun;
    assert!(took >= Duration::from_secs(4) && took < Duration::from_secs(5), "{took:?}");
    assert!(log.events().is_empty());
    let attempts = Log::default();
    let next = world.again(place, vec![taking(&attempts, Duration::ZERO)]).await;
    let begun = now();
    next.settled().await;
    let comes_again: &[u32] = if place.outlives() { &[1] } else { &[] };
    assert_eq!(attempts.events(), comes_again);
    assert!(now() - begun < Duration::from_secs(1), "it does not wait for its lease to run out");
}

async fn gevent_23_a_stop_while_handlers_run_stays(place: Place) {
    let log = Log::default();
    let world = World::new(place, vec![taking(&log, Duration::from_secs(2))]).await;
    world.events.dispatch(Ping(1)).await.unwrap();
    sleep(Duration::from_secs(1)).await;
    world.app.stop().await.unwrap();
    sleep(Duration::from_secs(60)).await;
    assert_eq!(world.events.depth(Ping::TOPIC).await.unwrap_err().kind(), Kind::Stopped);
    assert_eq!(log.events(), [1]);
}

async fn gevent_24_dispatch_does_not_block_on_a_stopped_store(place: Place) {
    let world = World::new(place, vec![taking(&Log::default(), Duration::ZERO)]).await;
    world.app.stop().await.unwrap();
    let begun = now();
    for _ in 0..10 {
        let error = world.events.dispatch(Ping(1)).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Stopped);
    }
    assert_eq!(now(), begun);
}

async fn gevent_24_who_waits_for_room_is_woken_by_a_stop(place: Place) {
    let stuck = Handler::new("stuck", here!(), |_: Delivery<Ping>| std::future::pending::<()>());
    let handlers = vec![stuck.drain(Duration::from_secs(1))];
    let world = World::with(place, "max_queued=1", handlers, Vec::new()).await;
    world.events.dispatch(Ping(1)).await.unwrap();
    let events = world.events.clone();
    let waiting = tokio::spawn(async move { events.dispatch(Ping(2)).await });
    sleep(Duration::from_secs(1)).await;
    assert!(!waiting.is_finished());
    world.app.stop().await.unwrap();
    assert_eq!(waiting.await.unwrap().unwrap_err().kind(), Kind::Stopped);
    assert_eq!(Ping::TOPIC, "ping");
}

fn stuck_once() -> Handler {
    Handler::new("worker", here!(), |_: Delivery<Ping>| std::future::pending::<()>()).retry(None)
}

async fn runs_as_if_for_the_first_time(world: &World, place: Place) {
    let log = Log::default();
    let next = world.again(place, vec![taking(&log, Duration::ZERO).retry(None)]).await;
    next.settled().await;
    let again: &[u32] = if place.outlives() { &[1] } else { &[] };
    assert_eq!(log.events(), again);
    assert!(next.events.dead_letters(Ping::TOPIC).await.unwrap().is_empty());
}

async fn what_a_shutdown_cuts_off_has_not_failed(place: Place) {
    let world = World::new(place, vec![stuck_once().drain(Duration::from_secs(1))]).await;
    world.events.dispatch(Ping(1)).await.unwrap();
    sleep(Duration::from_millis(500)).await;
    world.app.stop().await.unwrap();
    runs_as_if_for_the_first_time(&world, place).await;
}

async fn what_outlasts_the_whole_shutdown_has_not_failed(place: Place) {
    let world = World::new(place, vec![stuck_once().drain(Duration::from_secs(3600))]).await;
    world.events.dispatch(Ping(1)).await.unwrap();
    sleep(Duration::from_millis(500)).await;
    let _ = world.app.stop().await;
    runs_as_if_for_the_first_time(&world, place).await;
}
