//! `#[service]`, `#[derive(Event)]` and `#[event_handler]` in every form, found and run by one app.
#![allow(clippy::unused_async, reason = "a handler and a constructor are async whether they wait or not")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use gentle::App;
use gentle::config::{FromSection, Section};
use gentle::error::Kind;
use gentle::event::{Event as _, Outcome};
use gentle::prelude::*;
use gentle::service::{Component, Result};
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

/// What a library would bring: configured, startable.
struct Engine {
    size: u32,
    started: AtomicU32,
}

impl FromSection for Engine {
    fn from_section(section: &Section) -> Result<Self, gentle::Error> {
        let engine = Self { size: section.integer("size").unwrap_or(1), started: AtomicU32::new(0) };
        section.finish().map(|()| engine)
    }
}

impl Service for Engine {
    async fn start(&self, _: &Context) -> Result {
        self.started.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

#[service(name = "db", env = "SCORES_DB", retry = "exp(100ms..5s), 5 attempts", start_timeout = "5s")]
struct Database(Engine);

#[derive(Debug)]
struct Pool(u32);

#[service]
async fn pool(db: Svc<Database>, missing: Option<Svc<Arc<str>>>) -> Result<Pool, std::io::Error> {
    assert!(missing.is_none());
    Ok(Pool(db.size + 1))
}

#[derive(Default)]
struct Tally {
    borrowed: AtomicU32,
    shared: AtomicU32,
    owned: AtomicU32,
    failed: AtomicU32,
    changed: Notify,
}

impl Tally {
    fn count(&self, counter: &AtomicU32) {
        counter.fetch_add(1, Ordering::SeqCst);
        self.changed.notify_one();
    }
}

#[service(deps = ["pool"], wants = ["cache"])]
struct Board {
    db: Svc<Database>,
    pool: Svc<Pool>,
    events: Dispatcher,
    tally: Tally,
}

impl Service for Board {
    async fn start(&self, cx: &Context) -> Result {
        assert_eq!(cx.name(), "board");
        assert_eq!(self.db.started.load(Ordering::SeqCst), 1);
        Ok(())
    }
}

#[derive(Clone, Debug, Serialize, Deserialize, Event)]
#[event(topic = "score.read")]
struct ScoreRead {
    player: u64,
}

#[derive(Serialize, Deserialize, Event)]
struct PlayerLeftGame;

#[event_handler(topic = "score.read", concurrency = 2, retry = "now, 3 attempts", timeout = "1s")]
async fn borrowed(event: &ScoreRead, board: Svc<Board>) -> Result<(), String> {
    board.tally.count(&board.tally.borrowed);
    if event.player == 13 {
        board.tally.count(&board.tally.failed);
        return Err("unlucky".to_owned());
    }
    Ok(())
}

#[event_handler(name = "sharing")]
async fn shared(board: Svc<Board>, event: Arc<ScoreRead>) {
    assert!(event.player > 0);
    board.tally.count(&board.tally.shared);
}

#[event_handler]
async fn owned(event: ScoreRead, board: Svc<Board>, cache: Option<Svc<Arc<str>>>, cx: Context) -> Outcome {
    assert!(event.player > 0 && cache.is_none() && !cx.is_stopping());
    board.tally.count(&board.tally.owned);
    Outcome::Done
}

#[event_handler(topic = "player-left-game")]
async fn left(_: &PlayerLeftGame) {}

async fn until(board: &Board, done: impl Fn(&Tally) -> bool) {
    let all = async {
        while !done(&board.tally) {
            board.tally.changed.notified().await;
        }
    };
    let came = tokio::time::timeout(Duration::from_secs(60), all).await;
    assert!(came.is_ok(), "it never came so far: {:?}", counts(&board.tally));
}

fn counts(tally: &Tally) -> [u32; 4] {
    [&tally.borrowed, &tally.shared, &tally.owned, &tally.failed].map(|count| count.load(Ordering::SeqCst))
}

#[tokio::test(start_paused = true)]
async fn everything_declared_is_found_injected_and_run() {
    let app = App::builder().linked().environment([("SCORES_DB_SIZE", "41")]).build().unwrap();
    app.start().await.unwrap();
    let board = app.ready::<Board>().await.unwrap();
    assert_eq!((board.db.size, board.pool.0), (41, 42));

    board.events.dispatch(ScoreRead { player: 1 }).await.unwrap();
    until(&board, |tally| counts(tally) == [1, 1, 1, 0]).await;
    board.events.dispatch(ScoreRead { player: 13 }).await.unwrap();
    until(&board, |tally| counts(tally) == [4, 2, 2, 3]).await;
    dispatch_in(Duration::from_secs(1), PlayerLeftGame).await.unwrap();
    app.stop().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn configuration_that_is_wrong_stops_everything_before_it_starts() {
    let toml = "[service.db]\nsize = \"many\"\ncolour = \"red\"\n\n[handler.sharing]\nconcurrency = 0\n\n[event]\nurl = \"pigeon://coop\"\n";
    let error = App::builder().linked().toml_text("gentle.toml", toml).build().unwrap_err();
    assert!(error.is_config());
    let all: Vec<_> = error.all().map(ToString::to_string).collect();
    for start in ["gentle.toml:2:8: ", "gentle.toml:3:1: ", "gentle.toml:6:15: ", "gentle.toml:9:7: "] {
        assert!(all.iter().any(|text| text.starts_with(start)), "{start} is not in {all:#?}");
    }
    assert!(all.iter().all(|text| !text.contains("SCORES")), "{all:#?}");
}

#[test]
fn names_are_what_the_types_and_functions_are_called() {
    assert_eq!(Board::definition().name(), "board");
    assert_eq!(Database::definition().prefix(), Some("SCORES_DB"));
    assert_eq!((ScoreRead::TOPIC, PlayerLeftGame::TOPIC), ("score.read", "player-left-game"));
    let handlers = gentle::event::Registration::linked();
    let names: Vec<_> = handlers.iter().map(|handler| (handler.name(), handler.topic())).collect();
    let expected = [
        ("declared::borrowed", "score.read"),
        ("sharing", "score.read"),
        ("declared::owned", "score.read"),
        ("declared::left", "player-left-game"),
    ];
    assert_eq!(names, expected);
}

#[test]
fn a_handler_that_is_not_there_is_not_silently_missing() {
    let error = App::builder().expect_crate("no_such_crate").linked().build().unwrap_err();
    assert_eq!(error.kind(), Kind::Missing);
}

static SHARED: Policies = policies!(name = "shared", bulkhead = "3", retry = "now, 2 attempts");

#[test]
fn configuration_of_one_app_does_not_leak_into_the_next() {
    let written = SHARED.to_string();
    let toml = "[policy.shared]\nbulkhead = \"7\"\nretry = \"off\"";
    let build = |toml: &str| {
        App::builder().linked().policies(&SHARED).toml_text("gentle.toml", toml).build().unwrap();
    };
    build(toml);
    assert!(SHARED.to_string().contains(r#"bulkhead = "7"#), "{SHARED}");
    build("[policy.shared]\nretry = \"off\"");
    assert!(SHARED.to_string().contains(r#"bulkhead = "3"#), "{SHARED}");
    build("");
    assert_eq!(SHARED.to_string(), written);
}

static SPARING: Policies =
    policies!(name = "sparing", cache = "1m, stale 5m, each user", throttle = "10% of 20 in 1m");

#[test]
fn a_cache_and_a_throttle_are_changed_by_configuration_and_brought_back() {
    let written = SPARING.to_string();
    let build =
        |toml: &str| App::builder().linked().policies(&SPARING).toml_text("gentle.toml", toml).build();
    build("[policy.sparing]\ncache = \"5s, coalesce\"\nthrottle = \"off\"").unwrap();
    let changed = r#"cache = "5s, max 10000, coalesce, each user up to 100000", throttle = "off""#;
    assert_eq!(SPARING.to_string(), changed);
    build("").unwrap();
    assert_eq!(SPARING.to_string(), written);

    let toml = "[policy.sparing]\ncache = \"5s, each lang\"\nthrottle = \"10 of 20\"\nchaos = \"1% fail\"";
    let error = build(toml).unwrap_err();
    let told: Vec<_> = error.all().map(ToString::to_string).collect();
    for (place, code) in [("2:", "[G073]"), ("3:", "[G801]"), ("4:1", "gives this policy no `chaos`")] {
        let start = format!("gentle.toml:{place}");
        assert!(told.iter().any(|text| text.starts_with(&start) && text.contains(code)), "{told:#?}");
    }
    assert_eq!(SPARING.to_string(), written, "what is wrong changes nothing");
    assert!(build("[policy.sparing]\ncache = \"5s, errors 1s\"").unwrap_err().to_string().contains("[G707]"));
}

static TENANTS: Policies = policies!(name = "tenants", rate_limit = "20/s each tenant", bulkhead = "3");

#[test]
fn another_key_than_that_of_the_code_is_found_before_anything_starts() {
    let build = |toml: &str| {
        let app = App::builder().linked().policies(&TENANTS).toml_text("gentle.toml", toml).build();
        app.map(drop).map_err(|error| error.all().map(ToString::to_string).collect::<Vec<_>>())
    };
    let wrong =
        build("[policy.tenants]\nrate_limit = \"5/s each user\"\nbulkhead = \"3 each user\"").unwrap_err();
    assert_eq!(wrong.len(), 2, "{wrong:#?}");
    assert!(wrong.iter().any(|wrong| wrong.starts_with("gentle.toml:2:14: rate_limit: `each user` is not")));
    assert!(wrong.iter().any(|wrong| wrong.starts_with("gentle.toml:3:12: bulkhead: `each user` is not")));
    assert_eq!(build("[policy.tenants]\nrate_limit = \"5/s each tenant up to 9\""), Ok(()));
    assert!(TENANTS.to_string().contains("each tenant up to 9"), "{TENANTS}");
    assert_eq!(build("[policy.tenants]\nrate_limit = \"5/s\""), Ok(()));
    assert!(TENANTS.to_string().contains("each tenant up to 100000"), "{TENANTS}");
}

static FALLING: Policies = policies!(name = "falling", fallback = "on");

#[gentle(policy = FALLING, fallback = 7)]
async fn falling() -> anyhow::Result<u32> {
    anyhow::bail!("as always")
}

#[tokio::test]
async fn configuration_switches_a_fallback_off_and_says_nothing_about_what_it_answers() {
    let build =
        |toml: &str| App::builder().linked().policies(&FALLING).toml_text("gentle.toml", toml).build();
    build("[policy.falling]\nfallback = \"off\"").unwrap();
    assert_eq!(falling().await.unwrap_err().to_string(), "as always");
    build("").unwrap();
    assert_eq!(falling().await.unwrap(), 7);
    let error = build("[policy.falling]\nfallback = \"8\"").unwrap_err().to_string();
    assert!(error.contains("gentle.toml:2:13: fallback: ") && error.contains("[G026]"), "{error}");
    assert_eq!(falling().await.unwrap(), 7);
}

#[test]
fn one_mistake_is_told_once() {
    for toml in [
        "[handler.sharing]\ntimeout = 5",
        "[handler.sharing]\ntimeout = \"2s each attempt\"",
        "[app]\nshutdown_timeuot = \"1s\"",
        "[app]\nboot_timeout = 5",
        "[app]\ndrain = 5",
        "[log]\nfromat = \"json\"",
        "[log]\nformat = \"jsn\"",
        "[event]\nulr = \"local://\"",
    ] {
        let error = App::builder().linked().toml_text("gentle.toml", toml).build().unwrap_err();
        let told: Vec<_> = error.all().map(ToString::to_string).collect();
        assert_eq!(told.len(), 1, "{toml}: {told:#?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_app_with_handlers_serves_on_when_every_run_of_its_services_has_returned() {
    let app = App::builder().linked().build().unwrap();
    let serving = tokio::spawn({
        let app = app.clone();
        async move { app.run().await }
    });
    app.ready::<Board>().await.unwrap();
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert!(!serving.is_finished(), "there may always be another event");
    app.shutdown();
    serving.await.unwrap().unwrap();
}
