use std::io::Write;

use gentle::policy::Rules;
use tower::limit::ConcurrencyLimit;
use tower::service_fn;
use tracing_subscriber::fmt::MakeWriter;

use super::*;

#[tokio::test(start_paused = true)]
async fn pitfall_10_every_attempt_has_a_service_that_was_made_ready() {
    let (strict, shared) = Strict::failing(2);
    let service = layer(r#"retry = "const(100ms), 3 attempts""#).clone_request().layer(strict);
    let (answer, took) = timed(service.oneshot(0)).await;
    assert_eq!((answer.unwrap(), took), (3, millis(230)));
    assert_eq!((shared.calls(), shared.reserved()), (3, 0));
}

#[tokio::test(start_paused = true)]
async fn a_later_attempt_waits_until_its_service_is_ready_within_the_time_of_the_call() {
    let (strict, shared) = Strict::failing(1);
    let text = r#"retry = "const(10ms), 3 attempts", timeout = "1s", bulkhead = "1""#;
    let service = layer(text).clone_request().layer(strict);
    let call = spawn(&service).await;
    shared.close();
    sleep(millis(500)).await;
    assert_eq!(shared.calls(), 1);
    shared.open();
    assert_eq!(call.await.unwrap().unwrap(), 2);

    let (strict, shared) = Strict::failing(1);
    let service = layer(text).clone_request().layer(strict);
    let call = spawn(&service).await;
    shared.close();
    let (answer, took) = timed(tokio::time::timeout(millis(2000), call)).await;
    let answer = answer.expect("the door stays closed for ever").unwrap();
    assert_eq!((refusal(answer), took), ((Key::Timeout, Refusal::Elapsed), millis(1000)));
    assert_eq!(shared.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_service_that_cannot_be_made_ready_ends_the_call() {
    let (strict, shared) = Strict::failing(1);
    let service = layer(r#"retry = "const(10ms), 3 attempts""#).clone_request().layer(strict);
    let call = spawn(&service).await;
    shared.break_down();
    assert_eq!(call.await.unwrap().unwrap_err().to_string(), "broken");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_reserved_during_a_pause() {
    let (strict, shared) = Strict::failing(1);
    let inside = ConcurrencyLimit::new(strict, 1);
    let service = layer(r#"retry = "const(1h), 2 attempts", bulkhead = "1""#).clone_request().layer(inside);
    let pausing = spawn(&service).await;
    sleep(millis(20)).await;
    assert_eq!((shared.calls(), shared.inside()), (1, 0));
    assert_eq!(timed(service.clone().oneshot(0)).await.1, millis(10));
    assert_eq!(pausing.await.unwrap().unwrap(), 3);
}

// A refused attempt was ready and was not called: what it reserved is free during the pause, too.
#[tokio::test(start_paused = true)]
async fn pitfall_9_a_refused_attempt_reserves_nothing_during_a_pause() {
    let (strict, shared) = Strict::answering();
    let text = r#"retry = "const(1ms), 2 attempts", rate_limit = "1/100ms reject""#;
    let service = layer(text).clone_request().layer(strict);
    assert_eq!(service.clone().oneshot(0).await.unwrap(), 1);
    let refused = spawn(&service).await;
    sleep(millis(50)).await;
    assert_eq!((refused.is_finished(), shared.reserved()), (false, 0));
    let (answer, took) = timed(refused).await;
    assert_eq!((answer.unwrap().unwrap(), took), (2, millis(50)));
}

// One waits for a permit of ours with a place inside reserved, the other must not do the reverse.
#[tokio::test(start_paused = true)]
async fn attempts_and_first_attempts_take_their_places_in_one_order() {
    let script = |call| match call {
        1 => (Duration::ZERO, Err("oh dear".into())),
        _ => (millis(100), Ok(call)),
    };
    let inside = ConcurrencyLimit::new(Strict::new(script).0, 1);
    let text = r#"retry = "const(10ms), 2 attempts", bulkhead = "1 queue 9""#;
    let service = layer(text).clone_request().layer(inside);
    let mut calls = Vec::new();
    for _ in 0..5 {
        calls.push(spawn(&service).await);
        sleep(millis(3)).await;
    }
    for call in calls {
        let answer = tokio::time::timeout(Duration::from_secs(10), call).await;
        assert!(answer.expect("nobody waits for ever").unwrap().is_ok());
    }
}

/// A request that can be had twice only if it is small, like one with a body that streams.
struct Request {
    body: Vec<u8>,
}

impl Request {
    fn try_clone(&self) -> Option<Self> {
        (self.body.len() < 10).then(|| Self { body: self.body.clone() })
    }
}

/// Fails, and counts.
fn failing(
    calls: &Arc<AtomicU32>,
) -> impl Service<Request, Response = (), Error = BoxError, Future: Send> + Clone + use<> {
    let calls = calls.clone();
    service_fn(move |_: Request| {
        calls.fetch_add(1, Ordering::SeqCst);
        async { Err::<(), BoxError>("oh dear".into()) }
    })
}

/// What was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

impl Log {
    /// Listens on this thread for as long as the guard is alive.
    fn listen(&self) -> tracing::subscriber::DefaultGuard {
        let format =
            tracing_subscriber::fmt().with_max_level(tracing::Level::DEBUG).with_writer(self.clone());
        tracing::subscriber::set_default(format.finish())
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

#[tokio::test(start_paused = true)]
async fn pitfall_13_a_request_that_cannot_be_had_again_is_sent_once_and_that_can_be_seen() {
    let log = Log::default();
    let _listening = log.listen();
    let calls = Arc::new(AtomicU32::new(0));
    let gently = layer(r#"retry = "now, 3 attempts""#).try_clone_request(Request::try_clone);
    let service = gently.layer(failing(&calls));

    let small = Request { body: vec![0; 3] };
    assert_eq!(service.clone().oneshot(small).await.unwrap_err().to_string(), "oh dear");
    assert_eq!(calls.swap(0, Ordering::SeqCst), 3);
    assert!(!log.text().contains("not retried"));

    let large = Request { body: vec![0; 30] };
    assert_eq!(service.oneshot(large).await.unwrap_err().to_string(), "oh dear");
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    assert!(log.text().contains("not retried: there is no copy of the request"), "{}", log.text());
}

#[tokio::test(start_paused = true)]
async fn pitfall_13_a_layer_that_was_not_told_how_sends_each_request_once_and_warns_when_it_is_put_on() {
    let log = Log::default();
    let _listening = log.listen();
    let calls = Arc::new(AtomicU32::new(0));
    drop(layer(r#"bulkhead = "1""#).layer(failing(&calls)));
    drop(layer(r#"retry = "3 attempts""#).try_clone_request(Request::try_clone).layer(failing(&calls)));
    assert_eq!(log.text(), "");

    let service = layer(r#"retry = "now, 3 attempts""#).layer(failing(&calls));
    assert!(log.text().contains("WARN") && log.text().contains("clone_request()"), "{}", log.text());
    assert!(service.oneshot(Request { body: Vec::new() }).await.is_err());
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

/// Notes when it is cloned.
struct Counted(Arc<AtomicU32>);

impl Clone for Counted {
    fn clone(&self) -> Self {
        self.0.fetch_add(1, Ordering::SeqCst);
        Self(self.0.clone())
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_retry_nothing_is_cloned() {
    let service = service_fn(|_: Counted| async { Ok::<_, BoxError>(()) });
    let clones = Arc::new(AtomicU32::new(0));
    let once = layer(r#"timeout = "1s""#).clone_request().layer(service);
    once.oneshot(Counted(clones.clone())).await.unwrap();
    assert_eq!(clones.load(Ordering::SeqCst), 0);
}

#[tokio::test(start_paused = true)]
async fn a_response_that_is_a_failure_is_repeated_and_in_the_end_handed_on_as_it_is() {
    let (strict, shared) = Strict::new(|call| (Duration::ZERO, Ok(if call < 3 { 500 + call } else { 200 })));
    let gently = layer(r#"retry = "now, 2 attempts""#).clone_request();
    let gently = gently.failure_if(|status: &u32| *status >= 500);
    let service = gently.layer(strict);
    assert_eq!(service.clone().oneshot(0).await.unwrap(), 502);
    assert_eq!(service.oneshot(0).await.unwrap(), 200);
    assert_eq!(shared.calls(), 3);
}

type Answer = Result<u32, &'static str>;

#[tokio::test(start_paused = true)]
async fn rules_judge_errors_and_responses_and_a_retry_after_closes_the_limit() {
    let answers = Mutex::new(vec![Ok(429), Ok(429), Err("ours"), Ok(429), Ok(200)]);
    let answers = Arc::new(answers);
    let service = service_fn(move |(): ()| {
        let answer = answers.lock().unwrap().pop().unwrap();
        async move { answer }
    });
    let rules = Rules::new()
        .failure_if(|answer: &Answer| *answer == Ok(429))
        .retry_after(|answer: &Answer| (*answer == Ok(429)).then_some(millis(700)));
    let service = layer(r#"retry = "now, 2 attempts", rate_limit = "100/s""#)
        .clone_request()
        .judged_by(rules)
        .layer(service);
    assert_eq!(timed(service.clone().oneshot(())).await.0.unwrap(), 200);
    assert_eq!(timed(service.clone().oneshot(())).await.0.unwrap_err().to_string(), "ours");
    let (answer, took) = timed(service.clone().oneshot(())).await;
    assert_eq!((answer.unwrap(), took), (429, millis(10 + 700)));
}
