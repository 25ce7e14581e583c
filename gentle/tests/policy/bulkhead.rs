use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, Waker};

use gentle::policy::{Bulkhead, Key, Refusal};

use super::*;

#[tokio::test(start_paused = true)]
async fn those_who_wait_are_let_in_when_it_grows_or_is_switched_off() {
    let policies = policies(r#"bulkhead = "1 queue 5""#);
    let _inside = spawn(&policies, pending).await;
    let mut line = VecDeque::new();
    for _ in 0..5 {
        line.push_back(spawn(&policies, pending).await);
    }
    assert_eq!(policies.call(at_once).await.unwrap_err().kind, Refusal::QueueFull);
    policies.set(Key::Bulkhead, "3 queue 5").unwrap();
    settle().await;
    line.push_back(spawn(&policies, pending).await);
    line.push_back(spawn(&policies, pending).await);
    assert_eq!(policies.call(at_once).await.unwrap_err().kind, Refusal::QueueFull, "two were let in");
    policies.set(Key::Bulkhead, "off").unwrap();
    assert_eq!(policies.call(at_once).await, Ok(()));
    policies.set(Key::Bulkhead, "8").unwrap();
    assert_eq!(policies.call(at_once).await.unwrap_err().kind, Refusal::Full, "all eight are inside");
    for call in line {
        give_up(call).await;
    }
    assert_eq!(policies.call(at_once).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_smaller_one_takes_effect_as_permits_come_back() {
    let policies = policies(r#"bulkhead = "3""#);
    let inside =
        [spawn(&policies, pending).await, spawn(&policies, pending).await, spawn(&policies, pending).await];
    policies.set(Key::Bulkhead, "1").unwrap();
    let mut refused = 0;
    for call in inside {
        refused += u32::from(policies.call(at_once).await.is_err());
        give_up(call).await;
    }
    assert_eq!(refused, 3);
    assert_eq!(policies.call(at_once).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn who_waited_as_long_as_it_may_is_told_that_its_time_is_up() {
    let policies = policies(r#"bulkhead = "1 wait 1s", timeout = "1s""#);
    policies.set(Key::Timeout, "off").unwrap();
    let _inside = spawn(&policies, pending).await;
    let (answer, waited) = timed(policies.call(at_once)).await;
    let rejected = answer.unwrap_err();
    assert_eq!((rejected.policy, rejected.kind), (Key::Bulkhead, Refusal::Elapsed));
    assert_eq!(waited, Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn a_permit_is_kept_until_an_operation_that_was_cut_off_is_gone() {
    struct Operation(Arc<Policies>);

    impl Drop for Operation {
        fn drop(&mut self) {
            let mut another = Box::pin(self.0.call(at_once));
            let answer = another.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            assert!(matches!(answer, Poll::Ready(Err(rejected)) if rejected.kind == Refusal::Full));
        }
    }

    let policies = policies(r#"bulkhead = "1", retry = "now, 2 attempts", timeout = "1s each attempt""#);
    let hangs = || {
        let operation = Operation(policies.clone());
        async move {
            pending::<()>().await;
            drop(operation);
            Ok::<_, Rejected>(())
        }
    };
    assert!(policies.call(hangs).await.unwrap_err().is_timeout());
    assert_eq!(policies.call(at_once).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn whoever_gives_up_the_others_are_let_in_in_order() {
    for seed in 0..20 {
        let mut chance = fastrand::Rng::with_seed(seed);
        let policies = policies(r#"bulkhead = "2 queue 40""#);
        let entered = Arc::new(Mutex::new(Vec::new()));
        let mut calls = Vec::new();
        for number in 0..40 {
            let (policies, entered) = (policies.clone(), entered.clone());
            calls.push(tokio::spawn(async move {
                let work = || async {
                    entered.lock().unwrap().push(number);
                    gentle::time::sleep(Duration::from_millis(10)).await;
                    Ok::<_, Rejected>(())
                };
                policies.call(work).await
            }));
            settle().await;
        }
        for call in &calls {
            if chance.u8(..4) == 0 {
                call.abort();
            }
            gentle::time::sleep(Duration::from_millis(chance.u64(..6))).await;
        }
        for call in calls {
            let _ = call.await;
        }
        assert!(entered.lock().unwrap().is_sorted(), "seed {seed}: {entered:?}");
        let inside = [spawn(&policies, pending).await, spawn(&policies, pending).await];
        assert!(inside.iter().all(|call| !call.is_finished()));
        policies.set(Key::Bulkhead, "2").unwrap();
        assert_eq!(policies.call(at_once).await.unwrap_err().kind, Refusal::Full, "seed {seed}");
    }
}

/// How many are inside, and how many ever were at the same time.
#[derive(Default)]
struct Inside {
    now: AtomicU32,
    most: AtomicU32,
}

struct Visit(Arc<Inside>);

impl Visit {
    fn begin(inside: &Arc<Inside>) -> Self {
        let now = inside.now.fetch_add(1, Ordering::SeqCst) + 1;
        inside.most.fetch_max(now, Ordering::SeqCst);
        Self(inside.clone())
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Three hundred tasks; every third gives up somewhere on its way.
async fn crowd(policies: &Arc<Policies>, inside: &Arc<Inside>) -> u32 {
    let mut calls = Vec::new();
    for number in 0..300_u32 {
        let (policies, inside) = (policies.clone(), inside.clone());
        let call = async move {
            policies
                .call(|| async {
                    let _visit = Visit::begin(&inside);
                    for _ in 0..number % 7 {
                        yield_now().await;
                    }
                    Ok::<_, Rejected>(())
                })
                .await
        };
        calls.push(tokio::spawn(async move {
            if number % 3 > 0 {
                return Some(call.await);
            }
            let mut call = Box::pin(call);
            tokio::select! {
                biased;
                answer = &mut call => Some(answer),
                () = async { for _ in 0..number % 20 { yield_now().await; } } => None,
            }
        }));
    }
    let mut answered = 0;
    for call in calls {
        answered += u32::from(matches!(call.await.unwrap(), Some(Ok(()))));
    }
    answered
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn three_hundred_tasks_never_exceed_it_and_none_is_stranded() {
    for _ in 0..20 {
        let policies = Policies::builder().bulkhead(Bulkhead::new(7).queue(300)).build().unwrap();
        let (policies, inside) = (Arc::new(policies), Arc::new(Inside::default()));
        let answered = tokio::time::timeout(Duration::from_secs(20), crowd(&policies, &inside)).await;
        assert!(answered.expect("somebody waits before an open door") >= 200);
        assert!(inside.most.load(Ordering::SeqCst) <= 7);
        policies.set(Key::Bulkhead, "7").unwrap();
        let again = (0..7).map(|_| Box::pin(policies.call(pending::<Answer>)));
        let mut again: Vec<_> = again.collect();
        let mut admitted = 0;
        for call in &mut again {
            let polled = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            admitted += u32::from(polled.is_pending());
        }
        assert_eq!(admitted, 7, "every permit came back");
        assert_eq!(policies.call(at_once).await.unwrap_err().kind, Refusal::Full);
    }
}
