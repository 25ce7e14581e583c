use std::io;

use gentle::service::{Context, Definition, Result, Service};
use gentle::{App, here};

use crate::probe::{Act, Log, app, secs, within};

/// The lines of the program's log, among those of the probes.
struct Lines(Log);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(String::from_utf8_lossy(bytes).into_owned());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn logged(log: &Log) -> tracing::subscriber::DefaultGuard {
    let log = log.clone();
    let lines = move || Lines(log.clone());
    tracing::subscriber::set_default(tracing_subscriber::fmt().with_writer(lines).with_ansi(false).finish())
}

struct Hasty(Log);

impl Service for Hasty {
    async fn run(&self, cx: &Context) -> Result {
        self.0.write("it runs");
        cx.shutdown();
        Ok(())
    }
}

async fn run(app: App) {
    within(secs(9), app.run()).await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_report_comes_before_the_last_one_runs_and_shows_that_moment() {
    let log = Log::default();
    let _guard = logged(&log);
    run(app([Definition::value("hasty", here!(), Hasty(log.clone()))])).await;
    let lines = log.lines();
    let report = lines.iter().position(|line| line.contains("app: 1 service")).unwrap();
    assert!(report < log.position("it runs"), "{lines:?}");
    assert!(lines[report].contains("hasty  service  ready"), "{lines:?}");
}

#[tokio::test(start_paused = true)]
async fn the_report_comes_once_in_each_session_whoever_is_the_last() {
    let log = Log::default();
    let _guard = logged(&log);
    let slow = log.probe().start(Act::Fail("absent")).called("extra").optional();
    let app = app([log.part("db"), slow.needs_named("db")]);
    let reports = || log.lines().iter().filter(|line| line.contains("  level 1")).count();
    run(app.clone()).await;
    assert_eq!(reports(), 1);
    run(app.clone()).await;
    assert_eq!(reports(), 2);
    assert!(log.lines().iter().any(|line| line.contains("failed")));
}

#[tokio::test(start_paused = true)]
async fn variables_of_others_keep_nobody_from_starting_and_are_told_after_boot() {
    let log = Log::default();
    let _guard = logged(&log);
    let strange = [("GENTLE_PORT", "tcp://10.0.0.1:80"), ("RUST_LOG", "a=b=c")];
    let builder = App::builder().define(log.part("db"));
    run(builder.environment(strange).build().unwrap()).await;
    let lines = log.lines();
    let at = |text: &str| lines.iter().position(|line| line.contains(text)).unwrap();
    let report = at("level 1");
    assert!(at("WARN gentle::runtime::app: GENTLE_PORT: means nothing to this program") > report);
    assert!(at("WARN gentle::runtime::app: RUST_LOG: `a=b=c` is not a filter, `info` is used") > report);
}

#[test]
fn a_bare_target_is_for_rust_log_alone() {
    let log = Log::default();
    let built = |name| {
        let builder = App::builder().define(log.part("db")).environment([(name, "scores")]);
        builder.build().map(|app| app.resource::<gentle::telemetry::log::Log>().unwrap().to_string())
    };
    assert_eq!(built("RUST_LOG").unwrap(), "scores");
    assert!(built("GENTLE_LOG").unwrap_err().is_config(), "mostly it is a slip");
}
