use std::time::Duration;

use gentle::error::Kind;
use gentle::event::{Delivery, Event, Handler, Outcome};
use gentle::here;
use gentle::policy::{Backoff, Retry};
use gentle::time::{now, sleep};

use crate::on_every_store;
use crate::world::{Ping, Place, World};

on_every_store![
    gevent_10_at_the_bound_it_is_full_until_something_is_handled,
    gevent_11_the_bound_is_exact_under_concurrent_dispatch,
    gevent_11_what_fails_or_is_dropped_gives_its_place_back,
    dispatch_waits_where_try_dispatch_refuses,
];

fn slow() -> Handler {
    Handler::new("slow", here!(), |_: Delivery<Ping>| sleep(Duration::from_secs(10)))
}

async fn bounded(place: Place, handler: Handler) -> World {
    World::with(place, "max_queued=5", vec![handler.concurrency(2)], Vec::new()).await
}

async fn taken(world: &World, tries: u32) -> usize {
    let mut taken = 0;
    for event in 0..tries {
        match world.events.try_dispatch(Ping(event)).await {
            Ok(_) => taken += 1,
            Err(error) => assert_eq!(error.kind(), Kind::Full),
        }
    }
    taken
}

async fn gevent_10_at_the_bound_it_is_full_until_something_is_handled(place: Place) {
    let world = bounded(place, slow()).await;
    assert_eq!(taken(&world, 7).await, 5, "waiting and in flight");
    sleep(Duration::from_secs(11)).await;
    assert_eq!(taken(&world, 7).await, 2, "two at a time are done after ten seconds");
}

async fn gevent_11_the_bound_is_exact_under_concurrent_dispatch(place: Place) {
    let world = bounded(place, slow()).await;
    let tries = (0..50).map(|event| {
        let events = world.events.clone();
        tokio::spawn(async move { events.try_dispatch(Ping(event)).await.is_ok() })
    });
    let mut taken = 0;
    for one in tries.collect::<Vec<_>>() {
        taken += usize::from(one.await.unwrap());
    }
    assert_eq!(taken, 5);
}

async fn gevent_11_what_fails_or_is_dropped_gives_its_place_back(place: Place) {
    let handler = Handler::new("gives up", here!(), |delivery: Delivery<Ping>| async move {
        match delivery.event().0 % 4 {
            0 => Ok(Outcome::Drop("not wanted".into())),
            1 => Ok(Outcome::Dead("wrong".into())),
            2 => Err("failed"),
            _ => panic!("broken"),
        }
    });
    let handler = handler.retry(Retry::new(Backoff::Now).attempts(2));
    let world = bounded(place, handler).await;
    for event in 0..40 {
        world.events.dispatch(Ping(event)).await.unwrap();
    }
    world.settled().await;
    assert_eq!(world.events.depth(Ping::TOPIC).await.unwrap().dead, 30);
    assert_eq!(world.events.dead_letters(Ping::TOPIC).await.unwrap().len(), 30);
}

async fn dispatch_waits_where_try_dispatch_refuses(place: Place) {
    let world = bounded(place, slow()).await;
    assert_eq!(taken(&world, 5).await, 5);
    let begun = now();
    world.events.dispatch(Ping(9)).await.unwrap();
    assert!(now() - begun >= Duration::from_secs(10), "{:?}", now() - begun);
}
