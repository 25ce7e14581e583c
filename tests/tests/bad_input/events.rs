use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use gentle::error::Kind;
use gentle::event::{Delivery, Handler, Reason};
use gentle::prelude::*;
use gentle::{App, AppBuilder, here};
use gentle_tests::Folder;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use tokio::sync::{Semaphore, mpsc};

use crate::says;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Event)]
#[event(topic = "note")]
struct Note(String);

fn note(text: &str) -> Note {
    Note(text.to_owned())
}

/// A handler that passes on what it gets, one after the other.
fn passing_on() -> (Handler, mpsc::UnboundedReceiver<String>) {
    let (send, got) = mpsc::unbounded_channel();
    let handler = Handler::new("pass_on", here!(), move |delivery: Delivery<Note>| {
        let passed = send.send(delivery.event().0.clone());
        async move { passed.map_err(|error| error.to_string()) }
    });
    (handler.concurrency(1), got)
}

/// Started, with its events at `url`.
async fn started(app: AppBuilder, url: &str) -> (App, Dispatcher) {
    let app = app.set("event.url", url).build().unwrap();
    app.start().await.unwrap();
    let events = app.resource::<Dispatcher>().unwrap();
    (app, events)
}

fn in_file(folder: &Folder, options: &str) -> String {
    format!("sqlite://{}?{options}", folder.file("events.db").display())
}

async fn within<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), work).await.unwrap()
}

#[tokio::test]
async fn what_is_stored_and_cannot_be_read_is_a_dead_letter_and_the_next_one_flows() {
    let folder = Folder::new();
    let url = in_file(&folder, "");
    // A program that only knows the handler's group, and is gone before it handles anything.
    let stuck = Handler::new("pass_on", here!(), |_: Delivery<Note>| std::future::pending::<()>());
    let (app, events) = started(App::builder().handler(stuck.drain(Duration::ZERO)), &url).await;
    for text in ["bad", "worse", "good"] {
        events.dispatch_in(Duration::from_millis(1), note(text)).await.unwrap();
    }
    app.stop().await.unwrap();
    let sql = Connection::open(folder.file("events.db")).unwrap();
    let garble = "update gentle_event set payload = ?2 where payload = ?1";
    assert_eq!(sql.execute(garble, (b"\"bad\"", &[0xff_u8, 0x00, 0x7b][..])).unwrap(), 1);
    assert_eq!(sql.execute(garble, (b"\"worse\"", b"{\"player\":7}")).unwrap(), 1);

    let (handler, mut got) = passing_on();
    let (app, events) = started(App::builder().handler(handler), &url).await;
    assert_eq!(within(got.recv()).await.as_deref(), Some("good"));
    within(async {
        while events.depth("note").await.unwrap().pending() > 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;

    let letters = events.dead_letters("note").await.unwrap();
    assert_eq!(letters.len(), 2);
    for letter in &letters {
        assert_eq!((letter.reason, &*letter.group), (Reason::Undecodable, "pass_on"));
        says(letter.last_error.as_deref().unwrap(), &["what is stored under `note` is no `", "Note`: "]);
    }
    app.stop().await.unwrap();
}

/// Holds every event until it is let through.
fn gate() -> (Handler, Arc<Semaphore>, Arc<AtomicU32>) {
    let (open, done) = (Arc::new(Semaphore::new(0)), Arc::new(AtomicU32::new(0)));
    let (opened, counted) = (Arc::clone(&open), Arc::clone(&done));
    let handler = Handler::new("gate", here!(), move |_: Delivery<Note>| {
        let (open, done) = (Arc::clone(&opened), Arc::clone(&counted));
        async move {
            if let Ok(permit) = open.acquire().await {
                permit.forget();
                done.fetch_add(1, Ordering::SeqCst);
            }
        }
    });
    (handler, open, done)
}

async fn a_full_queue(url: &str) {
    let (handler, open, done) = gate();
    let (app, events) = started(App::builder().handler(handler), url).await;
    events.dispatch(note("1")).await.unwrap();
    events.dispatch(note("2")).await.unwrap();

    let full = within(events.try_dispatch(note("refused"))).await.unwrap_err();
    assert_eq!(full.kind(), Kind::Full);
    says(&full.to_string(), &["holds 2 events", "`max_queued`"]);

    let mut waiting = Box::pin(events.dispatch(note("3")));
    let early = tokio::time::timeout(Duration::from_millis(30), &mut waiting).await;
    assert!(early.is_err(), "it waits while nobody makes room");
    open.add_permits(1);
    within(waiting).await.unwrap();
    open.add_permits(9);
    within(async {
        while done.load(Ordering::SeqCst) < 3 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    app.stop().await.unwrap();
    assert_eq!(done.load(Ordering::SeqCst), 3, "nothing dropped, nothing twice");
}

#[tokio::test]
async fn a_full_queue_in_memory_makes_dispatch_wait_and_try_dispatch_say_so() {
    a_full_queue("local://?max_queued=2").await;
}

#[tokio::test]
async fn a_full_queue_in_a_file_makes_dispatch_wait_and_try_dispatch_say_so() {
    a_full_queue(&in_file(&Folder::new(), "max_queued=2")).await;
}

#[tokio::test]
async fn a_handler_that_panics_is_tried_again() {
    let (send, mut got) = mpsc::unbounded_channel();
    let nervous = Handler::new("nervous", here!(), move |delivery: Delivery<Note>| {
        let send = send.clone();
        async move {
            assert!(delivery.attempt() > 2, "not yet");
            send.send(delivery.attempt()).map_err(|error| error.to_string())
        }
    });
    let folder = Folder::new();
    let app = App::builder().handler(nervous).set("handler.nervous.retry", "const(1ms), 5 attempts");
    let (app, events) = started(app, &in_file(&folder, "")).await;

    events.dispatch(note("boo")).await.unwrap();

    assert_eq!(within(got.recv()).await, Some(3));
    app.stop().await.unwrap();
}

#[tokio::test]
async fn an_event_over_the_limit_is_refused_with_what_to_do() {
    let (handler, mut got) = passing_on();
    let folder = Folder::new();
    let (app, events) = started(App::builder().handler(handler), &in_file(&folder, "max_payload=10")).await;

    let error = events.dispatch(note("rather long")).await.unwrap_err();
    events.dispatch(note("12345678")).await.unwrap();

    assert_eq!(
        error.to_string(),
        "an event of the topic `note` takes 13 bytes, and the store holds at most 10 of one\n\
         help: dispatch where to find the data instead of the data itself"
    );
    assert_eq!(within(got.recv()).await.as_deref(), Some("12345678"));
    app.stop().await.unwrap();
}
