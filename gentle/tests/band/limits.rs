use gentle::error::Kind;
use gentle::time;
use gentle_dsl::{Backoff, Retry};

use crate::probe::{Act, Log, app, builder, secs, within};

#[tokio::test(start_paused = true)]
async fn band_28_each_attempt_to_start_has_its_own_limit() {
    let log = Log::default();
    let hangs = log.probe().start(Act::Hang).called("db").start_timeout(secs(3));
    let app = app([hangs.retry(Retry::new(Backoff::Const(secs(1))).attempts(2))]);
    let began = time::now();
    let error = app.start().await.unwrap_err();
    assert_eq!(time::now() - began, secs(3 + 1 + 3));
    let text = error.to_string();
    assert!(text.starts_with("`db` did not start: its `start` has not returned within 3s\n"), "{text}");
    assert!(text.contains("2 attempts in 7s"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_start_has_thirty_seconds_unless_said_otherwise() {
    let log = Log::default();
    let app = app([log.probe().start(Act::Hang).called("db")]);
    let began = time::now();
    assert!(app.start().await.is_err());
    assert_eq!(time::now() - began, secs(30));
}

#[tokio::test(start_paused = true)]
async fn band_28_a_stop_that_hangs_is_named_and_the_others_have_their_turn() {
    let log = Log::default();
    let app = app([
        log.part("db"),
        log.probe().stop(Act::Hang).called("api").needs_named("db").stop_timeout(secs(3)),
        log.part("web").needs_named("api"),
    ]);
    app.start().await.unwrap();
    let began = time::now();
    let error = app.stop().await.unwrap_err();
    assert_eq!(time::now() - began, secs(3));
    assert_eq!((error.kind(), error.service_name()), (Kind::StopFailed, Some("api")));
    assert!(
        error.to_string().starts_with("`api` did not stop: its `stop` had not returned after 3s\n"),
        "{error}"
    );
    assert_eq!((log.count("db is down"), log.count("web is down")), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_run_that_does_not_end_is_named_and_stop_is_called_all_the_same() {
    let log = Log::default();
    let app = app([log.probe().run(Act::Hang).called("api").stop_timeout(secs(3))]);
    app.start().await.unwrap();
    let error = app.stop().await.unwrap_err();
    assert!(
        error.to_string().starts_with("`api` did not stop: its `run` had not returned after 3s\n"),
        "{error}"
    );
    assert_eq!(log.count("api is down"), 1);
}

#[tokio::test(start_paused = true)]
async fn shutdown_as_a_whole_has_a_limit_after_which_everybody_stops_at_once() {
    let log = Log::default();
    let hangs = |name| log.probe().stop(Act::Hang).called(name).stop_timeout(secs(60));
    let parts = [
        log.part("db"),
        hangs("api").needs_named("db"),
        hangs("web").needs_named("api"),
        hangs("edge").needs_named("web"),
        hangs("door").needs_named("edge"),
    ];
    let app = builder(parts).shutdown_timeout(secs(10)).build().unwrap();
    app.start().await.unwrap();
    let began = time::now();
    let error = within(secs(13), app.stop()).await.unwrap().unwrap_err();
    assert!(time::now() - began <= secs(12));
    let late: Vec<_> = error.all().filter_map(gentle::Error::service_name).collect();
    assert_eq!(late.len(), 4);
    assert_eq!(log.count("db is down"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_rollback_that_hangs_ends_and_is_told_with_the_failure() {
    let log = Log::default();
    let hangs = log.probe().stop(Act::Hang).called("hangs");
    let app = app([hangs, log.probe().start(Act::Fail("no")).called("fails").needs_named("hangs")]);
    let error = within(secs(11), app.start()).await.unwrap().unwrap_err();
    let kinds: Vec<_> = error.all().map(gentle::Error::kind).collect();
    assert_eq!(kinds, [Kind::StartFailed, Kind::StopFailed]);
}
