use gentle::error::Kind;
use gentle::service::{Context, Definition, Result, Service};
use gentle::{App, here, time};

use crate::probe::{Act, Log, app, secs, within};

#[tokio::test(start_paused = true)]
async fn an_app_ends_when_every_run_has_returned() {
    let log = Log::default();
    let app = app([log.probe().run(Act::Take(secs(5))).called("worker"), log.part("db")]);
    let began = time::now();
    app.run().await.unwrap();
    assert_eq!(time::now() - began, secs(5));
    assert_eq!((log.count("worker is down"), log.count("db is down")), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_run_that_fails_ends_the_app_with_its_error() {
    let log = Log::default();
    let app = app([
        log.probe().run(Act::Fail("lost")).called("worker"),
        log.probe().run(Act::UntilStopping).called("api"),
    ]);
    let error = within(secs(1), app.run()).await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.service_name()), (Kind::RunFailed, Some("worker")));
    assert!(error.to_string().starts_with("the `run` of `worker` failed: lost\n"), "{error}");
    assert_eq!(log.count("api is down"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_panics_has_failed() {
    let log = Log::default();
    let app = app([
        log.probe().run(Act::Panic).called("worker"),
        log.probe().run(Act::UntilStopping).called("api"),
    ]);
    let error = within(secs(1), app.run()).await.unwrap().unwrap_err();
    assert_eq!(error.kind(), Kind::RunFailed);
}

#[tokio::test(start_paused = true)]
async fn an_optional_run_that_fails_ends_nothing_else() {
    let log = Log::default();
    let app = app([
        log.probe().run(Act::Fail("lost")).called("extra").optional(),
        log.probe().run(Act::Take(secs(5))).called("worker"),
    ]);
    app.run().await.unwrap();
    assert_eq!((log.count("worker has run"), log.count("extra is down")), (1, 1));
    assert_eq!(app.state("extra").unwrap().error().unwrap().kind(), Kind::RunFailed);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_fails_during_boot_fails_the_boot() {
    let log = Log::default();
    let app = app([
        log.probe().run(Act::Fail("lost")).called("worker"),
        log.probe().start(Act::Take(secs(9))).called("slow"),
    ]);
    let error = app.start().await.unwrap_err();
    assert_eq!(error.kind(), Kind::RunFailed);
    assert_eq!(log.count("worker is down"), 1);
}

struct Ender;

impl Service for Ender {
    async fn run(&self, cx: &Context) -> Result {
        time::sleep(secs(2)).await;
        cx.shutdown();
        cx.stopping().await;
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_service_can_end_the_program() {
    let log = Log::default();
    let app =
        app([Definition::value("ender", here!(), Ender), log.probe().run(Act::UntilStopping).called("api")]);
    within(secs(3), app.run()).await.unwrap().unwrap();
    assert_eq!(log.count("api is down"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_service_can_end_the_program_while_others_still_start() {
    let log = Log::default();
    let app = app([
        Definition::value("ender", here!(), Ender),
        log.probe().start(Act::Take(secs(9))).called("slow"),
    ]);
    within(secs(3), app.run()).await.unwrap().unwrap();
    assert!(!app.state("slow").unwrap().is_ready());
}

#[tokio::test(start_paused = true)]
async fn what_fails_after_a_service_has_ended_the_program_is_told_all_the_same() {
    let log = Log::default();
    let app = app([
        Definition::value("ender", here!(), Ender),
        log.probe().start(Act::Take(secs(9))).called("slow"),
        log.probe().stop(Act::Fail("busy")).called("a"),
    ]);
    assert_eq!(app.run().await.unwrap_err().kind(), Kind::StopFailed);
}

#[tokio::test(start_paused = true)]
async fn shutdown_from_outside_ends_the_run() {
    let log = Log::default();
    let app = app([log.probe().run(Act::UntilStopping).called("api")]);
    let running = tokio::spawn({
        let app = app.clone();
        async move { app.run().await }
    });
    app.ready_named("api").await.unwrap();
    app.shutdown();
    within(secs(1), running).await.unwrap().unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn shutdown_before_the_run_ends_that_run_alone() {
    let log = Log::default();
    let app = app([log.probe().run(Act::UntilStopping).called("api")]);
    app.shutdown();
    within(secs(1), app.run()).await.unwrap().unwrap();
    assert_eq!(log.count("api is up"), 0, "nothing was started");
    assert!(within(secs(1), app.run()).await.is_none());
    assert!(app.state("api").unwrap().is_ready(), "the wish is for one run");
    app.stop().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_start_after_shutdown_begins_afresh() {
    let log = Log::default();
    let app = app([log.probe().run(Act::UntilStopping).called("api")]);
    app.shutdown();
    app.start().await.unwrap();
    assert!(within(secs(1), app.run()).await.is_none());
    app.shutdown();
    within(secs(1), app.run()).await.unwrap().unwrap();
    assert!(within(secs(1), app.run()).await.is_none());
    assert!(app.state("api").unwrap().is_ready(), "a wish that was heeded is gone");
    app.stop().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_did_not_stop_is_part_of_how_the_run_ended() {
    let log = Log::default();
    let app = app([log.probe().stop(Act::Fail("busy")).called("a")]);
    assert_eq!(app.run().await.unwrap_err().kind(), Kind::StopFailed);
}

struct Asker(Log);

impl Service for Asker {
    async fn start(&self, _: &Context) -> Result {
        self.0.write(App::current()?.name());
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_task_finds_its_own_app_among_several() {
    let log = Log::default();
    let one = |name: &'static str| {
        let asker = Definition::value("asker", here!(), Asker(log.clone()));
        App::builder().name(name).define(asker).build().unwrap()
    };
    let (first, second) = (one("first"), one("second"));
    first.start().await.unwrap();
    second.start().await.unwrap();
    assert_eq!(log.lines(), ["first", "second"]);
}
