use std::cell::Cell;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use gentle::gentle;
use gentle::policy::{Key, Refusal, deadline, with_deadline};
use gentle::time::{Instant, sleep};

use super::*;

const SECOND: Duration = Duration::from_secs(1);

/// What is left of the time.
fn left() -> Option<Duration> {
    deadline().map(|until| until - now())
}

#[tokio::test(start_paused = true)]
async fn a_deadline_goes_through_three_levels_and_each_keeps_its_reserve() {
    let outer = policies(r#"timeout = "10s""#);
    let middle = policies(r#"timeout = "1h, reserve 1s", bulkhead = "4""#);
    let inner = policies(r#"timeout = "1h, reserve 500ms""#);
    let innermost = || async { Ok::<_, Rejected>(left()) };
    let seen = outer
        .call(|| async {
            let at_outer = left();
            sleep(SECOND).await;
            let below = middle.call(|| async { Ok((left(), inner.call(innermost).await?)) }).await?;
            Ok::<_, Rejected>((at_outer, below, left()))
        })
        .await
        .unwrap();
    let millis = |millis| Some(Duration::from_millis(millis));
    assert_eq!(seen, (millis(10_000), (millis(8_000), millis(7_500)), millis(9_000)));
    assert_eq!(left(), None, "and is gone behind it");
}

#[tokio::test(start_paused = true)]
async fn an_own_limit_that_is_shorter_holds() {
    let (outer, inner) = (policies(r#"timeout = "10s""#), policies(r#"timeout = "2s, reserve 1s""#));
    let inside = || async { inner.call(|| async { Ok::<_, Rejected>(left()) }).await };
    assert_eq!(outer.call(inside).await, Ok(Some(2 * SECOND)));
}

#[tokio::test(start_paused = true)]
async fn what_is_handed_on_is_the_end_of_the_call_and_not_of_an_attempt() {
    let outer = policies(r#"timeout = "10s, 3s each attempt""#);
    assert_eq!(outer.call(|| async { Ok::<_, Rejected>(left()) }).await, Ok(Some(10 * SECOND)));
    let attempts = policies(r#"timeout = "3s each attempt""#);
    assert_eq!(attempts.call(|| async { Ok::<_, Rejected>(left()) }).await, Ok(None));
}

#[tokio::test(start_paused = true)]
async fn a_reserve_leaves_time_for_the_way_back() {
    let outer = policies(r#"timeout = "10s""#);
    let inner = policies(r#"timeout = "1m, reserve 1s""#);
    let (answer, took) = timed(outer.call(|| async {
        let inside = inner.call(pending::<Answer>).await;
        assert!(inside.unwrap_err().is_timeout());
        Ok::<_, Rejected>("something else")
    }))
    .await;
    assert_eq!((answer, took), (Ok("something else"), 9 * SECOND));
}

#[tokio::test(start_paused = true)]
async fn a_call_whose_time_has_passed_is_refused_without_running() {
    let runs = Cell::new(0);
    for text in
        [r#"bulkhead = "1""#, r#"rate_limit = "1/h""#, r#"circuit_breaker = "on""#, r#"timeout = "1m""#]
    {
        let policies = policies(text);
        let late = async {
            sleep(SECOND).await;
            policies
                .call(|| async {
                    runs.set(runs.get() + 1);
                    Ok::<_, Rejected>(())
                })
                .await
        };
        let refused = with_deadline(now() + SECOND, late).await.unwrap_err();
        assert_eq!((refused.policy, refused.kind), (Key::Timeout, Refusal::Elapsed), "{text}");
        assert_eq!(policies.call(at_once).await, Ok(()), "{text}: nothing was used up");
    }
    assert_eq!(runs.get(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_reserve_larger_than_what_is_left_refuses() {
    let (outer, inner) = (policies(r#"timeout = "1s""#), policies(r#"timeout = "1m, reserve 1h""#));
    let answer = outer.call(|| async { inner.call(at_once).await }).await;
    assert!(answer.unwrap_err().is_timeout());
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_beyond_an_inherited_deadline() {
    let paced = policies(r#"rate_limit = "1/h""#);
    assert_eq!(paced.call(at_once).await, Ok(()));
    let (answer, took) = timed(with_deadline(now() + SECOND, paced.call(at_once))).await;
    assert!(answer.unwrap_err().is_timeout());
    assert_eq!(took, Duration::ZERO, "refused at once: the token is an hour away");

    let narrow = policies(r#"bulkhead = "1 wait 1h""#);
    let _inside = spawn(&narrow, pending).await;
    let (answer, took) = timed(with_deadline(now() + SECOND, narrow.call(at_once))).await;
    assert!(answer.unwrap_err().is_timeout());
    assert_eq!(took, SECOND, "nobody can foresee when there is room");

    let stubborn = policies(r#"retry = "const(5s), 3 attempts""#);
    let fails = || async { Err::<(), anyhow::Error>(anyhow::anyhow!("no")) };
    let (answer, took) = timed(with_deadline(now() + SECOND, stubborn.call(fails))).await;
    assert!(answer.unwrap_err().downcast::<Rejected>().unwrap().is_timeout());
    assert_eq!(took, Duration::ZERO, "the pause is longer than the time");
}

static TRIES: AtomicU32 = AtomicU32::new(0);

#[gentle(retry = "const(400ms), 10 attempts")]
async fn never_goes_well() -> Result<(), String> {
    Err(format!("attempt {}", TRIES.fetch_add(1, Ordering::SeqCst) + 1))
}

#[tokio::test(start_paused = true)]
async fn a_function_with_a_retry_alone_returns_its_last_error_when_the_time_is_over() {
    let (answer, took) = timed(with_deadline(now() + SECOND, never_goes_well())).await;
    assert_eq!((answer, took), (Err("attempt 3".to_owned()), Duration::from_millis(800)));
    assert_eq!(TRIES.load(Ordering::SeqCst), 3);
}

#[tokio::test(start_paused = true)]
async fn the_attempts_of_a_retry_share_what_was_inherited() {
    let stubborn = policies(r#"retry = "const(400ms), 10 attempts", bulkhead = "1""#);
    let tries = Cell::new(0);
    let fails = || async {
        tries.set(tries.get() + 1);
        assert_eq!(left(), Some(Duration::from_millis(1_400 - 400 * tries.get())));
        Err::<(), _>(anyhow::anyhow!("no"))
    };
    let (answer, took) = timed(with_deadline(now() + SECOND, stubborn.call(fails))).await;
    assert!(answer.unwrap_err().downcast::<Rejected>().unwrap().is_timeout());
    assert_eq!((tries.get(), took), (3, Duration::from_millis(800)));
}

struct Silent;

impl Wake for Silent {
    fn wake(self: Arc<Self>) {}
}

/// How many timers and places in queues `future` leaves its waker with.
fn wakers(future: impl Future) -> usize {
    let silent = Arc::new(Silent);
    let waker = Waker::from(silent.clone());
    let mut future = pin!(future);
    assert!(future.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    Arc::strong_count(&silent) - 2
}

#[tokio::test(start_paused = true)]
async fn a_call_that_ends_with_the_one_around_it_needs_no_timer() {
    let outer = policies(r#"timeout = "1h""#);
    let inside = |text| {
        let inner = policies(text);
        wakers(outer.call(move || {
            let inner = inner.clone();
            async move { inner.call(pending::<Answer>).await }
        }))
    };
    assert_eq!(inside(r#"bulkhead = "1""#), 1, "that of the outer one");
    assert_eq!(inside(r#"timeout = "3h, 2h each attempt""#), 1);
    assert_eq!(inside(r#"timeout = "30m""#), 2, "its own comes first");
    assert_eq!(inside(r#"timeout = "2h, reserve 1ms""#), 2, "so it does");

    let late = policies(r#"hedge = "after 1m""#);
    assert_eq!(wakers(with_deadline(now() + SECOND, late.call(pending::<Answer>))), 1, "no hedge can begin");

    let alone = policies(r#"bulkhead = "1""#);
    assert_eq!(wakers(alone.call(pending::<Answer>)), 0);
    assert_eq!(wakers(with_deadline(now() + SECOND, alone.call(pending::<Answer>))), 1, "nobody else would");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_carried_out_of_the_one_around_it_looks_after_itself() {
    let (outer, inner) = (policies(r#"timeout = "1h""#), policies(r#"bulkhead = "1""#));
    let carried = outer
        .call(|| async {
            let inner = inner.clone();
            let mut call = Box::pin(async move { inner.call(pending::<Answer>).await });
            assert!(poll_fn(|cx| Poll::Ready(call.as_mut().poll(cx))).await.is_pending());
            Ok::<_, Rejected>(call)
        })
        .await;
    let (answer, took) = timed(carried.unwrap()).await;
    assert!(answer.unwrap_err().is_timeout());
    assert_eq!(took, 3600 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_panic_leaves_no_deadline_behind() {
    let limited = policies(r#"timeout = "1s""#);
    let mut call = pin!(limited.call(|| async {
        assert!(deadline().is_some());
        std::panic::resume_unwind(Box::new("down"));
        #[expect(unreachable_code, reason = "it says what would be returned")]
        Ok::<(), Rejected>(())
    }));
    let poll = || call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready();
    assert!(catch_unwind(AssertUnwindSafe(poll)).is_err());
    assert_eq!(deadline(), None);
}

#[tokio::test(start_paused = true)]
async fn a_call_given_up_leaves_no_deadline_behind() {
    let limited = policies(r#"timeout = "1s""#);
    {
        let mut call = pin!(limited.call(pending::<Answer>));
        assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        assert_eq!(deadline(), None, "nor does one that waits");
    }
    assert_eq!(deadline(), None);
}

#[tokio::test(start_paused = true)]
async fn what_is_spawned_inside_inherits_nothing_and_what_is_joined_does() {
    let limited = policies(r#"timeout = "1s""#);
    let seen = limited
        .call(|| async {
            let spawned = tokio::spawn(async { deadline() });
            let (one, other) = tokio::join!(async { left() }, async { left() });
            Ok::<_, Rejected>((spawned.await.unwrap(), one, other))
        })
        .await;
    assert_eq!(seen, Ok((None, Some(SECOND), Some(SECOND))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn tasks_that_take_turns_on_threads_keep_their_own_deadlines() {
    let long = policies(r#"timeout = "1h""#);
    let tasks = (1..=64_u64).map(|number| {
        let long = long.clone();
        tokio::spawn(async move {
            let until = now() + Duration::from_secs(number);
            let turns = || async {
                for _ in 0..100 {
                    assert_eq!(deadline(), Some(until));
                    yield_now().await;
                }
                Ok::<_, Rejected>(())
            };
            for _ in 0..4 {
                assert_eq!(with_deadline(until, long.call(turns)).await, Ok(()));
                assert_eq!(deadline(), None);
                yield_now().await;
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_change_of_the_reserve_holds_from_the_next_call() {
    let inner = policies(r#"timeout = "1h, reserve 1s""#);
    let seen = || async { inner.call(|| async { Ok::<_, Rejected>(left()) }).await };
    let until: Instant = now() + 10 * SECOND;
    assert_eq!(with_deadline(until, seen()).await, Ok(Some(9 * SECOND)));
    inner.set(Key::Timeout, "1h, reserve 4s").unwrap();
    assert_eq!(with_deadline(until, seen()).await, Ok(Some(6 * SECOND)));
    inner.set(Key::Timeout, "off").unwrap();
    assert_eq!(with_deadline(until, seen()).await, Ok(Some(10 * SECOND)));
}
