use gentle::error::Kind;
use gentle::time;
use gentle_dsl::{Backoff, Retry};

use crate::probe::{Act, Log, app, builder, secs, within};

#[tokio::test(start_paused = true)]
async fn band_25_stopping_during_boot_releases_everybody_soon() {
    let log = Log::default();
    let app = app([
        log.part("first"),
        log.probe().start(Act::Hang).called("hangs").needs_named("first"),
        log.part("waits").needs_named("hangs"),
    ]);
    let starting = tokio::spawn({
        let app = app.clone();
        async move { app.start().await }
    });
    let waiting = tokio::spawn({
        let app = app.clone();
        async move { app.ready_named("waits").await }
    });
    time::sleep(secs(1)).await;
    within(secs(5), app.stop()).await.unwrap().unwrap();
    let error = within(secs(1), starting).await.unwrap().unwrap().unwrap_err();
    assert!(error.is_cancelled());
    assert_eq!(error.to_string(), "boot was called off\n  still starting: `hangs` (attempt 1, for 1s)");
    assert!(within(secs(1), waiting).await.unwrap().unwrap().unwrap_err().is_cancelled());
    assert_eq!((log.count("first is down"), log.count("hangs stops")), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn band_25_dropping_the_only_start_calls_it_off() {
    let log = Log::default();
    let app = app([log.part("first"), log.probe().start(Act::Hang).called("hangs").needs_named("first")]);
    assert!(within(secs(1), app.start()).await.is_none());
    let error = within(secs(5), app.ready_named("hangs")).await.unwrap().unwrap_err();
    assert!(error.is_cancelled());
    within(secs(5), app.stop()).await.unwrap().unwrap();
    assert_eq!(log.count("first is down"), 1);
}

#[tokio::test(start_paused = true)]
async fn dropping_one_of_two_starts_calls_nothing_off() {
    let log = Log::default();
    let app = app([log.probe().start(Act::Take(secs(3))).called("slow")]);
    let other = tokio::spawn({
        let app = app.clone();
        async move { app.start().await }
    });
    assert!(within(secs(1), app.start()).await.is_none());
    assert!(other.await.unwrap().is_ok());
}

#[tokio::test(start_paused = true)]
async fn band_25_stopping_between_two_attempts_does_not_hang() {
    let log = Log::default();
    let hourly = Retry::new(Backoff::Const(secs(3600))).forever();
    let app = app([
        log.probe().start(Act::Fail("no")).called("db").retry(hourly),
        log.part("api").needs_named("db"),
    ]);
    let starting = tokio::spawn({
        let app = app.clone();
        async move { app.start().await }
    });
    time::sleep(secs(1)).await;
    within(secs(1), app.stop()).await.unwrap().unwrap();
    assert!(within(secs(1), starting).await.unwrap().unwrap().unwrap_err().is_cancelled());
    assert!(app.ready_named("api").await.unwrap_err().is_cancelled());
}

#[tokio::test(start_paused = true)]
async fn a_start_during_a_stop_begins_anew() {
    let log = Log::default();
    let app = app([log.probe().stop(Act::Take(secs(2))).called("slow")]);
    app.start().await.unwrap();
    let stopping = tokio::spawn({
        let app = app.clone();
        async move { app.stop().await }
    });
    time::sleep(secs(1)).await;
    app.start().await.unwrap();
    assert!(stopping.await.unwrap().is_ok());
    assert_eq!((log.count("slow starts"), app.state("slow").unwrap().is_ready()), (2, true));
}

#[tokio::test(start_paused = true)]
async fn an_app_that_nobody_holds_is_stopped() {
    let log = Log::default();
    let app = app([log.probe().run(Act::UntilStopping).called("a")]);
    app.start().await.unwrap();
    drop(app);
    time::sleep(secs(1)).await;
    assert_eq!(log.count("a is down"), 1);
}

#[tokio::test(start_paused = true)]
async fn boot_as_a_whole_has_a_limit_that_names_who_is_late() {
    let log = Log::default();
    let hangs = log.probe().start(Act::Hang).called("db").start_timeout(secs(100));
    let app = builder([hangs, log.part("api").needs_named("db")]).boot_timeout(secs(10)).build().unwrap();
    let error = within(secs(11), app.start()).await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.service_name()), (Kind::StartFailed, Some("db")));
    let first = "`db` did not start: it was still starting when the 10s that boot may take were over";
    assert_eq!(error.to_string().lines().next(), Some(first));
}

#[tokio::test(start_paused = true)]
async fn what_is_optional_and_late_takes_along_only_who_came_too_late_because_of_it() {
    let log = Log::default();
    let hangs = || log.probe().start(Act::Hang).called("cache").optional();
    let limited = |parts: Vec<_>| builder(parts).boot_timeout(secs(10)).build().unwrap();
    within(secs(11), limited(vec![log.part("api"), hangs()]).start()).await.unwrap().unwrap();
    let late = limited(vec![log.part("api").wants_named("cache"), hangs()]);
    let error = within(secs(11), late.start()).await.unwrap().unwrap_err();
    let late: Vec<_> = error.all().filter_map(gentle::Error::service_name).collect();
    assert_eq!((error.kind(), late), (Kind::StartFailed, vec!["api", "cache"]));
}
