use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use gentle::policy::{self, Ending, Event, Key, Refusal};
use gentle::time::sleep;

use super::*;

/// Counts how often the operation is reached.
fn counted(calls: &Arc<AtomicU32>) -> impl Fn() -> Running + Send + Sync + 'static {
    let calls = Arc::clone(calls);
    move || {
        let calls = Arc::clone(&calls);
        Box::pin(async move {
            calls.fetch_add(1, Ordering::Relaxed);
            Ok(7)
        })
    }
}

#[tokio::test(start_paused = true)]
async fn gentle_10_a_call_that_is_cancelled_or_out_of_time_never_reaches_the_operation() {
    for way in both!(rate_limit = "1/1s", timeout = "2500ms") {
        let calls = Arc::new(AtomicU32::new(0));
        assert_eq!(way.call(counted(&calls)).await, Ok(7));
        drop(way.call(counted(&calls)));
        assert!(
            tokio::time::timeout(millis(500), way.call(counted(&calls))).await.is_err(),
            "it waits for its turn"
        );
        let waiting: Vec<_> = (0..2).map(|_| tokio::spawn(way.call(counted(&calls)))).collect();
        settle().await;
        let (answer, took) = timed(way.call(counted(&calls))).await;
        let Err(Failure::Rejected(rejected)) = answer else { panic!("{answer:?}") };
        assert_eq!((rejected.policy, rejected.kind, took), (Key::Timeout, Refusal::TooLong, Duration::ZERO));
        for call in waiting {
            assert_eq!(call.await.unwrap(), Ok(7));
        }
        assert_eq!(calls.load(Ordering::Relaxed), 3, "the first, and the two that waited");
    }
    for way in both!(bulkhead = "1, wait", timeout = "1s") {
        let calls = Arc::new(AtomicU32::new(0));
        let inside = tokio::spawn(way.call(pending));
        settle().await;
        let (answer, took) = timed(way.call(counted(&calls))).await;
        assert!(answer.unwrap_err().is_timeout());
        assert_eq!((took, calls.load(Ordering::Relaxed)), (millis(1000), 0), "its time was up in the line");
        inside.abort();
    }
}

#[tokio::test(start_paused = true)]
async fn gentle_30_the_retries_are_the_delays_that_were_waited_for_to_the_end() {
    #[gentle::gentle(name = "gentle_30", retry = "const(100ms), 4 attempts", timeout = "1h")]
    async fn annotated(operation: Operation) -> Answer {
        operation().await
    }

    let built = Policies::builder().retry("const(100ms), 4 attempts").timeout("1h").build().unwrap();
    let fails: Operation = Arc::new(|| Box::pin(failing()));
    let works: Operation = Arc::new(|| Box::pin(async { Ok(7) }));
    for _ in 0..3 {
        assert_eq!(annotated(works.clone()).await, Ok(7));
        assert_eq!(built.call(|| works()).await, Ok(7));
    }
    assert_eq!(annotated(fails.clone()).await, Err(Failure::Inner));
    assert_eq!(built.call(|| fails()).await, Err(Failure::Inner));
    // The second delay is not waited for to the end.
    assert!(tokio::time::timeout(millis(150), annotated(fails.clone())).await.is_err());
    assert!(tokio::time::timeout(millis(150), built.call(|| fails())).await.is_err());
    for numbers in [policy::numbers("gentle_30").unwrap(), built.numbers()] {
        assert_eq!(numbers.retries, 3 + 1);
        assert_eq!((numbers.calls, numbers.succeeded, numbers.failed, numbers.cancelled), (5, 3, 1, 1));
        assert_eq!(numbers.attempts, 3 + 4 + 2);
    }
}

static TOLD: Mutex<Vec<(Ending, u32, Duration)>> = Mutex::new(Vec::new());

fn told() -> MutexGuard<'static, Vec<(Ending, u32, Duration)>> {
    TOLD.lock().unwrap_or_else(PoisonError::into_inner)
}

fn note(event: &Event<'_>) {
    if let Event::Ended { ending, attempts, elapsed, .. } = *event {
        told().push((ending, attempts, elapsed));
    }
}

// In the span and in the log: tests/listen/spans.rs.
#[tokio::test(start_paused = true)]
async fn gentle_31_attempts_and_time_travel_in_the_event_and_the_error_comes_back_unchanged() {
    #[gentle::gentle(retry = "list(100ms, 300ms)", on_event = note)]
    async fn annotated() -> Answer {
        sleep(millis(50)).await;
        Err(Failure::Inner)
    }

    let built = Policies::builder().retry("list(100ms, 300ms)").on_event(note).build().unwrap();
    let operation = || async {
        sleep(millis(50)).await;
        Err::<u32, _>(Failure::Inner)
    };
    assert_eq!(annotated().await, Err(Failure::Inner));
    assert_eq!(built.call(operation).await, Err(Failure::Inner));
    let once = (Ending::Failed, 3, millis(50 + 100 + 50 + 300 + 50));
    assert_eq!(*told(), [once; 2]);
}
