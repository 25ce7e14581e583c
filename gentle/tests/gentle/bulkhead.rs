use gentle::policy::{Bulkhead, Key, Refusal};
use tokio::task::JoinHandle;

use super::*;

/// So many calls that are inside and stay there.
async fn enter(way: &Way, count: u32) -> Vec<JoinHandle<Answer>> {
    let calls = (0..count).map(|_| tokio::spawn(way.call(pending))).collect();
    settle().await;
    calls
}

async fn leave(calls: Vec<JoinHandle<Answer>>) {
    for call in calls {
        call.abort();
        assert!(call.await.unwrap_err().is_cancelled());
    }
}

/// With `limit` calls inside, one more has no answer and is told that it is full, at once.
async fn one_too_many<F>(way: &Way, limit: u32, operation: fn(u32) -> F)
where
    F: Future<Output = Answer> + Send + 'static,
{
    let inside = enter(way, limit).await;
    assert!(inside.iter().all(|call| !call.is_finished()));
    let (answer, took) = timed(way.call(move || operation(0))).await;
    let Err(Failure::Rejected(rejected)) = answer else { panic!("{answer:?}") };
    assert_eq!((rejected.policy, rejected.kind), (Key::Bulkhead, Refusal::Full));
    assert_eq!(took, Duration::ZERO);
    leave(inside).await;
    assert!(way.call(move || operation(0)).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn gentle_33_one_call_of_a_stream_too_many_is_refused() {
    for way in both!(bulkhead = "16") {
        one_too_many(&way, 16, stream).await;
    }
    for limit in (0..20).map(|_| fastrand::u32(1..=99)) {
        one_too_many(&by_hand(&[&format!("bulkhead={limit}")]), limit, stream).await;
    }
}

#[tokio::test(start_paused = true)]
async fn gentle_34_one_call_of_a_handler_too_many_is_refused() {
    for way in both!(bulkhead = "1") {
        one_too_many(&way, 1, handler).await;
    }
    for way in both!(bulkhead = "99") {
        one_too_many(&way, 99, handler).await;
    }
}

#[tokio::test(start_paused = true)]
async fn gentle_35_a_permit_comes_back_after_success_error_panic_and_cancellation() {
    for way in both!(bulkhead = "1") {
        assert_eq!(way.call(|| stream(0)).await, Ok(7));
        assert_eq!(way.call(failing).await, Err(Failure::Inner));
        let panics = way.call(|| async { panic!("as the test wants it") });
        assert!(tokio::spawn(panics).await.unwrap_err().is_panic());
        leave(enter(&way, 1).await).await;
        assert_eq!(way.call(|| stream(0)).await, Ok(7));
    }
}

// In an attribute they are refused by the compiler: see the ui-tests.
#[test]
fn gentle_36_a_limit_that_is_not_positive_is_refused() {
    for text in ["0", "-1", "5 queue 0", "5 wait 0s"] {
        assert!(Policies::parse(&format!(r#"bulkhead = "{text}""#)).is_err(), "{text}");
        assert!(Policies::builder().bulkhead(text).build().is_err(), "{text}");
    }
    for bulkhead in [Bulkhead::new(0), Bulkhead::new(5).queue(0), Bulkhead::new(5).wait(Duration::ZERO)] {
        assert!(Policies::builder().bulkhead(bulkhead).build().is_err(), "{bulkhead}");
    }
}
