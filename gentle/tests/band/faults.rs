//! Faults of the design this one replaces, that no number of the list names.

use std::sync::{Mutex, mpsc};

use gentle::service::{Context, Definition, Result, Service};
use gentle::{here, time};
use tokio::task::JoinSet;

use crate::probe::{Act, Log, app, builder, secs, within};

#[tokio::test(start_paused = true)]
async fn a_failure_before_its_dependant_looks_hangs_nobody() {
    let log = Log::default();
    let app = app([
        log.probe().start(Act::Fail("at once")).called("db").optional(),
        log.probe().start(Act::Take(secs(5))).called("slow"),
        log.part("late").needs_named("db").needs_named("slow").optional(),
    ]);
    within(secs(6), app.start()).await.unwrap().unwrap();
    assert_eq!(app.state("late").unwrap().to_string(), "failed");
}

struct Blocking(Mutex<mpsc::Receiver<()>>);

impl Service for Blocking {
    async fn start(&self, _: &Context) -> Result {
        Ok(self.0.lock().unwrap().recv()?)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_start_that_blocks_its_thread_keeps_nobody_else_from_starting() {
    let log = Log::default();
    let (let_go, wait) = mpsc::channel();
    let blocking = Definition::value("blocking", here!(), Blocking(Mutex::new(wait)));
    let app = app([blocking, log.part("a"), log.part("b").needs_named("a")]);
    let starting = tokio::spawn({
        let app = app.clone();
        async move { app.start().await }
    });
    app.ready_named("b").await.unwrap();
    assert!(!app.state("blocking").unwrap().is_ready());
    let_go.send(()).unwrap();
    starting.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn starts_stops_and_given_up_starts_in_any_mixture_end() {
    let log = Log::default();
    let app = app([log.part("c").needs_named("b"), log.part("b").needs_named("a"), log.part("a")]);
    let mut calls = JoinSet::new();
    for at in 0..600 {
        let app = app.clone();
        calls.spawn(async move {
            match at % 3 {
                0 => drop(app.start().await),
                1 => drop(app.stop().await),
                _ => tokio::select! { biased; _ = app.start() => {}, () = tokio::task::yield_now() => {} },
            }
        });
    }
    calls.join_all().await;
    app.stop().await.unwrap();
    for name in ["a", "b", "c"] {
        let times = |what| log.count(&format!("{name} {what}"));
        assert_eq!(times("is up"), times("is down"), "what came up is stopped, each time: {name}");
    }
}

#[tokio::test(start_paused = true)]
async fn mistakes_in_the_graph_are_errors_not_panics() {
    let log = Log::default();
    let parts = [log.part("a").needs_named("a"), log.part("a").needs_named("x")];
    assert_eq!(builder(parts).build().unwrap_err().all().count(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_thousand_services_come_up_and_go_down() {
    let log = Log::default();
    let part = |at: usize| {
        let part = Definition::value(format!("n{at}"), here!(), log.probe()).kind("part");
        [1, 7, 31]
            .iter()
            .filter(|back| **back <= at)
            .fold(part, |part, back| part.needs_named(format!("n{}", at - back)))
    };
    let app = app((0..1000).map(part));
    let began = time::now();
    app.start().await.unwrap();
    app.stop().await.unwrap();
    assert_eq!(time::now(), began);
    assert_eq!(log.lines().iter().filter(|line| line.ends_with("is down")).count(), 1000);
}
