use std::time::Duration;

use gentle::event::{Delivery, Event, Handler};
use gentle::here;
use gentle::time::sleep;

use crate::world::{Ping, Place, World};
use crate::{log, on_every_store};

on_every_store![a_dispatch_that_waits_long_for_room_is_told_once, a_group_without_a_handler_is_told_at_boot,];

fn slow(name: &'static str) -> Handler {
    Handler::new(name, here!(), |_: Delivery<Ping>| sleep(Duration::from_secs(20))).drain(Duration::ZERO)
}

async fn a_dispatch_that_waits_long_for_room_is_told_once(place: Place) {
    log::listen();
    let world = World::with(place, "max_queued=1", vec![slow("slow")], Vec::new()).await;
    world.events.dispatch(Ping(0)).await.unwrap();
    let waiting = [1, 2].map(|event| {
        let events = world.events.clone();
        tokio::spawn(async move { events.dispatch(Ping(event)).await })
    });
    sleep(Duration::from_millis(4_900)).await;
    assert_eq!(log::warnings(), [""; 0]);
    sleep(Duration::from_secs(5)).await;
    let warnings = log::warnings();
    let [warning] = warnings.as_slice() else { panic!("{warnings:?}") };
    let text = "a dispatch waits for room since 5s: the event store may hold 1 events (`max_queued`)";
    assert!(warning.contains(text) && warning.contains(r#"topic="ping""#), "{warning}");
    for one in waiting {
        one.await.unwrap().unwrap();
    }
}

async fn a_group_without_a_handler_is_told_at_boot(place: Place) {
    log::listen();
    let world = World::new(place, vec![slow("it's::old"), slow("kept")]).await;
    for event in 0..3 {
        world.events.dispatch(Ping(event)).await.unwrap();
    }
    world.app.stop().await.unwrap();
    log::listen();
    let next = world.again(place, vec![slow("new"), slow("kept")]).await;
    let warnings = log::warnings();
    if !place.outlives() {
        assert_eq!(warnings, [""; 0]);
        return;
    }
    let [warning] = warnings.as_slice() else { panic!("{warnings:?}") };
    let text =
        "no handler in this program is called `it's::old`, and 3 deliveries of the topic `ping` wait for it";
    assert!(warning.contains(text), "{warning}");
    assert!(
        log::all().contains(r#"if it was renamed, give the handler `name = "it's::old"`"#),
        "{}",
        log::all()
    );
    next.app.stop().await.unwrap();
    forgets(&next, place).await;
}

#[cfg(not(feature = "sqlite"))]
async fn forgets(_: &World, _: Place) {}

/// What the help says to do with the file does what it says.
#[cfg(feature = "sqlite")]
async fn forgets(world: &World, place: Place) {
    let backend = gentle::event::backend::open(&world.url).await.unwrap();
    let stored = backend.stored_groups().await.unwrap();
    backend.close().await;
    let path = world.url.trim_start_matches("sqlite://").split('?').next().unwrap();
    rusqlite::Connection::open(path).unwrap().execute_batch(&stored[0].forget).unwrap();
    log::listen();
    let next = world.again(place, vec![slow("new"), slow("kept")]).await;
    assert_eq!(log::warnings(), [""; 0]);
    assert_eq!(next.events.depth(Ping::TOPIC).await.unwrap().pending(), 3, "what the others wait for stays");
}
