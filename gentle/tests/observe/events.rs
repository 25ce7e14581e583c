use std::sync::atomic::{AtomicU32, Ordering};

use gentle::policy::Key;
use tokio::time::advance;

use super::*;

#[tokio::test(start_paused = true)]
async fn a_call_that_is_tried_again_tells_each_step_and_then_its_end() {
    let (policies, told) = told(r#"retry = "const(100ms), 3 attempts""#);
    assert_eq!(policies.call(bad).await, Err(Failure::Inner));
    assert_eq!(
        told.take(),
        [
            ": an attempt failed, after 1 attempt and 0.0ns",
            ": retrying in 100.0ms, after 1 attempt and 0.0ns",
            ": an attempt failed, after 2 attempts and 100.0ms",
            ": retrying in 100.0ms, after 2 attempts and 100.0ms",
            ": an attempt failed, after 3 attempts and 200.0ms",
            ": failed, after 3 attempts and 200.0ms",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_call_that_goes_well_tells_its_end_alone() {
    let (policies, told) =
        told(r#"retry = "3 attempts", bulkhead = "1", circuit_breaker = "on", rate_limit = "5/s""#);
    assert_eq!(policies.call(good).await, Ok(7));
    assert_eq!(told.take(), [": ok, after 1 attempt and 0.0ns"]);
}

#[tokio::test(start_paused = true)]
async fn whoever_refuses_tells_who_and_why() {
    for (text, says) in [
        (r#"rate_limit = "1/h, reject""#, "rate_limit: full, try again in 3600.0s"),
        (r#"bulkhead = "1""#, "bulkhead: full"),
        (r#"circuit_breaker = "manual""#, "circuit_breaker: the circuit is open"),
    ] {
        let (policies, told) = told(text);
        policies.circuit_breaker().into_iter().for_each(gentle::policy::circuit_breaker::Circuit::isolate);
        let held = (text.contains("bulkhead")).then(|| {
            let policies = policies.clone();
            tokio::spawn(async move { policies.call(never).await })
        });
        if text.contains("rate_limit") {
            policies.call(good).await.unwrap();
        }
        settle().await;
        told.take();
        assert!(policies.call(good).await.is_err());
        let ended = ": refused, after 1 attempt and 0.0ns".to_owned();
        assert_eq!(told.take(), [format!(": {says}, after 0 attempts and 0.0ns"), ended], "{text}");
        if let Some(held) = held {
            held.abort();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_cut_off_attempt_is_told_as_a_timeout_and_as_a_failure() {
    let (policies, told) = told(r#"timeout = "1s each attempt""#);
    assert!(policies.call(never).await.is_err());
    assert_eq!(
        told.take(),
        [
            ": timeout: the time is up, after 0 attempts and 1.0s",
            ": an attempt failed, after 1 attempt and 1.0s",
            ": failed, after 1 attempt and 1.0s",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_cache_tells_what_it_answers_and_how_old_that_is() {
    let (policies, told) = told(r#"cache = "10s, coalesce, each user""#);
    assert_eq!(policies.cached("ada", good).await, Ok(7));
    told.take();
    assert_eq!(policies.cached("ada", bad).await, Ok(7));
    assert_eq!(told.take(), [": answered from the cache"]);
    let both = tokio::join!(
        policies.cached("grace", || after(millis(5))),
        policies.cached("grace", || after(millis(5)))
    );
    assert_eq!(both, (Ok(7), Ok(7)));
    assert!(told.take().contains(&": answered by a call that asked the same".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn an_old_answer_is_told_with_its_age() {
    let (policies, told) = told(r#"cache = "10s stale 1m each user""#);
    assert_eq!(policies.cached("ada", good).await, Ok(7));
    advance(millis(20_000)).await;
    assert_eq!(policies.cached_or_stale("ada", bad).await, Ok(7));
    assert!(told.take().contains(&": answered from the cache, 20.0s old".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_throttle_tells_whom_it_sheds() {
    let (policies, told) = told(r#"throttle = "1% of 1 in 1h, up to 100%""#);
    for _ in 0..3 {
        assert!(policies.call(bad).await.is_err());
    }
    let told = told.take().join("\n");
    assert!(told.contains(": shed, as 100 % of the calls are"), "{told}");
    assert!(told.contains(": throttle: "), "{told}");
}

#[tokio::test(start_paused = true)]
async fn a_fallback_tells_that_it_answers() {
    let (policies, told) = told(r#"retry = "1 attempts", fallback = "on""#);
    assert!(policies.fall_back(policies.call(bad).await).is_continue());
    assert_eq!(told.take().last().unwrap(), ": the fallback answers");
    assert!(policies.fall_back(policies.call(good).await).is_break());
    assert_eq!(told.take(), [": ok, after 1 attempt and 0.0ns"]);
}

#[tokio::test(start_paused = true)]
async fn a_circuit_tells_how_it_opens_probes_and_closes() {
    let (policies, told) = told(r#"circuit_breaker = "2 in a row, open 10s..10s""#);
    let of_the_circuit =
        || told.take().into_iter().filter(|line| line.contains("the circuit ")).collect::<Vec<_>>();
    for _ in 0..2 {
        assert!(policies.call(bad).await.is_err());
    }
    let opened = of_the_circuit();
    assert!(
        opened[0].starts_with(": the circuit opens for ") && opened[0].ends_with(": 2 in a row"),
        "{opened:?}"
    );
    advance(millis(20_000)).await;
    assert!(policies.call(bad).await.is_err());
    let again = of_the_circuit();
    assert_eq!(again[0], ": the circuit lets probes pass");
    assert!(again[1].starts_with(": the circuit opens again for "), "{again:?}");
    advance(millis(20_000)).await;
    policies.call(good).await.unwrap();
    assert_eq!(of_the_circuit(), [": the circuit lets probes pass", ": the circuit closes"]);

    policies.circuit_breaker().unwrap().observe();
    for _ in 0..2 {
        assert!(policies.call(bad).await.is_err());
    }
    assert_eq!(of_the_circuit(), [": the circuit would open: 2 in a row"]);
}

#[tokio::test(start_paused = true)]
async fn an_observer_may_look_at_the_circuit_that_tells_it_and_hold_it() {
    let policies: &'static Policies =
        Box::leak(Box::new(Policies::parse(r#"circuit_breaker = "1 in a row""#).unwrap()));
    let phase = Arc::new(Mutex::new(String::new()));
    let seen = phase.clone();
    let watching = policies.observe(move |event| {
        if let Event::CircuitOpened { .. } = event {
            let circuit = policies.circuit_breaker().unwrap();
            *seen.lock().unwrap() = circuit.state().phase.to_string();
            circuit.close();
        }
    });
    assert!(policies.call(bad).await.is_err());
    assert!(phase.lock().unwrap().starts_with("open for "), "{phase:?}");
    assert_eq!(policies.call(good).await, Ok(7), "it holds it closed");
    drop(watching);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_given_up_ends_as_cancelled_wherever_it_is() {
    for (text, at, attempts) in [
        (r#"bulkhead = "1""#, "in the operation", 1),
        (r#"retry = "const(1h)""#, "in a pause", 1),
        (r#"retry = "const(1ms)""#, "in the second attempt", 2),
        (r#"rate_limit = "1/h", retry = "on""#, "in the line", 1),
    ] {
        let (policies, told) = told(text);
        if at == "in the line" {
            policies.call(good).await.unwrap();
            told.take();
        }
        let calls = AtomicU32::new(0);
        let task = {
            let policies = policies.clone();
            tokio::spawn(async move {
                let again = || {
                    let first = calls.fetch_add(1, Ordering::Relaxed) == 0;
                    async move { if first { Err(Failure::Inner) } else { pending().await } }
                };
                if at == "in the operation" { policies.call(never).await } else { policies.call(again).await }
            })
        };
        settle().await;
        advance(millis(10)).await;
        settle().await;
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
        let last = told.take().pop().unwrap();
        let plural = if attempts == 1 { "" } else { "s" };
        assert!(
            last.starts_with(&format!(": cancelled, after {attempts} attempt{plural} and ")),
            "{at}: {last}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_whose_operation_panics_ends_as_failed() {
    for text in [r#"bulkhead = "1""#, r#"retry = "3 attempts""#] {
        let (policies, told) = told(text);
        let task = policies.clone();
        let panicking = async move { task.call(|| async { panic!("on purpose") as Answer }).await };
        assert!(tokio::spawn(panicking).await.unwrap_err().is_panic());
        assert_eq!(told.take(), [": failed, after 1 attempt and 0.0ns"], "{text}");
        assert_eq!(policies.numbers().failed, 1);
        assert_eq!(policies.call(good).await, Ok(7), "the permit came back");
    }
}

#[tokio::test(start_paused = true)]
async fn an_observer_that_panics_breaks_no_call_and_loses_no_permit() {
    let policies = policies(
        r#"bulkhead = "1", retry = "const(1ms), 2 attempts", circuit_breaker = "1 in a row, open 1ms""#,
    );
    policies.observe(|_| panic!("on purpose")).forever();
    let told = Told::default();
    policies.observe(told.observer()).forever();
    for _ in 0..3 {
        assert_eq!(policies.call(good).await, Ok(7));
        assert!(policies.call(bad).await.is_err());
        advance(millis(10_000)).await;
    }
    assert!(told.take().iter().any(|line| line.contains("ok")), "others are told");
    let task = policies.clone();
    let panicking = tokio::spawn(async move { task.call(|| async { panic!("too") as Answer }).await });
    assert!(panicking.await.unwrap_err().is_panic());
    assert_eq!(policies.call(good).await, Ok(7));
}

#[tokio::test(start_paused = true)]
async fn an_observer_is_told_by_the_policies_that_are_called_by_it() {
    let policies: &'static Policies = Box::leak(Box::new(Policies::parse(r#"bulkhead = "1""#).unwrap()));
    let told = Told::default();
    let noted = told.clone();
    let watching = policies.observe(move |event| {
        noted.note(event);
        if noted.0.lock().unwrap().len() == 1 {
            let call = std::pin::pin!(policies.call(good));
            let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
            assert!(call.poll(&mut cx).is_ready(), "the permit of the call that ends is free");
        }
    });
    policies.call(good).await.unwrap();
    assert_eq!(told.take().len(), 2);
    drop(watching);
}

#[tokio::test(start_paused = true)]
async fn who_has_stopped_to_watch_is_told_no_more() {
    let policies = policies(r#"bulkhead = "1""#);
    let (first, second) = (Told::default(), Told::default());
    let watching = policies.observe(first.observer());
    let other = policies.observe(second.observer());
    policies.call(good).await.unwrap();
    drop(watching);
    policies.call(good).await.unwrap();
    drop(other);
    policies.call(good).await.unwrap();
    assert_eq!((first.take().len(), second.take().len()), (1, 2));
}

static DECLARED: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn declared(event: &Event<'_>) {
    DECLARED.lock().unwrap().push(event.to_string());
}

#[tokio::test(start_paused = true)]
async fn a_definition_names_who_is_told_by_a_path_or_a_closure() {
    #[gentle::gentle(name = "by_path", bulkhead = "1", on_event = declared)]
    async fn by_path() -> Answer {
        Ok(7)
    }

    #[gentle::gentle(name = "by_closure", retry = "on", on_event = |event| declared(event))]
    async fn by_closure() -> Answer {
        Ok(7)
    }

    static SHARED: Policies = gentle::policies!(name = "shared", bulkhead = "1", on_event = declared);

    let seen = Told::default();
    let watching = SHARED.observe(seen.observer());
    by_path().await.unwrap();
    by_closure().await.unwrap();
    SHARED.call(good).await.unwrap();
    drop(watching);
    SHARED.call(good).await.unwrap();
    let told = |name: &str| {
        let told = DECLARED.lock().unwrap();
        told.iter().filter(|line| line.starts_with(name)).cloned().collect::<Vec<_>>()
    };
    assert_eq!(told("by_path: "), ["by_path: ok, after 1 attempt and 0.0ns"]);
    assert_eq!(told("by_closure: "), ["by_closure: ok, after 1 attempt and 0.0ns"]);
    assert_eq!(told("shared: ").len(), 2, "it is told without the other too");
    assert_eq!(seen.take().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_builder_names_who_is_told() {
    let told = Told::default();
    let policies = Policies::builder().name("pay").bulkhead("1").on_event(told.observer()).build().unwrap();
    policies.call(good).await.unwrap();
    assert_eq!(told.take(), ["pay: ok, after 1 attempt and 0.0ns"]);
}

#[tokio::test(start_paused = true)]
async fn an_event_is_data_with_its_names() {
    let endings = Arc::new(Mutex::new(Vec::new()));
    let noted = endings.clone();
    let observer = move |event: &Event<'_>| {
        if let Event::Ended { ending, attempts, elapsed, .. } = *event {
            noted.lock().unwrap().push((ending, attempts, elapsed, event.policy()));
        }
        if let Event::RetryScheduled { delay, .. } = *event {
            assert_eq!((delay, event.policy()), (millis(100), Some(Key::Retry)));
        }
    };
    let policies = Policies::builder().retry("const(100ms), 2 attempts").on_event(observer).build().unwrap();
    assert!(policies.call(bad).await.is_err());
    assert_eq!(*endings.lock().unwrap(), [(Ending::Failed, 2, millis(100), None)]);
}

#[tokio::test(start_paused = true)]
async fn a_hedge_tells_when_it_starts_and_when_it_wins_and_is_no_call_of_its_own() {
    for (first, ended) in [(1_000, "hedge 2 wins after 300.0ms"), (250, "ok, after 1 attempt and 250.0ms")] {
        let (policies, told) = told(r#"hedge = "after 100ms, max 2", bulkhead = "8""#);
        let begun = AtomicU32::new(0);
        let slow = || {
            let time = [first, 1_000, 100][begun.fetch_add(1, Ordering::Relaxed) as usize];
            after(millis(time))
        };
        assert_eq!(policies.call(slow).await, Ok(7));
        let told = told.take();
        assert_eq!(told[..2], [": hedge 1 starts after 100.0ms", ": hedge 2 starts after 200.0ms"]);
        assert_eq!(told[2], format!(": {ended}"));
        assert!(told.last().unwrap().starts_with(": ok, after 1 attempt and "), "{told:?}");
        let numbers = policies.numbers();
        assert_eq!((numbers.calls, numbers.succeeded, numbers.attempts), (1, 1, 1));
        assert_eq!((numbers.cancelled, numbers.failed), (0, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn a_retry_alone_inside_another_call_is_told_like_any_other() {
    let (outer, _told) = told(r#"timeout = "1h""#);
    let (inner, told) = told(r#"retry = "const(100ms, 1s)""#);
    assert!(outer.call(|| inner.call(bad)).await.is_err());
    let told = told.take();
    assert_eq!(told.first().unwrap(), ": an attempt failed, after 1 attempt and 0.0ns");
    assert_eq!(told.last().unwrap(), ": failed, after 11 attempts and 1.0s");
}
