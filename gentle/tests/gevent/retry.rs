use std::sync::{Arc, Mutex};
use std::time::Duration;

use gentle::event::backend::{self, Group};
use gentle::event::{Delivery, Event, Handler, Reason};
use gentle::here;
use gentle::policy::{Backoff, Factor, Jitter, Policies, Rejected, Retry, deadline};
use gentle::time::{now, sleep};

use crate::on_every_store;
use crate::world::{Log, Ping, Place, World};

on_every_store![
    gevent_13_only_the_failed_handler_is_tried_again,
    gevent_14_a_failing_handler_is_tried_as_often_as_it_says,
    gevent_15_what_is_exhausted_is_in_the_dead_letters_and_the_next_one_flows,
    gevent_16_a_panic_is_a_failed_attempt,
    gevent_17_attempts_are_a_back_off_apart,
    a_handler_far_longer_than_its_lease_runs_once,
    a_handler_over_its_time_has_failed,
    what_a_handler_calls_inherits_its_time,
    a_retry_off_means_one_attempt,
    an_attempt_that_cannot_begin_is_not_counted,
];

fn now_and(attempts: u32) -> Retry {
    Retry::new(Backoff::Now).attempts(attempts)
}

/// Fails until its `good`th attempt.
fn failing(name: &'static str, log: &Log, good: u32) -> Handler {
    let log = log.clone();
    Handler::new(name, here!(), move |delivery: Delivery<Ping>| {
        log.note(&delivery);
        async move {
            let attempt = delivery.attempt();
            if attempt < good { Err(format!("attempt {attempt}")) } else { Ok(()) }
        }
    })
}

async fn gevent_13_only_the_failed_handler_is_tried_again(place: Place) {
    let (good, bad) = (Log::default(), Log::default());
    let handlers = vec![failing("good", &good, 1), failing("bad", &bad, 3).retry(now_and(5))];
    let world = World::new(place, handlers).await;
    world.events.dispatch(Ping(1)).await.unwrap();
    world.settled().await;
    assert_eq!((good.events().len(), bad.events().len()), (1, 3));
}

async fn gevent_14_a_failing_handler_is_tried_as_often_as_it_says(place: Place) {
    let log = Log::default();
    let world = World::new(place, vec![failing("never", &log, u32::MAX).retry(now_and(1 + 3))]).await;
    world.events.dispatch(Ping(1)).await.unwrap();
    world.settled().await;
    assert_eq!(log.events().len(), 4);
}

async fn gevent_15_what_is_exhausted_is_in_the_dead_letters_and_the_next_one_flows(place: Place) {
    let log = Log::default();
    let handler = {
        let log = log.clone();
        Handler::new("picky", here!(), move |delivery: Delivery<Ping>| {
            let log = log.clone();
            async move {
                if delivery.event().0 == 13 {
                    return Err(format!("attempt {}", delivery.attempt()));
                }
                log.note(&delivery);
                Ok(())
            }
        })
    };
    let world = World::new(place, vec![handler.retry(now_and(3)).concurrency(1)]).await;
    let bad = world.events.dispatch(Ping(13)).await.unwrap();
    world.events.dispatch(Ping(14)).await.unwrap();
    world.settled().await;
    assert_eq!(log.events(), [14]);
    let letters = world.events.dead_letters(Ping::TOPIC).await.unwrap();
    let [letter] = letters.as_slice() else { panic!("{letters:?}") };
    assert_eq!((letter.id, letter.attempts, letter.reason), (bad.id, 3, Reason::Exhausted));
    assert_eq!(letter.first_error.as_deref(), Some("attempt 1"));
    assert_eq!(letter.last_error.as_deref(), Some("attempt 3"));
}

async fn gevent_16_a_panic_is_a_failed_attempt(place: Place) {
    let log = Log::default();
    let handler = {
        let log = log.clone();
        Handler::new("nervous", here!(), move |delivery: Delivery<Ping>| {
            log.note(&delivery);
            assert!(delivery.event().0 != 2, "before there is a future");
            async move { assert!(delivery.attempt() > 2, "not yet") }
        })
    };
    let world = World::new(place, vec![handler.retry(now_and(4))]).await;
    world.events.dispatch(Ping(1)).await.unwrap();
    world.events.dispatch(Ping(2)).await.unwrap();
    world.settled().await;
    assert_eq!(log.events().iter().filter(|event| **event == 1).count(), 3);
    let letters = world.events.dead_letters(Ping::TOPIC).await.unwrap();
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].last_error.as_deref(), Some("panicked: before there is a future"));
}

async fn gevent_17_attempts_are_a_back_off_apart(place: Place) {
    let log = Log::default();
    let (from, to) = (Duration::from_secs(1), Duration::from_secs(3));
    let retry = Retry::new(Backoff::Exp { from, to, factor: Factor::DOUBLE }).attempts(4).jitter(Jitter::Off);
    let world = World::new(place, vec![failing("patient", &log, u32::MAX).retry(retry)]).await;
    world.events.dispatch(Ping(1)).await.unwrap();
    world.settled().await;
    let times = log.times();
    let apart: Vec<_> = times.windows(2).map(|pair| (pair[1] - pair[0]).as_millis() / 100).collect();
    assert_eq!(apart, [10, 20, 30]);
}

async fn a_handler_far_longer_than_its_lease_runs_once(place: Place) {
    let log = Log::default();
    let handler = {
        let log = log.clone();
        Handler::new("long", here!(), move |delivery: Delivery<Ping>| {
            log.note(&delivery);
            sleep(Duration::from_secs(50))
        })
    };
    let world = World::new(place, vec![handler.lease(Duration::from_secs(10))]).await;
    world.events.dispatch(Ping(1)).await.unwrap();
    world.settled().await;
    assert_eq!(log.events(), [1]);
}

async fn a_handler_over_its_time_has_failed(place: Place) {
    let handler = Handler::new("stuck", here!(), |_: Delivery<Ping>| std::future::pending::<()>());
    let handler = handler.timeout(Duration::from_secs(2)).retry(now_and(2));
    let world = World::new(place, vec![handler]).await;
    world.events.dispatch(Ping(1)).await.unwrap();
    world.settled().await;
    let letters = world.events.dead_letters(Ping::TOPIC).await.unwrap();
    assert_eq!((letters[0].attempts, letters[0].last_error.as_deref()), (2, Some("timed out after 2s")));
}

async fn what_a_handler_calls_inherits_its_time(place: Place) {
    let seen = Arc::new(Mutex::new(None));
    let handler = {
        let seen = seen.clone();
        Handler::new("calls", here!(), move |_: Delivery<Ping>| {
            let seen = seen.clone();
            async move {
                let call = || async {
                    *seen.lock().unwrap() = deadline().map(|until| until - now());
                    std::future::pending::<Result<(), Rejected>>().await
                };
                Policies::parse(r#"timeout = "1h, reserve 500ms""#).unwrap().call(call).await
            }
        })
    };
    let world = World::new(place, vec![handler.timeout(Duration::from_secs(2)).retry(now_and(1))]).await;
    world.events.dispatch(Ping(1)).await.unwrap();
    world.settled().await;
    assert_eq!(*seen.lock().unwrap(), Some(Duration::from_millis(1500)));
    let letters = world.events.dead_letters(Ping::TOPIC).await.unwrap();
    assert_eq!(letters[0].last_error.as_deref(), Some("timeout: the time is up"));
}

async fn a_retry_off_means_one_attempt(place: Place) {
    let log = Log::default();
    let world = World::new(place, vec![failing("once", &log, u32::MAX).retry(None)]).await;
    world.events.dispatch(Ping(1)).await.unwrap();
    world.settled().await;
    assert_eq!(log.events().len(), 1);
}

async fn an_attempt_that_cannot_begin_is_not_counted(place: Place) {
    if !place.outlives() {
        return;
    }
    let world = World::new(place, Vec::new()).await;
    let crashing = backend::open(&world.url).await.unwrap();
    let group = Group { name: "once".into(), topic: Ping::TOPIC };
    crashing.subscribe(std::slice::from_ref(&group)).await.unwrap();
    world.events.dispatch(Ping(1)).await.unwrap();
    assert_eq!(crashing.claim(&group, 1, Duration::from_secs(1)).await.unwrap().len(), 1);
    crashing.close().await;
    let log = Log::default();
    let next = world.again(place, vec![failing("once", &log, 1).retry(None)]).await;
    next.settled().await;
    let letters = next.events.dead_letters(Ping::TOPIC).await.unwrap();
    assert_eq!((letters.len(), letters[0].attempts), (1, 1));
    assert_eq!(letters[0].last_error.as_deref(), Some("the process ended during the last attempt"));
    assert!(log.events().is_empty());
}
