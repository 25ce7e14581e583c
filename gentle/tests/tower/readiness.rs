use tower::limit::ConcurrencyLimit;

use super::*;

#[tokio::test(start_paused = true)]
async fn pitfall_9_being_ready_reserves_no_permit_and_no_token() {
    let (strict, shared) = Strict::answering();
    let service = layer(r#"bulkhead = "1", rate_limit = "1/h reject""#).layer(strict);
    let ready = [made_ready(service.clone()).await, made_ready(service.clone()).await];
    assert_eq!(service.clone().oneshot(0).await.unwrap(), 1, "with two that are ready and not called");
    assert_eq!(shared.reserved(), 2);
    drop(ready);
    assert_eq!(shared.reserved(), 0, "what the service reserved went with them");
}

#[tokio::test(start_paused = true)]
async fn pitfall_9_a_service_that_is_ready_and_given_up_frees_the_place_of_the_service_inside() {
    let service = layer(r#"bulkhead = "1""#).layer(ConcurrencyLimit::new(Strict::answering().0, 1));
    let ready = made_ready(service.clone()).await;
    let mut other = service.clone();
    let mut waiting = Box::pin(other.ready());
    assert!(poll_fn(|cx| Poll::Ready(waiting.as_mut().poll(cx).is_pending())).await);
    drop(ready);
    assert_eq!(waiting.await.unwrap().call(0).await.unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn it_is_ready_when_the_service_inside_is() {
    let (strict, shared) = Strict::answering();
    let service = layer(r#"timeout = "1s""#).layer(strict);
    shared.close();
    let call = spawn(&service).await;
    sleep(millis(5000)).await;
    assert!(!call.is_finished() && shared.calls() == 0);
    shared.open();
    assert_eq!(call.await.unwrap().unwrap(), 1, "the time of the call begins with the call");
    shared.break_down();
    assert_eq!(service.oneshot(0).await.unwrap_err().to_string(), "broken");
}

#[tokio::test(start_paused = true)]
async fn pitfall_10_a_call_has_the_service_that_was_ready_and_the_next_must_be_made_ready_again() {
    let (strict, shared) = Strict::new(|call| (millis(10), Ok(call)));
    let mut service = layer(r#"rate_limit = "1/100ms""#).layer(strict);
    let first = service.ready().await.unwrap().call(0);
    let second = service.ready().await.unwrap().call(0);
    assert_eq!(shared.calls(), 0, "nothing is called before it is admitted");
    let ((first, second), took) = timed(async { tokio::join!(first, second) }).await;
    assert_eq!((first.unwrap(), second.unwrap(), took), (1, 2, millis(110)));
}

#[tokio::test(start_paused = true)]
async fn pitfall_9_a_refused_call_gives_back_what_the_service_inside_reserved() {
    let (strict, shared) = Strict::answering();
    let service = layer(r#"rate_limit = "1/h reject""#).layer(strict);
    service.clone().oneshot(0).await.unwrap();
    assert_eq!(refusal(service.oneshot(0).await), (Key::RateLimit, Refusal::Full));
    assert_eq!((shared.calls(), shared.reserved()), (1, 0));
}
