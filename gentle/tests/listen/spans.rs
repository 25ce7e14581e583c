use std::future::pending;

use tokio::time::sleep;

use super::*;

async fn good() -> Answer {
    Ok(7)
}

async fn never() -> Answer {
    pending().await
}

#[tokio::test(start_paused = true)]
async fn a_call_and_each_attempt_have_a_span_for_who_listens() {
    let told = listen();
    let policies =
        Policies::builder().name("pay").retry("const(100ms), 2 attempts").bulkhead("1").build().unwrap();
    let logs = || async {
        tracing::info!("asking");
        sleep(millis(10)).await;
        tracing::info!("asked");
        Err::<u32, _>(Failure::Inner)
    };
    assert!(policies.call(logs).await.is_err());
    let attempt = |number| format!(r#"call{{policy="pay"}}:attempt{{policy="pay" attempt={number}}}"#);
    let ended = |number| {
        attempt(number).replace('}', r#" elapsed=10ms outcome="failed"}"#).replacen(
            r#" elapsed=10ms outcome="failed"}"#,
            "}",
            1,
        )
    };
    let call = r#"call{policy="pay"}"#;
    assert_eq!(
        told.take(),
        [
            format!("INFO {}: listen::spans: asking", attempt(1)),
            format!("INFO {}: listen::spans: asked", attempt(1)),
            format!("DEBUG {}: gentle::policy", ended(1)),
            format!(
                r#"DEBUG {call}: gentle::policy::call: retrying policy="pay" attempts=1 elapsed=10ms delay=100ms"#
            ),
            format!("INFO {}: listen::spans: asking", attempt(2)),
            format!("INFO {}: listen::spans: asked", attempt(2)),
            format!("DEBUG {}: gentle::policy", ended(2)),
            format!(
                r#"DEBUG {call}: gentle::policy::call: the last attempt failed policy="pay" attempts=2 elapsed=120ms"#
            ),
            r#"DEBUG call{policy="pay" attempts=2 elapsed=120ms outcome="failed"}: gentle::policy"#
                .to_owned(),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_span_is_not_held_while_the_task_waits() {
    let told = listen();
    for text in [r#"bulkhead = "8""#, r#"retry = "on""#, r#"rate_limit = "9/s", retry = "on""#] {
        let policies = policies(text);
        let slow = || async {
            sleep(millis(10)).await;
            Ok::<_, Failure>(7)
        };
        let beside = async {
            sleep(millis(5)).await;
            tracing::info!("beside");
            assert!(tracing::Span::current().is_none());
        };
        let (answer, ()) = tokio::join!(policies.call(slow), beside);
        answer.unwrap();
        assert!(told.take().contains(&"INFO listen::spans: beside".to_owned()), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_span_tells_of_a_refusal_and_of_a_call_that_is_given_up() {
    let told = listen();
    let policies = Policies::builder().name("pay").rate_limit("1/h, reject").build().unwrap();
    assert!(tokio::time::timeout(millis(1), policies.call(never)).await.is_err());
    assert!(policies.call(good).await.is_err());
    let calls: Vec<_> =
        told.take().into_iter().filter(|line| line.starts_with("DEBUG call{policy=\"pay\" ")).collect();
    assert_eq!(
        calls,
        [
            r#"DEBUG call{policy="pay" attempts=1 elapsed=1ms outcome="cancelled"}: gentle::policy"#,
            r#"DEBUG call{policy="pay" attempts=1 elapsed=0ns outcome="refused"}: gentle::policy"#,
        ]
    );
}

// The event and the error: tests/gentle/observe.rs.
#[tokio::test(start_paused = true)]
async fn gentle_31_attempts_and_time_travel_in_the_span_and_in_the_log() {
    #[gentle::gentle(name = "gentle_31", retry = "list(100ms, 300ms)")]
    async fn annotated() -> Answer {
        Err(Failure::Inner)
    }

    let told = listen();
    let built = Policies::builder().name("gentle_31").retry("list(100ms, 300ms)").build().unwrap();
    assert_eq!(annotated().await, Err(Failure::Inner));
    let by_attribute = told.take();
    assert_eq!(built.call(|| async { Err::<u32, _>(Failure::Inner) }).await, Err(Failure::Inner));
    for told in [by_attribute, told.take()] {
        let log = r#"the last attempt failed policy="gentle_31" attempts=3 elapsed=400ms"#;
        assert!(told.iter().any(|line| line.ends_with(log)), "{told:#?}");
        let span =
            r#"DEBUG call{policy="gentle_31" attempts=3 elapsed=400ms outcome="failed"}: gentle::policy"#;
        assert_eq!(told.last().unwrap(), span);
    }
}
