//! Policies as methods of a handler.

use std::sync::Mutex;

use gentle::policy::handler::Handler;
use gentle::policy::{Bulkhead, Key, RateLimit, Refusal, SharedPolicies};

use super::compose::{Oh, Trace, given, slow};
use super::*;

#[tokio::test(start_paused = true)]
async fn policies_wrap_what_they_are_called_on() {
    let trace = Trace::default();
    let retry = "const(1ms), 3 attempts";
    let outside = trace.fail("no").rate_limit("1/100ms").unwrap().retry(retry).unwrap();
    assert_eq!(
        timed(outside.handle(5)).await,
        (Err(Oh::Dear("no")), millis(200)),
        "a token for every attempt"
    );
    let inside = trace.fail("no").retry(retry).unwrap().rate_limit("1/100ms").unwrap();
    assert_eq!(timed(inside.handle(5)).await, (Err(Oh::Dear("no")), millis(2)), "one for all of them");
    assert_eq!(trace.taken().len(), 6);
}

#[tokio::test(start_paused = true)]
async fn whole_policies_keep_their_one_order_and_tell_a_refusal_from_a_failure() {
    let trace = Trace::default();
    let text = r#"rate_limit = "1/h, reject", retry = "exp(1ms..10ms), 3 attempts""#;
    let handler = trace.fail("no").gently(Policies::parse(text).unwrap());
    let Err(Oh::Rejected(rejected)) = handler.handle(5).await else { panic!("refused") };
    assert_eq!(rejected.policy, Key::RateLimit);
    assert_eq!(trace.taken().len(), 1, "the second attempt had no token, and the third was not made");
}

#[tokio::test(start_paused = true)]
async fn a_clone_an_arc_and_shared_policies_have_one_state() {
    let only = given.rate_limit("1/h, reject").unwrap();
    let arc = Arc::new(only.clone());
    assert_eq!(only.handle(1).await, Ok(1));
    assert!(only.clone().handle(1).await.is_err());
    assert!(arc.clone().map(|output| output + 1).handle(1).await.is_err());

    let shared = SharedPolicies::from(Policies::parse(r#"rate_limit = "1/h, reject""#).unwrap());
    let (one, other) = (given.gently(shared.clone()), given.gently(shared));
    assert_eq!(one.handle(1).await, Ok(1));
    assert!(other.handle(1).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_call_of_a_chain_that_is_given_up_leaves_its_permit() {
    let chain = given.then(slow(millis(10))).bulkhead("1").unwrap().map(|output| output + 1);
    let given_up = tokio::time::timeout(millis(5), chain.handle(1));
    assert!(given_up.await.is_err());
    assert_eq!(chain.handle(1).await, Ok(2));
    let both = tokio::join!(chain.handle(1), chain.handle(2));
    let Err(Oh::Rejected(rejected)) = both.1 else { panic!("refused") };
    assert_eq!((both.0, rejected.kind), (Ok(2), Refusal::Full));
}

/// What can be used once only.
struct Once(u32);

#[tokio::test(start_paused = true)]
async fn an_input_needs_to_be_clone_only_for_another_try_and_an_error_takes_a_refusal_only_from_who_refuses()
{
    let used_up = |once: Once| async move { Ok::<_, Oh>(once.0) };
    let guarded =
        used_up.rate_limit(RateLimit::new(1, millis(1))).unwrap().bulkhead(Bulkhead::new(1)).unwrap();
    let guarded = guarded.timeout("1s").unwrap().then(given).map(|output| output + 1);
    assert_eq!(guarded.handle(Once(1)).await, Ok(2));

    let tries = Arc::new(Mutex::new(0));
    let plain = |_: u32| {
        let mut tries = tries.lock().unwrap();
        *tries += 1;
        let answer = if *tries < 3 { Err("not yet") } else { Ok(*tries) };
        async move { answer }
    };
    assert_eq!(plain.retry("now, 3 attempts").unwrap().map_err(str::len).handle(0).await, Ok(3));
}

#[tokio::test]
async fn a_mistake_in_a_policy_comes_from_its_method() {
    let mistakes = given.rate_limit("5/500ms brust 10").unwrap_err();
    assert!(mistakes.to_string().contains("did you mean `burst`?"), "{mistakes}");
    assert!(given.retry("nevver").is_err());
    assert!(given.bulkhead(Bulkhead::new(0)).is_err());
    assert!(given.timeout("10").is_err());
}

#[tokio::test(start_paused = true)]
async fn a_chain_runs_on_a_task_of_its_own() {
    let chain = given.then(slow(millis(1))).rate_limit("1/1ms").unwrap().retry("now").unwrap();
    let chain = Arc::new(chain.or(given).or_else(|input, _| given(input)).timeout("1s").unwrap());
    let tasks = (0..3).map(|input| {
        let chain = chain.clone();
        tokio::spawn(async move { chain.handle(input).await })
    });
    for (input, task) in (0..).zip(tasks.collect::<Vec<_>>()) {
        assert_eq!(task.await.unwrap(), Ok(input));
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_does_not_even_begin() {
    let trace = Trace::default();
    let first = trace.add(1);
    for limited in [first.clone().rate_limit("1/h reject").unwrap(), first.clone().timeout("1h").unwrap()] {
        let limited = limited.bulkhead("1").unwrap();
        let (one, two) = tokio::join!(limited.handle(1), limited.handle(2));
        assert!(one.is_ok() && two.is_err());
        assert_eq!(trace.taken(), ["1+1"]);
    }
    let policies = Policies::parse(r#"rate_limit = "1/h reject""#).unwrap();
    let limited = first.clone().gently(policies);
    assert!(limited.handle(1).await.is_ok() && limited.handle(2).await.is_err());
    assert_eq!(trace.taken(), ["1+1"]);
    let limited = first.rate_limit("1/h reject").unwrap();
    assert!(limited.handle(1).await.is_ok() && limited.handle(2).await.is_err());
    assert_eq!(trace.taken(), ["1+1"]);
}

#[tokio::test(start_paused = true)]
async fn policies_for_each_key_are_handed_over_with_the_key_of_an_input() {
    let once = Policies::parse(r#"rate_limit = "1/h reject each parity", bulkhead = "9""#).unwrap();
    let handler = given.gently_each(once, |input: &u32| input % 2);
    assert!(handler.handle(2).await.is_ok() && handler.clone().handle(3).await.is_ok());
    for input in [4, 5] {
        let Err(Oh::Rejected(rejected)) = handler.handle(input).await else { panic!("refused") };
        assert_eq!((rejected.policy, rejected.kind), (Key::RateLimit, Refusal::Full));
    }
    assert!(format!("{handler:?}").contains("each parity"));
}

#[test]
fn a_method_with_a_text_alone_cannot_know_the_key_of_an_input() {
    let mistakes = given.rate_limit("1/h each input").unwrap_err().to_string();
    assert_eq!(
        mistakes,
        "rate_limit: nothing says what the key of an input is [G074]\n\n\
         help: leave `each` out, or hand policies over together with their key: `gently_each(policies, |input| ...)`"
    );
    let mistakes = given.bulkhead("1 each input").unwrap_err().to_string();
    assert!(mistakes.starts_with("bulkhead: nothing says"), "{mistakes}");
}
