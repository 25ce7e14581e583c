use std::pin::pin;
use std::sync::atomic::AtomicBool;

use tokio::time::advance;
use tower::limit::ConcurrencyLimit;

use super::*;

const STEP: Duration = Duration::from_millis(10);

/// Polls `future` so many times, with time passing in between, and drops it. Whether it had ended.
async fn dropped_after(polls: u32, future: impl Future) -> bool {
    let mut future = pin!(future);
    for _ in 0..polls {
        if poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await.is_ready() {
            return true;
        }
        advance(STEP).await;
    }
    false
}

/// The first call stays inside for a while, the second waits for its token, for its permit, for its answer and between
/// two attempts, and is given up after so many steps. Nothing of it stays behind.
async fn given_up_after(polls: u32) -> bool {
    let failing = Arc::new(AtomicBool::new(true));
    let fails = failing.clone();
    let (strict, shared) = Strict::new(move |call| match call {
        1 => (STEP * 7, Ok(call)),
        _ if fails.load(Ordering::SeqCst) => (STEP * 3, Err("oh dear".into())),
        _ => (STEP, Ok(call)),
    });
    let text = r#"rate_limit = "1/40ms queue 1", bulkhead = "1 queue 1", retry = "const(50ms), 2 attempts",
                  timeout = "20s, 5s each attempt""#;
    let service = layer(text).clone_request().layer(ConcurrencyLimit::new(strict, 2));
    let inside = spawn(&service).await;
    let ended = dropped_after(polls, service.clone().oneshot(0)).await;
    failing.store(false, Ordering::SeqCst);
    inside.await.unwrap().unwrap();
    settle().await;
    assert_eq!((shared.inside(), shared.reserved()), (0, 0), "after {polls}");
    sleep(millis(40)).await;

    // The line for tokens and the line for permits have one place each, and both are free; so is the token, the permit,
    // and each of the two places inside.
    let calls = shared.calls();
    let first = spawn(&service).await;
    assert_eq!(shared.calls(), calls + 1, "a token and a permit are free after {polls}");
    let waiting = spawn(&service).await;
    assert!(!waiting.is_finished(), "a place in the line is free after {polls}");
    assert!(first.await.unwrap().is_ok() && waiting.await.unwrap().is_ok());
    ended
}

#[tokio::test(start_paused = true)]
async fn a_call_can_be_given_up_at_every_point_and_leaks_nothing() {
    for polls in 0.. {
        if given_up_after(polls).await {
            assert!(polls > 15, "it went through everything: {polls}");
            break;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_times_out_is_dropped_before_its_permit_is_given_to_the_next() {
    let (strict, shared) =
        Strict::new(|call| (if call == 1 { millis(5000) } else { Duration::ZERO }, Ok(call)));
    let service = layer(r#"bulkhead = "1 queue 1", timeout = "1s each attempt""#).layer(strict);
    let hanging = spawn(&service).await;
    assert_eq!(timed(service.clone().oneshot(0)).await.1, millis(1000));
    assert_eq!(refusal(hanging.await.unwrap()), (Key::Timeout, Refusal::Elapsed));
    assert_eq!(shared.most.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn a_call_given_up_before_it_was_admitted_gives_its_token_back() {
    let (strict, shared) = Strict::new(|call| (STEP, Ok(call)));
    let service = layer(r#"rate_limit = "2/h reject", bulkhead = "1 queue 1""#).layer(strict);
    let inside = spawn(&service).await;
    let waiting = spawn(&service).await;
    waiting.abort();
    assert!(waiting.await.unwrap_err().is_cancelled());
    assert_eq!(inside.await.unwrap().unwrap(), 1);
    assert_eq!(service.clone().oneshot(0).await.unwrap(), 2);
    assert_eq!(refusal(service.oneshot(0).await), (Key::RateLimit, Refusal::Full));
    assert_eq!(shared.calls(), 2);
}
