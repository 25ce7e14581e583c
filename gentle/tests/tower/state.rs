use gentle::Policies;
use gentle::policy::tower::Gentle;
use tower::util::BoxCloneSyncService;
use tower::{ServiceBuilder, service_fn};

use super::*;

const FULL: (Key, Refusal) = (Key::RateLimit, Refusal::Full);

#[tokio::test(start_paused = true)]
async fn a_limit_is_one_for_all_clones_of_a_service_and_all_services_of_a_layer() {
    let once = layer(r#"rate_limit = "1/h reject""#);
    let service = once.layer(Strict::answering().0);
    assert_eq!(service.clone().oneshot(0).await.unwrap(), 1);
    assert_eq!(refusal(service.clone().oneshot(0).await), FULL);
    assert_eq!(refusal(service.oneshot(0).await), FULL);
    assert_eq!(refusal(once.clone().layer(Strict::answering().0).oneshot(0).await), FULL);
}

static ONCE: Policies = gentle::policies!(rate_limit = "1/h reject");

#[tokio::test(start_paused = true)]
async fn policies_of_a_static_and_in_an_arc_are_shared_with_whoever_else_has_them() {
    let call = || async { Ok::<_, Rejected>(()) };
    let service = GentleLayer::new(&ONCE).layer(Strict::answering().0);
    assert_eq!(service.oneshot(0).await.unwrap(), 1);
    assert!(ONCE.call(call).await.is_err());

    let once = Arc::new(Policies::parse(r#"rate_limit = "1/h reject""#).unwrap());
    assert_eq!(once.call(call).await, Ok(()));
    assert_eq!(refusal(GentleLayer::new(once).layer(Strict::answering().0).oneshot(0).await), FULL);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn pitfall_11_clones_on_many_threads_never_admit_more_than_the_limit() {
    let (strict, shared) = Strict::new(|call| (Duration::from_micros(100), Ok(call)));
    let service = layer(r#"bulkhead = "3 queue 1000""#).layer(strict);
    let calls: Vec<_> = (0..300).map(|_| tokio::spawn(service.clone().oneshot(0))).collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!((shared.calls(), shared.most.load(Ordering::SeqCst)), (300, 3));
}

#[tokio::test(start_paused = true)]
async fn it_works_inside_a_stack_and_around_one() {
    let (strict, shared) = Strict::failing(1);
    let stack = ServiceBuilder::new()
        .concurrency_limit(4)
        .map_response(|answer: u32| answer + 100)
        .layer(layer(r#"retry = "const(5ms), 3 attempts", timeout = "1s""#).clone_request())
        .layer(layer(r#"bulkhead = "1""#))
        .concurrency_limit(2)
        .service(strict);
    assert_eq!(timed(stack.clone().oneshot(0)).await.0.unwrap(), 102);
    assert_eq!(shared.calls(), 2);
    let mut boxed = BoxCloneSyncService::new(stack);
    assert_eq!(boxed.ready().await.unwrap().call(0).await.unwrap(), 103);
}

#[tokio::test(start_paused = true)]
async fn whatever_the_future_of_a_service_is_the_layered_one_is_send_and_its_service_is_clone_and_sync() {
    fn shareable<S: Clone + Send + Sync + 'static>(service: S) -> S {
        service
    }
    let service = shareable(layer(r#"timeout = "1s""#).layer(service_fn(|input: u32| async move {
        sleep(millis(1)).await;
        Ok::<_, std::io::Error>(input)
    })));
    let answer = tokio::spawn(service.clone().oneshot(5)).await.unwrap();
    assert_eq!(answer.unwrap(), 5);
    let printed = format!("{service:?} {:?}", layer(r#"bulkhead = "1""#));
    assert!(printed.contains("1s") && printed.contains("bulkhead"), "{printed}");
    let _: Gentle<_> = service;
}

#[test]
fn a_layer_refuses_a_hedge() {
    let mistakes = GentleLayer::parse(r#"hedge = "after 50ms", bulkhead = "4""#).unwrap_err();
    assert_eq!(
        mistakes.to_string(),
        "hedge: a layer sends a request to one service at a time, so its hedge has no effect [G612]\n\n\
         help: leave it out, and write it where the request is made: `#[gentle(hedge = \"…\", idempotent)]`"
    );
}

#[tokio::test(start_paused = true)]
async fn what_a_service_calls_inherits_the_time_of_its_layer() {
    let left =
        service_fn(|()| async { Ok::<_, BoxError>(gentle::policy::deadline().map(|until| until - now())) });
    let answer = layer(r#"timeout = "2s, 1s each attempt""#).layer(left).oneshot(()).await;
    assert_eq!(answer.unwrap(), Some(millis(2_000)));
}

#[tokio::test(start_paused = true)]
async fn each_key_of_a_request_has_a_state_of_its_own() {
    let (strict, shared) = Strict::failing(1);
    let text = r#"rate_limit = "2/h reject each parity", retry = "now, 2 attempts, within 1s""#;
    let service = layer(text).clone_request().each(|number: &u32| number % 2).layer(strict);
    assert!(service.clone().oneshot(2).await.is_ok(), "at the second attempt");
    assert_eq!(shared.calls(), 2);
    assert_eq!(refusal(service.clone().oneshot(4).await), FULL);
    assert!(service.clone().oneshot(1).await.is_ok() && service.clone().oneshot(3).await.is_ok());
    assert_eq!(refusal(service.oneshot(5).await), FULL);
}

#[tokio::test(start_paused = true)]
async fn a_layer_without_keys_has_one_state_for_all_requests() {
    let service = layer(r#"rate_limit = "2/h reject each parity""#).layer(Strict::answering().0);
    assert!(service.clone().oneshot(1).await.is_ok() && service.clone().oneshot(2).await.is_ok());
    assert_eq!(refusal(service.oneshot(3).await), FULL);
}
