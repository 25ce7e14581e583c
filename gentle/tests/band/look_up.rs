use gentle::error::Kind;
use gentle::service::{Context, Definition, Result, Service};
use gentle::{App, here, time};

use crate::probe::{Act, Log, Probe, app, secs, within};

struct Known;

impl Service for Known {}

#[tokio::test(start_paused = true)]
async fn band_8_what_was_added_is_found_and_nothing_else() {
    let app = app([Definition::value("known", here!(), Known)]);
    assert!(app.service::<Known>().is_some());
    assert!(app.service::<Probe>().is_none());
    assert!(app.state("known").is_some() && app.state("unknown").is_none());
    assert_eq!(app.ready::<Probe>().await.unwrap_err().kind(), Kind::Missing);
    assert_eq!(app.ready_named("unknown").await.unwrap_err().kind(), Kind::Missing);
}

struct Asker(Log);

impl Service for Asker {
    async fn start(&self, _: &Context) -> Result {
        let app = App::current()?;
        let (found, state) = (app.service::<Known>().is_some(), app.state("known"));
        self.0.write(format!("{found} {}", state.map(|state| state.to_string()).unwrap_or_default()));
        time::sleep(secs(5)).await;
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn band_26_look_up_works_during_boot_and_inside_start() {
    let log = Log::default();
    let app = app([
        Definition::value("known", here!(), Known),
        Definition::value("asker", here!(), Asker(log.clone())).needs::<Known>(),
    ]);
    let starting = tokio::spawn({
        let app = app.clone();
        async move { app.start().await }
    });
    within(secs(1), app.ready::<Known>()).await.unwrap().unwrap();
    time::sleep(secs(1)).await;
    assert_eq!(app.state("asker").unwrap().to_string(), "starting (attempt 1)");
    assert!(app.service::<Asker>().is_some());
    starting.await.unwrap().unwrap();
    assert_eq!(log.lines(), ["true ready"]);
}

#[tokio::test(start_paused = true)]
async fn who_waits_before_boot_is_answered_by_it() {
    let log = Log::default();
    let app = app([log.probe().start(Act::Take(secs(1))).called("slow")]);
    let waiting = tokio::spawn({
        let app = app.clone();
        async move { app.ready_named("slow").await }
    });
    time::sleep(secs(1)).await;
    app.start().await.unwrap();
    assert!(waiting.await.unwrap().is_ok());
    app.stop().await.unwrap();
    assert_eq!(app.ready_named("slow").await.unwrap_err().kind(), Kind::Stopped);
}
