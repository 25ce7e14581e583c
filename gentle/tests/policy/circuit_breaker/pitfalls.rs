use super::*;

#[tokio::test(start_paused = true)]
async fn pitfall_1_half_open_is_never_stuck() {
    let policies = policies(THREE);
    half_open(&policies).await;
    give_up(spawn(&policies, pending).await).await;
    let hangs = spawn(&policies, pending).await;
    assert_eq!(phase(&policies), Phase::HalfOpen { under_way: 1, succeeded: 0, failed: 0 });
    assert_eq!(refused(&policies).await.retry_after, None);
    advance(Duration::from_millis(5_500)).await;
    assert!(is_open(&policies), "the probe took too long");
    advance(Duration::from_millis(5_500)).await;
    succeed(&policies, 1).await;
    assert_eq!(phase(&policies), Phase::Closed);
    give_up(hangs).await;
    assert_eq!(phase(&policies), Phase::Closed);
}

#[tokio::test(start_paused = true)]
async fn pitfall_1_a_probe_that_is_refused_or_panics_makes_room() {
    let policies =
        policies(r#"circuit_breaker = "3 in a row, open 5s within 1h", bulkhead = "1", timeout = "1s""#);
    half_open(&policies).await;
    let panics = tokio::spawn({
        let policies = policies.clone();
        async move {
            policies
                .call(|| async { if true { panic!("as the test wants it") } else { at_once().await } })
                .await
        }
    });
    assert!(panics.await.unwrap_err().is_panic());
    assert_eq!(policies.call(pending::<Answer>).await.unwrap_err().policy, Key::Timeout);
    assert_eq!(phase(&policies), Phase::HalfOpen { under_way: 0, succeeded: 0, failed: 0 });
    policies.set(Key::CircuitBreaker, "off").unwrap();
    let _inside = spawn(&policies, pending).await;
    policies.set(Key::CircuitBreaker, "1 in a row, open 5s, within 1h").unwrap();
    assert_eq!(policies.call(at_once).await.unwrap_err().policy, Key::Bulkhead);
    assert_eq!(phase(&policies), Phase::Closed, "a full bulkhead is nobody's failure");
}

#[tokio::test(start_paused = true)]
async fn pitfall_2_half_open_is_no_stampede() {
    let policies = policies(r#"circuit_breaker = "3 in a row, open 5s, probe 2 of 3""#);
    half_open(&policies).await;
    let inside = Arc::new(AtomicU32::new(0));
    let calls: Vec<_> = (0..100)
        .map(|_| {
            let (policies, inside) = (policies.clone(), inside.clone());
            tokio::spawn(async move {
                let work = || async {
                    inside.fetch_add(1, Ordering::SeqCst);
                    sleep(Duration::from_secs(1)).await;
                    Ok::<_, Rejected>(())
                };
                policies.call(work).await
            })
        })
        .collect();
    settle().await;
    assert_eq!(inside.load(Ordering::SeqCst), 3);
    advance(Duration::from_secs(1)).await;
    settle().await;
    assert_eq!(phase(&policies), Phase::Closed);
    assert!(calls.iter().all(JoinHandle::is_finished));
}

#[tokio::test(start_paused = true)]
async fn pitfall_3_a_caller_that_gives_up_does_not_close_it() {
    let policies = policies(THREE);
    half_open(&policies).await;
    give_up(spawn(&policies, pending).await).await;
    assert_eq!(phase(&policies), Phase::HalfOpen { under_way: 0, succeeded: 0, failed: 0 });
}

async fn late() -> Answer {
    sleep(Duration::from_secs(20)).await;
    Ok(())
}

async fn late_failure() -> Answer {
    sleep(Duration::from_secs(20)).await;
    Err(policies(r#"bulkhead = "1""#).call(|| async { refused_by_another().await }).await.unwrap_err())
}

async fn refused_by_another() -> Answer {
    let manual = policies(r#"circuit_breaker = "manual""#);
    manual.circuit_breaker().unwrap().isolate();
    manual.call(at_once).await
}

#[tokio::test(start_paused = true)]
async fn pitfall_4_what_comes_late_from_before_it_opened_has_no_say() {
    let policies = policies(r#"circuit_breaker = "3 in a row, open 19s, probe 2, within 1h""#);
    let successes = [spawn(&policies, late).await, spawn(&policies, late).await];
    let failures: Vec<_> =
        [spawn(&policies, late_failure).await, spawn(&policies, late_failure).await].into();
    fail(&policies, 3).await;
    sleep(Duration::from_millis(19_900)).await;
    assert!(is_open(&policies));
    sleep(Duration::from_millis(1_100)).await;
    let probe = spawn(&policies, pending).await;
    assert!(successes.iter().chain(&failures).all(JoinHandle::is_finished));
    assert_eq!(phase(&policies), Phase::HalfOpen { under_way: 1, succeeded: 0, failed: 0 });
    give_up(probe).await;
}

#[tokio::test(start_paused = true)]
async fn pitfall_15_not_all_of_them_probe_at_the_same_instant() {
    for (text, least, most) in [("open 30s", 27, 33), ("open 5s..1m", 4, 6)] {
        let mut left = Vec::new();
        for _ in 0..100 {
            let policies = policies(&format!(r#"circuit_breaker = "3 in a row, {text}""#));
            fail(&policies, 3).await;
            left.push(refused(&policies).await.retry_after.unwrap());
        }
        left.sort();
        let (first, last) = (left[0], left[99]);
        assert!(
            first >= Duration::from_secs(least) && last <= Duration::from_secs(most),
            "{first:?} {last:?}"
        );
        assert!(last > first + Duration::from_secs(most - least) / 2, "{first:?} {last:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn pitfall_21_half_of_the_calls_failing_opens_it_though_never_many_in_a_row() {
    let policies = policies(r#"circuit_breaker = "5 in a row or 50% of 20 in 10s""#);
    for _ in 0..9 {
        succeed(&policies, 1).await;
        fail(&policies, 1).await;
    }
    assert_eq!(phase(&policies), Phase::Closed);
    succeed(&policies, 1).await;
    fail(&policies, 1).await;
    assert!(is_open(&policies));
}

#[tokio::test(start_paused = true)]
async fn pitfall_22_few_calls_are_enough_for_a_sign_in_a_row() {
    let policies = policies(r#"circuit_breaker = "50% of 20 in 10s or 5 in a row""#);
    for _ in 0..5 {
        assert_eq!(phase(&policies), Phase::Closed);
        fail(&policies, 1).await;
        advance(Duration::from_secs(60)).await;
    }
    assert_eq!(policies.circuit_breaker().unwrap().state().opened, 1);
}

#[tokio::test(start_paused = true)]
async fn pitfall_24_one_bad_probe_among_three_is_forgiven() {
    let policies = policies(r#"circuit_breaker = "3 in a row, open 5s, probe 2 of 3""#);
    half_open(&policies).await;
    fail(&policies, 1).await;
    succeed(&policies, 1).await;
    assert_eq!(phase(&policies), Phase::HalfOpen { under_way: 0, succeeded: 1, failed: 1 });
    succeed(&policies, 1).await;
    assert_eq!(phase(&policies), Phase::Closed);
    half_open(&policies).await;
    fail(&policies, 2).await;
    assert!(is_open(&policies), "two successes can no longer come");
}

#[tokio::test(start_paused = true)]
async fn pitfall_26_circuits_of_one_name_do_not_share_their_state_or_their_settings() {
    let named = |text: &str| Policies::builder().name("payments").circuit_breaker(text).build().unwrap();
    let (one, other) = (named("3 in a row, open 5s"), named("1 in a row, open 1h"));
    fail(&one, 2).await;
    assert_eq!((phase(&one), phase(&other)), (Phase::Closed, Phase::Closed), "the first has its own words");
    fail(&other, 1).await;
    assert!(is_open(&other) && !is_open(&one));
}

#[tokio::test(start_paused = true)]
async fn pitfall_26_no_time_limit_and_no_bulkhead_hide_in_a_circuit() {
    let policies = policies(r#"circuit_breaker = "on""#);
    let begun = now();
    let an_hour = || async {
        sleep(Duration::from_secs(3600)).await;
        Ok::<_, Rejected>(())
    };
    let mut calls = Vec::new();
    for _ in 0..2_000 {
        let policies = policies.clone();
        calls.push(tokio::spawn(async move { policies.call(an_hour).await }));
    }
    for call in calls {
        assert_eq!(call.await.unwrap(), Ok(()));
    }
    assert_eq!(now() - begun, Duration::from_secs(3600));
    assert_eq!(phase(&policies), Phase::Closed);
}
