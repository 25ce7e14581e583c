//! What a call costs: how many tokens of the rate limit it takes.

use gentle::gentle;
use gentle::policy::{Key, Refusal};
use gentle::time::Instant;
use tokio::time::advance;

use super::*;

/// A call on a task of its own that takes so many tokens. When it has begun.
async fn spawn_cost(policies: &Arc<Policies>, tokens: u32) -> JoinHandle<Result<Instant, Rejected>> {
    let policies = policies.clone();
    let begin = || async { Ok(now()) };
    let task = tokio::spawn(async move { policies.cost(tokens).call(begin).await });
    settle().await;
    task
}

#[tokio::test(start_paused = true)]
async fn a_call_takes_as_many_tokens_as_it_costs() {
    let limit = policies(r#"rate_limit = "10/s reject""#);
    assert_eq!(limit.cost(7).call(at_once).await, Ok(()));
    let refused = limit.cost(4).call(at_once).await.unwrap_err();
    assert_eq!((refused.policy, refused.kind), (Key::RateLimit, Refusal::Full));
    assert_eq!(refused.retry_after, Some(Duration::from_millis(100)));
    assert_eq!(limit.cost(3).call(at_once).await, Ok(()));
    assert_eq!(limit.cost(0).call(at_once).await, Ok(()), "what costs nothing passes");
    assert!(limit.call(at_once).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn what_costs_more_than_the_burst_can_never_pass_and_says_so() {
    for text in [
        r#"rate_limit = "10/s burst 5", retry = "forever, const(1s)""#,
        r#"rate_limit = "5/s strict", retry = "forever, const(1s)""#,
        r#"rate_limit = "9/s and 5/m", retry = "forever, const(1s)""#,
        r#"rate_limit = "5/s reject each k", retry = "forever, const(1s)""#,
    ] {
        let limit = policies(text);
        let begun = now();
        for caller in [limit.cost(6), limit.each("k").cost(u32::MAX)] {
            let refused = caller.call(at_once).await.unwrap_err();
            assert_eq!((refused.policy, refused.kind), (Key::RateLimit, Refusal::TooLarge), "{text}");
            assert_eq!(refused.retry_after, None);
            assert_eq!(refused.to_string(), "rate_limit: the call takes more than there ever is at once");
        }
        assert_eq!(now(), begun, "at once, and it is not repeated");
        assert_eq!(limit.cost(5).call(at_once).await, Ok(()), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_many_tokens_is_not_overtaken_by_who_wants_few() {
    let limit = policies(r#"rate_limit = "10/s""#);
    assert_eq!(limit.cost(10).call(at_once).await, Ok(()));
    let begun = now();
    let mut calls = Vec::new();
    for tokens in [5, 1, 3] {
        calls.push(spawn_cost(&limit, tokens).await);
    }
    let mut after = Vec::new();
    for call in calls {
        after.push((call.await.unwrap().unwrap() - begun).as_millis());
    }
    assert_eq!(after, [500, 600, 900]);
}

#[tokio::test(start_paused = true)]
async fn a_wait_counts_the_tokens_of_those_ahead() {
    let limit = policies(r#"rate_limit = "10/s wait 1s queue 9""#);
    assert_eq!(limit.cost(10).call(at_once).await, Ok(()));
    let first = spawn_cost(&limit, 8).await;
    let refused = limit.cost(3).call(at_once).await.unwrap_err();
    assert_eq!((refused.kind, refused.retry_after), (Refusal::TooLong, Some(Duration::from_millis(1_100))));
    let second = spawn_cost(&limit, 2).await;
    give_up_begun(first).await;
    let begun = now();
    second.await.unwrap().unwrap();
    assert_eq!((now() - begun).as_millis(), 200, "who leaves takes his tokens out of the line");
}

async fn give_up_begun(task: JoinHandle<Result<Instant, Rejected>>) {
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    settle().await;
}

#[tokio::test(start_paused = true)]
async fn tokens_go_back_when_the_bulkhead_refuses_the_call() {
    let limit = policies(r#"rate_limit = "10/h reject", bulkhead = "1""#);
    let inside = spawn(&limit, pending).await;
    for _ in 0..5 {
        assert_eq!(limit.cost(9).call(at_once).await.unwrap_err().policy, Key::Bulkhead);
    }
    give_up(inside).await;
    assert_eq!(limit.cost(9).call(at_once).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_more_than_a_smaller_limit_has_is_refused() {
    let limit = policies(r#"rate_limit = "10/h""#);
    assert_eq!(limit.cost(10).call(at_once).await, Ok(()));
    let waits = spawn_cost(&limit, 8).await;
    limit.set(Key::RateLimit, "4/h").unwrap();
    settle().await;
    assert_eq!(waits.await.unwrap().unwrap_err().kind, Refusal::TooLarge);
    advance(Duration::from_secs(3_600)).await;
    assert_eq!(limit.cost(4).call(at_once).await, Ok(()));
}

#[gentle(rate_limit = "10/h reject", cost = letters.len())]
async fn send(letters: Vec<&str>) -> Result<usize, Rejected> {
    Ok(letters.len())
}

#[gentle(rate_limit = "10/h reject each user", cost = 4, retry = "now, 2 attempts, within 1s")]
async fn upload(user: &str) -> Answer {
    let _ = user;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn the_attribute_works_out_the_cost_before_the_arguments_are_gone() {
    assert_eq!(send(vec!["a"; 6]).await, Ok(6));
    assert_eq!(send(vec!["a"; 6]).await.unwrap_err().kind, Refusal::Full);
    assert_eq!(send(vec!["a"; 11]).await.unwrap_err().kind, Refusal::TooLarge);
    assert_eq!(send(Vec::new()).await, Ok(0));
    assert!(upload("ada").await.is_ok() && upload("ada").await.is_ok());
    assert!(upload("ada").await.is_err());
    assert!(upload("grace").await.is_ok());
}
