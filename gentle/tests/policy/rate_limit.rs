use std::sync::Mutex;

use gentle::policy::{Key, Refusal};
use gentle::time::sleep;

use super::*;

const INTERVAL: Duration = Duration::from_millis(100);

/// Policies whose one token is taken and whose first waiter stands in line.
async fn with_a_waiter(text: &str) -> (Arc<Policies>, JoinHandle<Answer>) {
    let policies = policies(text);
    assert_eq!(policies.call(at_once).await, Ok(()));
    let waiter = spawn(&policies, at_once).await;
    assert!(!waiter.is_finished());
    (policies, waiter)
}

#[tokio::test(start_paused = true)]
async fn a_waiter_goes_on_when_the_limit_is_switched_off() {
    let (policies, waiter) = with_a_waiter(r#"rate_limit = "1/h""#).await;
    policies.set(Key::RateLimit, "off").unwrap();
    let (answer, took) = timed(waiter).await;
    assert_eq!((answer.unwrap(), took), (Ok(()), Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn a_waiter_is_served_at_the_new_rate() {
    let (policies, waiter) = with_a_waiter(r#"rate_limit = "1/h""#).await;
    policies.set(Key::RateLimit, "1/100ms").unwrap();
    let (answer, took) = timed(waiter).await;
    assert_eq!((answer.unwrap(), took), (Ok(()), INTERVAL));
}

#[tokio::test(start_paused = true)]
async fn who_comes_while_others_still_wait_under_a_lifted_limit_is_not_refused() {
    let (policies, waiter) = with_a_waiter(r#"rate_limit = "1/h""#).await;
    policies.set(Key::RateLimit, "off").unwrap();
    let (answer, took) = timed(policies.call(at_once)).await;
    assert_eq!((answer, took), (Ok(()), Duration::ZERO));
    assert_eq!(waiter.await.unwrap(), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_is_off_and_on_again_remembers_what_it_gave_out() {
    let policies = policies(r#"rate_limit = "1/h""#);
    assert_eq!(policies.call(at_once).await, Ok(()));
    for text in ["off", "1/h, reject"] {
        policies.set(Key::RateLimit, text).unwrap();
    }
    assert!(policies.call(at_once).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_limit_of_another_kind_remembers_what_the_one_before_gave_out() {
    let kinds = ["2/h, reject", "2/h and 9/d, reject", "2/h, strict, reject", "2/h and 9/d, strict, reject"];
    for (before, after) in kinds.into_iter().flat_map(|one| kinds.map(|other| (one, other))) {
        for between in [None, Some("off")] {
            let policies = policies(&format!("rate_limit = \"{before}\""));
            for _ in 0..2 {
                assert_eq!(policies.call(at_once).await, Ok(()));
            }
            for text in between.into_iter().chain([after]) {
                policies.set(Key::RateLimit, text).unwrap();
            }
            let refused = policies.call(at_once).await.unwrap_err();
            assert_eq!(refused.policy, Key::RateLimit, "from {before} to {after}");
            tokio::time::advance(Duration::from_secs(3600)).await;
            assert_eq!(policies.call(at_once).await, Ok(()), "from {before} to {after}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_waiter_whose_token_moved_beyond_its_patience_is_refused_at_once() {
    let (policies, waiter) = with_a_waiter(r#"rate_limit = "1/100ms, wait 1s""#).await;
    policies.set(Key::RateLimit, "1/h, wait 1s").unwrap();
    let (answer, took) = timed(waiter).await;
    let rejected = answer.unwrap().unwrap_err();
    assert_eq!((rejected.policy, rejected.kind), (Key::RateLimit, Refusal::TooLong));
    assert_eq!(took, Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_waiter_whose_token_moved_beyond_its_deadline_ends_at_the_deadline() {
    let (policies, waiter) = with_a_waiter(r#"rate_limit = "1/100ms", timeout = "1s""#).await;
    policies.set(Key::RateLimit, "1/h").unwrap();
    let (answer, took) = timed(waiter).await;
    assert!(answer.unwrap().unwrap_err().is_timeout());
    assert_eq!(took, Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_ends_just_at_the_deadline_is_refused_at_once() {
    let policies = policies(r#"rate_limit = "1/100ms", timeout = "100ms""#);
    assert_eq!(policies.call(at_once).await, Ok(()));
    let (answer, took) = timed(policies.call(at_once)).await;
    assert_eq!((answer.unwrap_err().kind, took), (Refusal::TooLong, Duration::ZERO));
}

async fn too_late() -> Answer {
    unreachable!("a timer is a millisecond coarse")
}

#[tokio::test(start_paused = true)]
async fn a_token_that_comes_after_the_deadline_is_not_used() {
    let policies = policies(r#"rate_limit = "1/99500us", timeout = "99600us""#);
    assert_eq!(policies.call(at_once).await, Ok(()));
    let late = policies.call(too_late);
    assert!(late.await.unwrap_err().is_timeout());
    let (answer, took) = timed(policies.call(at_once)).await;
    assert_eq!((answer, took), (Ok(()), Duration::ZERO), "it is still there");
}

#[tokio::test(start_paused = true)]
async fn a_bulkhead_that_refuses_gives_the_token_back() {
    let policies = policies(r#"rate_limit = "2/h, reject", bulkhead = "1""#);
    let inside = spawn(&policies, pending).await;
    assert_eq!(policies.call(at_once).await.unwrap_err().policy, Key::Bulkhead);
    give_up(inside).await;
    assert_eq!(policies.call(at_once).await, Ok(()));
    assert_eq!(policies.call(at_once).await.unwrap_err().policy, Key::RateLimit);
}

#[tokio::test(start_paused = true)]
async fn who_gives_up_before_the_bulkhead_gives_its_token_to_the_next_in_line() {
    let policies = policies(r#"rate_limit = "2/h", bulkhead = "1 queue 2""#);
    let inside = spawn(&policies, pending).await;
    let before_the_door = spawn(&policies, at_once).await;
    let without_token = spawn(&policies, at_once).await;
    give_up(before_the_door).await;
    give_up(inside).await;
    let (answer, took) = timed(without_token).await;
    assert_eq!((answer.unwrap(), took), (Ok(()), Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn whoever_gives_up_the_others_are_served_in_order_and_on_time() {
    for seed in 0..20 {
        let mut chance = fastrand::Rng::with_seed(seed);
        let policies = policies(r#"rate_limit = "1/100ms""#);
        assert_eq!(policies.call(at_once).await, Ok(()));
        let begun = now();
        let served = Arc::new(Mutex::new(Vec::new()));
        let mut waiters = Vec::new();
        for number in 0..30 {
            let (policies, served) = (policies.clone(), served.clone());
            waiters.push(tokio::spawn(async move {
                let note = || async {
                    served.lock().unwrap().push((number, now()));
                    Ok::<_, Rejected>(())
                };
                policies.call(note).await
            }));
            settle().await;
        }
        for waiter in &waiters {
            if chance.bool() {
                waiter.abort();
            }
            sleep(INTERVAL / 7).await;
        }
        for waiter in waiters {
            let _ = waiter.await;
        }
        let served = served.lock().unwrap();
        assert!(served.is_sorted_by_key(|(number, _)| *number), "seed {seed}: {served:?}");
        for (place, (_, at)) in served.iter().enumerate() {
            let due = INTERVAL * (u32::try_from(place).unwrap() + 1);
            assert_eq!(*at - begun, due, "seed {seed}: {served:?}");
        }
    }
}

#[gentle::gentle(rate_limit = "3/s and 4/m, strict, reject")]
async fn twice_bounded() -> Result<(), Rejected> {
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn several_exact_windows_hold_in_an_attribute_and_by_hand() {
    let by_hand = policies(r#"rate_limit = "3/s and 4/m, strict, reject""#);
    let begun = now();
    for (second, admitted) in [(0, 3), (1, 1), (2, 0), (60, 3)] {
        gentle::time::sleep_until(begun + Duration::from_secs(second)).await;
        let mut passed = (0, 0);
        for _ in 0..5 {
            passed.0 += u32::from(twice_bounded().await.is_ok());
            passed.1 += u32::from(by_hand.call(|| async { Ok::<_, Rejected>(()) }).await.is_ok());
        }
        assert_eq!(passed, (admitted, admitted), "at second {second}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_several_windows_waits_for_the_slowest() {
    let policies = policies(r#"rate_limit = "1/s and 2/m""#);
    let begun = now();
    for _ in 0..3 {
        policies.call(|| async { Ok::<_, Rejected>(()) }).await.unwrap();
    }
    assert_eq!(now() - begun, Duration::from_secs(30), "the third is the minute's next");
}

#[tokio::test(start_paused = true)]
async fn pitfall_26_a_cancelled_waiter_takes_no_token_and_leaves_no_task() {
    let policies = policies(r#"rate_limit = "1/100ms""#);
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let (begun, before) = (now(), tasks());
    assert_eq!(policies.call(at_once).await, Ok(()));
    for _ in 0..5 {
        let waiter = spawn(&policies, at_once).await;
        assert_eq!(tasks(), before + 1, "there is the caller's own task and no other");
        give_up(waiter).await;
    }
    assert_eq!(tasks(), before);
    assert_eq!(policies.call(at_once).await, Ok(()));
    assert_eq!(now() - begun, INTERVAL, "the next token is not one of theirs");
}
