use gentle::error::Kind;
use gentle::service::State;
use gentle::time;

use crate::probe::{Act, Log, app, secs};

#[tokio::test(start_paused = true)]
async fn stop_goes_in_reverse_and_side_by_side() {
    let log = Log::default();
    let slow = |name| log.probe().stop(Act::Take(secs(2))).called(name);
    let app =
        app([slow("a"), slow("b").needs_named("a"), slow("c").needs_named("a"), slow("d").wants_named("b")]);
    app.start().await.unwrap();
    let began = time::now();
    app.stop().await.unwrap();
    assert_eq!(time::now() - began, secs(6));
    assert!(log.position("d is down") < log.position("b stops"));
    assert!(log.position("c is down") < log.position("a stops"));
    assert!(log.position("b is down") < log.position("a stops"));
}

#[tokio::test(start_paused = true)]
async fn what_runs_is_asked_to_end_before_it_is_stopped() {
    let log = Log::default();
    let app = app([log.probe().run(Act::UntilStopping).called("a")]);
    app.start().await.unwrap();
    app.stop().await.unwrap();
    assert!(log.position("a has run") < log.position("a stops"));
}

#[tokio::test(start_paused = true)]
async fn a_stop_that_fails_or_panics_keeps_nobody_up() {
    let log = Log::default();
    let app = app([
        log.part("db"),
        log.probe().stop(Act::Fail("busy")).called("api").needs_named("db"),
        log.probe().stop(Act::Panic).called("web").needs_named("db"),
    ]);
    app.start().await.unwrap();
    let error = app.stop().await.unwrap_err();
    let mut texts: Vec<_> =
        error.all().map(|error| error.to_string().lines().next().unwrap().to_owned()).collect();
    texts.sort();
    assert_eq!(texts, ["`api` did not stop: busy", "`web` did not stop: it panicked: as told"]);
    assert!(error.all().all(|error| error.kind() == Kind::StopFailed));
    assert_eq!(log.count("db is down"), 1);
    assert!(matches!((app.state("api"), app.state("db")), (Some(State::Failed(_)), Some(State::Stopped))));
}

#[tokio::test(start_paused = true)]
async fn who_stops_again_gets_the_same_answer() {
    let log = Log::default();
    let app = app([log.probe().stop(Act::Fail("busy")).called("a")]);
    assert!(app.stop().await.is_ok());
    app.start().await.unwrap();
    assert!(app.stop().await.is_err());
    assert!(app.stop().await.is_err());
    assert_eq!(log.count("a stops"), 1);
}
