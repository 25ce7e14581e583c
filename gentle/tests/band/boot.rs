use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use gentle::error::Kind;
use gentle::service::{Build, Context, Definition, Result, Service, State, Svc};
use gentle::{Error, here, time};
use gentle_dsl::{Backoff, Factor, Jitter, Retry};
use tokio::task::JoinSet;

use crate::probe::{Act, Log, app, builder, line, millis, secs};

fn doubling(attempts: u32) -> Retry {
    let backoff = Backoff::Exp { from: millis(500), to: secs(60), factor: Factor::DOUBLE };
    Retry::new(backoff).jitter(Jitter::Off).attempts(attempts)
}

fn chain(log: &Log) -> [Definition; 3] {
    [log.part("c").needs_named("b").needs_named("a"), log.part("b").needs_named("a"), log.part("a")]
}

fn state(app: &gentle::App, name: &str) -> String {
    app.state(name).unwrap().to_string()
}

async fn all_at_once<F>(count: usize, call: impl Fn() -> F) -> Vec<std::result::Result<(), Error>>
where
    F: Future<Output = std::result::Result<(), Error>> + Send + 'static,
{
    let mut calls = JoinSet::new();
    (0..count).for_each(|_| drop(calls.spawn(call())));
    calls.join_all().await
}

#[tokio::test(start_paused = true)]
async fn band_14_boot_follows_the_order_and_many_callers_share_it() {
    let log = Log::default();
    let app = app(chain(&log));
    let started = all_at_once(150, || {
        let app = app.clone();
        async move { app.start().await }
    });
    assert!(started.await.iter().all(std::result::Result::is_ok));
    assert_eq!(log.lines().iter().filter(|line| line.ends_with("starts")).count(), 3);
    assert!(log.position("a is up") < log.position("b starts"));
    assert!(log.position("b is up") < log.position("c starts"));
    assert!(app.ready_named("c").await.is_ok());
    assert_eq!(["a", "b", "c"].map(|name| state(&app, name)), ["ready"; 3]);
}

#[tokio::test(start_paused = true)]
async fn band_15_many_callers_share_one_stop() {
    let log = Log::default();
    let app = app(chain(&log));
    app.start().await.unwrap();
    let stopped = all_at_once(150, || {
        let app = app.clone();
        async move { app.stop().await }
    });
    assert!(stopped.await.iter().all(std::result::Result::is_ok));
    assert_eq!(["a", "b", "c"].map(|name| log.count(&format!("{name} stops"))), [1; 3]);
    assert_eq!(["a", "b", "c"].map(|name| state(&app, name)), ["stopped"; 3]);
}

#[tokio::test(start_paused = true)]
async fn band_10_many_callers_share_one_failure() {
    let log = Log::default();
    let broken = log.probe().start(Act::Fail("refused")).called("db");
    let app = app([broken, log.part("api").needs_named("db")]);
    let started = all_at_once(50, || {
        let app = app.clone();
        async move { app.start().await }
    });
    let errors: Vec<_> = started.await.into_iter().filter_map(std::result::Result::err).collect();
    assert_eq!(errors.len(), 50);
    assert!(errors.iter().all(|error| error.service_name() == Some("db")));
    assert_eq!(log.lines(), ["db starts"]);
}

#[tokio::test(start_paused = true)]
async fn band_16_a_service_that_fails_for_a_while_starts_in_the_end() {
    let log = Log::default();
    let app = app([log.probe().start(Act::FailTimes(2)).called("db").retry(doubling(10))]);
    let began = time::now();
    app.start().await.unwrap();
    assert_eq!(time::now() - began, millis(500 + 1000));
    assert_eq!(log.count("db starts"), 3);
}

#[tokio::test(start_paused = true)]
async fn band_17_a_start_that_fails_says_why_how_often_and_who_pays() {
    let log = Log::default();
    let broken = Definition::value("db", line(3), log.probe().start(Act::Fail("connection refused")));
    let app = app([
        broken.retry(doubling(3)),
        log.part("api").needs_named("db"),
        log.part("web").needs_named("api"),
    ]);
    let error = app.start().await.unwrap_err();
    assert_eq!((error.kind(), error.service_name()), (Kind::StartFailed, Some("db")));
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "connection refused");
    assert_eq!(
        error.to_string(),
        "`db` did not start: connection refused\n  declared at src/main.rs:3:1 (scores)\n  3 attempts in 1.5s\n  not \
         started because of it: `api`, `web`"
    );
    assert_eq!(app.ready_named("db").await.unwrap_err().kind(), Kind::StartFailed);
}

#[tokio::test(start_paused = true)]
async fn band_18_stop_after_a_failed_boot_succeeds() {
    let log = Log::default();
    let app = app([log.part("a"), log.probe().start(Act::Fail("no")).called("b").needs_named("a")]);
    assert!(app.start().await.is_err());
    assert!(app.stop().await.is_ok());
    assert_eq!(log.count("a stops"), 1);
}

#[tokio::test(start_paused = true)]
async fn band_19_independent_services_start_side_by_side() {
    let log = Log::default();
    let slow = |name| log.probe().start(Act::Take(secs(2))).called(name);
    let app = app([slow("a"), slow("b"), slow("c"), slow("d").needs_named("a")]);
    let began = time::now();
    app.start().await.unwrap();
    assert_eq!(time::now() - began, secs(4));
}

#[tokio::test(start_paused = true)]
async fn a_service_starts_when_its_own_dependencies_are_ready_not_when_a_level_is() {
    let log = Log::default();
    let take = |name, time| log.probe().start(Act::Take(secs(time))).called(name);
    let app = app([take("slow", 10), take("quick", 1), take("next", 1).needs_named("quick")]);
    app.start().await.unwrap();
    assert!(log.position("next is up") < log.position("slow is up"));
}

#[tokio::test(start_paused = true)]
async fn band_20_dependants_of_a_failed_service_are_not_started_and_know_why() {
    let log = Log::default();
    let broken = Definition::value("db", line(3), log.probe().start(Act::Fail("no")));
    let api = Definition::value("api", line(5), log.probe()).kind("part").needs_named("db");
    let app = app([broken, api, log.part("web").needs_named("api")]);
    assert!(app.start().await.is_err());
    let error = app.ready_named("api").await.unwrap_err();
    assert_eq!(error.kind(), Kind::DependencyUnavailable);
    assert_eq!((error.service_name(), error.dependency_name()), (Some("api"), Some("db")));
    assert_eq!(
        error.to_string(),
        "`api` was not started because `db`, which it needs, did not start\n  `api` is declared at src/main.rs:5:1 \
         (scores)\n  `db` is declared at src/main.rs:3:1 (scores)"
    );
    assert_eq!(app.ready_named("web").await.unwrap_err().dependency_name(), Some("api"));
    assert_eq!(log.lines(), ["db starts"]);
}

#[tokio::test(start_paused = true)]
async fn band_24_a_late_subscriber_sees_the_failure() {
    let log = Log::default();
    let app = app([log.probe().start(Act::Fail("no")).called("db").optional(), log.part("other")]);
    app.start().await.unwrap();
    time::sleep(secs(60)).await;
    assert_eq!(app.ready_named("db").await.unwrap_err().kind(), Kind::StartFailed);
    assert!(matches!(app.state("db"), Some(State::Failed(_))));
}

#[tokio::test(start_paused = true)]
async fn band_27_a_required_failure_takes_down_what_had_started_in_reverse() {
    let log = Log::default();
    let broken = log.probe().start(Act::Take(secs(1))).called("late");
    let fails = log.probe().start(Act::Fail("no")).called("fails").needs_named("late");
    let app = app(chain(&log).into_iter().chain([broken, fails]));
    let error = app.start().await.unwrap_err();
    assert_eq!(error.service_name(), Some("fails"));
    assert!(log.position("c is down") < log.position("b stops"));
    assert!(log.position("b is down") < log.position("a stops"));
    assert_eq!((log.count("late is down"), log.count("fails stops")), (1, 0));
    assert_eq!(state(&app, "a"), "stopped");
}

#[tokio::test(start_paused = true)]
async fn band_27_an_optional_failure_only_degrades() {
    let log = Log::default();
    let cache = log.probe().start(Act::Fail("no")).called("cache").optional();
    let app = app([
        cache,
        log.part("api").wants_named("cache"),
        log.part("warmer").needs_named("cache").optional(),
        log.part("web"),
    ]);
    app.start().await.unwrap();
    assert_eq!(
        ["cache", "api", "warmer", "web"].map(|name| state(&app, name)),
        ["failed", "degraded", "failed", "ready"]
    );
    assert_eq!(log.count("warmer starts"), 0);
}

#[tokio::test(start_paused = true)]
async fn an_optional_failure_that_something_required_needs_fails_the_boot() {
    let log = Log::default();
    let cache = log.probe().start(Act::Fail("gone")).called("cache").optional();
    let app = app([cache, log.part("api").needs_named("cache")]);
    let error = app.start().await.unwrap_err();
    let all: Vec<_> = error.all().map(|error| (error.kind(), error.service_name())).collect();
    assert_eq!(all, [(Kind::DependencyUnavailable, Some("api")), (Kind::StartFailed, Some("cache"))]);
}

#[tokio::test(start_paused = true)]
async fn what_is_wanted_by_name_and_needed_by_type_is_needed() {
    let cache = Definition::value("cache", here!(), Cache).optional();
    let user = Definition::value("user", here!(), Counter(1)).wants_named("cache").needs::<Cache>();
    let error = app([cache, user]).start().await.unwrap_err();
    let first = error.all().next().unwrap();
    assert_eq!((first.kind(), first.service_name()), (Kind::DependencyUnavailable, Some("user")));
}

#[tokio::test(start_paused = true)]
async fn failures_of_one_moment_come_together() {
    let log = Log::default();
    let fails = |name| log.probe().start(Act::Fail("no")).called(name);
    let error = app([fails("a"), fails("b"), fails("c")]).start().await.unwrap_err();
    assert_eq!(error.all().count(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_start_that_panics_is_a_failure_that_hurts_nobody_else() {
    let log = Log::default();
    let app = app([log.probe().start(Act::Panic).called("bad").optional(), log.part("good")]);
    app.start().await.unwrap();
    let error = app.ready_named("bad").await.unwrap_err();
    assert!(error.to_string().starts_with("`bad` did not start: it panicked: as told\n"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn an_app_starts_again_after_it_was_stopped_and_after_it_failed() {
    let log = Log::default();
    let app = app([log.part("a"), log.probe().start(Act::FailTimes(1)).called("b").needs_named("a")]);
    assert!(app.start().await.is_err());
    app.start().await.unwrap();
    app.start().await.unwrap();
    app.stop().await.unwrap();
    app.stop().await.unwrap();
    app.start().await.unwrap();
    assert_eq!(log.count("a starts"), 3);
    assert_eq!(state(&app, "b"), "ready");
}

#[derive(Debug)]
struct Counter(u32);

impl Service for Counter {}

struct Reader {
    counter: Svc<Counter>,
    cache: Option<Svc<Cache>>,
    cx: Context,
}

struct Cache;

impl Service for Reader {}
impl Service for Cache {
    async fn start(&self, _: &Context) -> Result {
        Err("no".into())
    }
}

fn reader() -> Definition {
    let read =
        |build: &Build| Ok(Reader { counter: build.inject()?, cache: build.inject()?, cx: build.inject()? });
    Definition::new("reader", here!(), read).needs::<Counter>().wants::<Cache>()
}

#[tokio::test(start_paused = true)]
async fn a_service_is_built_once_with_what_it_needs() {
    let built = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&built);
    let counter =
        Definition::new("counter", here!(), move |_| Ok(Counter(count.fetch_add(1, Ordering::Relaxed))));
    let app = app([reader(), counter, Definition::value("cache", here!(), Cache).optional()]);
    app.start().await.unwrap();
    let reader = app.ready::<Reader>().await.unwrap();
    assert_eq!((reader.counter.0, reader.cache.is_none(), reader.cx.name()), (0, true, "reader"));
    app.stop().await.unwrap();
    assert!(reader.cx.is_stopping());
    app.start().await.unwrap();
    assert!(!reader.cx.is_stopping());
    assert_eq!(built.load(Ordering::Relaxed), 1);
}

#[tokio::test(start_paused = true)]
async fn what_a_definition_does_not_name_is_not_handed_out() {
    let sneaky = Definition::new("sneaky", here!(), |build| Ok(Sneaky(build.get()?)));
    let app = app([sneaky, Definition::value("counter", here!(), Counter(1))]);
    let error = app.start().await.unwrap_err();
    assert!(error.to_string().contains("does not say that it needs it"), "{error}");
}

struct Sneaky(#[expect(dead_code, reason = "only its building matters")] Svc<Counter>);

impl Service for Sneaky {}

#[tokio::test(start_paused = true)]
async fn an_async_constructor_is_retried_and_its_value_injected() {
    let tries = Arc::new(AtomicU32::new(0));
    let make = move |_: Build| {
        let attempt = tries.fetch_add(1, Ordering::Relaxed);
        async move {
            time::sleep(millis(10)).await;
            if attempt < 2 { Err("not yet".into()) } else { Ok(attempt) }
        }
    };
    let number = Definition::constructor("number", here!(), make).retry(doubling(3));
    let user = Definition::new("user", here!(), |build| Ok(Counter(*build.get::<u32>()?))).needs::<u32>();
    let app = app([user, number]);
    app.start().await.unwrap();
    assert_eq!(app.service::<Counter>().unwrap().0, 2);
}

#[tokio::test(start_paused = true)]
async fn the_report_shows_everybody_by_level() {
    let part = |name, at| Definition::value(name, line(at), Counter(1)).kind("part");
    let app = builder([part("db", 3), part("api", 7).needs_named("db"), part("cache", 12)])
        .name("scores")
        .build()
        .unwrap();
    assert_eq!(
        app.report().to_string(),
        "scores: 3 parts\n  level 1\n    db     part  pending  scores  src/main.rs:3:1\n    cache  part  pending  \
         scores  src/main.rs:12:1\n  level 2\n    api    part  pending  scores  src/main.rs:7:1  after db"
    );
    app.start().await.unwrap();
    assert!(app.report().to_string().contains("api    part  ready"), "{}", app.report());
}
