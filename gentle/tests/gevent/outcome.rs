use std::time::Duration;

use gentle::event::{Delivery, Event, Handler, Outcome, Reason};
use gentle::here;
use gentle::time::now;
use serde::{Deserialize, Serialize};

use crate::on_every_store;
use crate::world::{Log, Ping, Place, World};

on_every_store![
    a_handler_may_say_when_it_wants_another_attempt,
    a_handler_may_give_up_or_drop,
    what_is_not_the_promised_event_goes_to_the_dead_letters_and_the_next_one_flows,
];

async fn a_handler_may_say_when_it_wants_another_attempt(place: Place) {
    let log = Log::default();
    let handler = {
        let log = log.clone();
        Handler::new("later", here!(), move |delivery: Delivery<Ping>| {
            log.note(&delivery);
            async move {
                if delivery.attempt() < 3 { Outcome::RetryIn(Duration::from_secs(40)) } else { Outcome::Done }
            }
        })
    };
    let world = World::new(place, vec![handler]).await;
    let begun = now();
    world.events.dispatch(Ping(1)).await.unwrap();
    world.settled().await;
    assert_eq!(log.events().len(), 3);
    assert_eq!((now() - begun).as_secs(), 80);
}

async fn a_handler_may_give_up_or_drop(place: Place) {
    let handler = Handler::new("harsh", here!(), |delivery: Delivery<Ping>| async move {
        if delivery.owned() == Ping(1) {
            Outcome::Dead("hopeless".into())
        } else {
            Outcome::Drop("old".into())
        }
    });
    let world = World::new(place, vec![handler]).await;
    world.events.dispatch(Ping(1)).await.unwrap();
    world.events.dispatch(Ping(2)).await.unwrap();
    world.settled().await;
    let letters = world.events.dead_letters(Ping::TOPIC).await.unwrap();
    let [letter] = letters.as_slice() else { panic!("{letters:?}") };
    assert_eq!((letter.reason, letter.attempts), (Reason::Refused, 1));
    assert_eq!(letter.last_error.as_deref(), Some("hopeless"));
}

#[cfg(feature = "sqlite")]
#[tokio::test(start_paused = true)]
async fn an_event_that_is_too_big_is_refused_with_its_size() {
    #[derive(Serialize, Deserialize)]
    struct Big(String);

    impl Event for Big {
        const TOPIC: &'static str = "big";
    }

    let handler = Handler::new("big", here!(), |_: Delivery<Big>| async {});
    let world = World::with(Place::Sqlite, "max_payload=100", vec![handler], Vec::new()).await;
    let error = world.events.dispatch(Big("x".repeat(99))).await.unwrap_err();
    assert!(error.to_string().contains("takes 101 bytes, and the store holds at most 100"), "{error}");
    world.events.dispatch(Big("x".repeat(98))).await.unwrap();
}

/// What an earlier version of the program dispatched.
#[derive(Serialize, Deserialize)]
struct OldPing {
    number: String,
}

impl Event for OldPing {
    const TOPIC: &'static str = Ping::TOPIC;
}

async fn what_is_not_the_promised_event_goes_to_the_dead_letters_and_the_next_one_flows(place: Place) {
    let log = Log::default();
    let handler = {
        let log = log.clone();
        Handler::new("typed", here!(), move |delivery: Delivery<Ping>| {
            log.note(&delivery);
            async {}
        })
    };
    let world = World::new(place, vec![handler.concurrency(1)]).await;
    world.events.dispatch(OldPing { number: "one".into() }).await.unwrap();
    world.events.dispatch(Ping(2)).await.unwrap();
    world.settled().await;
    assert_eq!(log.events(), [2]);
    let letters = world.events.dead_letters(Ping::TOPIC).await.unwrap();
    let [letter] = letters.as_slice() else { panic!("{letters:?}") };
    assert_eq!((letter.reason, letter.attempts), (Reason::Undecodable, 1));
    let error = letter.last_error.as_deref().unwrap();
    assert!(error.starts_with("what is stored under `ping` is no `gevent::world::Ping`: "), "{error}");
}
