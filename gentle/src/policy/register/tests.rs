use std::time::Duration;

use gentle_dsl::{Bulkhead, Each, PolicySet, RateLimit, Setting};

use super::*;
use crate::config::Origin;

const SET: &PolicySet = &PolicySet::new().bulkhead(Setting::On(Bulkhead::new(16)));

static PAYMENTS: Policies = Policies::of("payments", crate::here!(), SET);
static ONE: Policies = Policies::of("twin", crate::here!(), SET);
static OTHER: Policies = Policies::of("twin", crate::here!(), SET);

fn register() -> Register {
    [&PAYMENTS, &ONE, &PAYMENTS, &OTHER].into_iter().collect()
}

fn says(error: &Error) -> String {
    error.to_string()
}

#[test]
fn one_that_is_given_twice_is_there_once() {
    assert_eq!(register().list().iter().filter(|listed| listed.name == "payments").count(), 1);
}

#[test]
fn a_misspelt_name_is_told_with_the_nearest_one() {
    let error = register().set("paiments", Key::Bulkhead, "8").unwrap_err();
    assert_eq!(says(&error), "no policies are called `paiments`\n\nhelp: did you mean `payments`?");
    let error = register().numbers("something_else").unwrap_err();
    assert!(says(&error).contains("called by its path"), "{error}");
}

#[test]
fn a_name_that_two_have_means_neither() {
    let error = register().set("twin", Key::Bulkhead, "8").unwrap_err();
    assert_eq!(error.kind(), Kind::Duplicate);
    assert_eq!(says(&error).matches("register/tests.rs:").count(), 2, "{error}");
    assert_eq!(ONE.to_string(), OTHER.to_string());
}

#[test]
fn what_is_wrong_leaves_the_old_one() {
    let register = register();
    for (key, text, why) in [
        (Key::Bulkhead, "0", "[G"),
        (Key::Bulkhead, "many", "[G"),
        (Key::Retry, "5 attempts", "the code does not name this policy"),
    ] {
        let error = register.set("payments", key, text).unwrap_err();
        assert!(says(&error).contains(why), "{error}");
    }
    assert_eq!(PAYMENTS.current_set(), *SET);
    let error = Inspect::set(&register, "payments", "bulkhaed", "8").unwrap_err();
    assert_eq!(says(&error), "unknown policy `bulkhaed`\n\nhelp: did you mean `bulkhead`?");
}

#[test]
fn a_change_shows_the_old_text_and_who_made_it() {
    static CHANGED: Policies = Policies::of("changed", crate::here!(), SET);
    let register: Register = [&CHANGED].into_iter().collect();
    let bulkhead = || register.list()[0].policy(Key::Bulkhead).cloned().unwrap();
    assert_eq!((bulkhead().text.as_str(), bulkhead().written, bulkhead().from), ("16, reject", None, None));

    register.set("changed", Key::Bulkhead, "32").unwrap();
    assert_eq!(bulkhead().text, "32, reject");
    assert_eq!(bulkhead().written.as_deref(), Some("16, reject"));
    assert_eq!(bulkhead().from.as_deref(), Some("a change while it runs"));

    let file = Origin::File { path: "gentle.toml".into(), line: 12, column: 9 };
    CHANGED.set_from(Key::Bulkhead, "8", &file).unwrap();
    assert_eq!(bulkhead().from.as_deref(), Some("gentle.toml:12:9"));
    CHANGED.restore(Key::Bulkhead).unwrap();
    assert_eq!((bulkhead().text.as_str(), bulkhead().written, bulkhead().from), ("16, reject", None, None));
}

#[tokio::test(start_paused = true)]
async fn every_policy_shows_its_state() {
    let text = r#"rate_limit = "5/s, reject", bulkhead = "16", retry = "on", circuit_breaker = "3 in a row""#;
    let policies: &'static Policies = Box::leak(Box::new(Policies::parse(text).unwrap()));
    policies.call(|| async { Ok::<_, crate::Rejected>(()) }).await.unwrap();
    let listed = Listed::of(policies);
    let fact = |key, name| listed.policy(key).unwrap().state.get(name).map(ToString::to_string);
    assert_eq!(fact(Key::RateLimit, "tokens").as_deref(), Some("4"));
    assert_eq!(fact(Key::RateLimit, "waiting").as_deref(), Some("0"));
    assert_eq!(fact(Key::Bulkhead, "limit").as_deref(), Some("16"));
    assert_eq!(fact(Key::Retry, "retries saved up").as_deref(), Some("0.2"));
    assert_eq!(fact(Key::CircuitBreaker, "phase").as_deref(), Some("closed"));
    assert_eq!(fact(Key::CircuitBreaker, "opened").as_deref(), Some("0"));
}

#[test]
fn a_listing_is_plain_data_and_a_page() {
    let json = serde_json::to_value(&register().list()[0]).unwrap();
    assert_eq!(json["name"], "payments");
    assert_eq!(json["text"], r#"bulkhead = "16, reject""#);
    assert_eq!(json["policies"][0]["key"], "bulkhead");
    assert_eq!(json["policies"][0]["state"]["inside"], 0);
    assert_eq!(json["numbers"]["calls"], 0);

    let page: &dyn Inspect = &register();
    let item = &page.items()[0];
    assert_eq!(
        (page.title(), item.name.as_str(), item.parts[0].name.as_str()),
        ("policy", "payments", "bulkhead")
    );
    assert_eq!(item.parts[0].text.as_deref(), Some("16, reject"));
}

#[test]
fn what_is_linked_is_found_without_a_register() {
    assert!(list().is_empty(), "the library itself annotates nothing");
    assert!(set("payments", Key::Bulkhead, "8").is_err() && numbers("payments").is_err());
}

#[tokio::test(start_paused = true)]
async fn a_listing_says_how_many_keys_there_are() {
    const EACH: &PolicySet = &PolicySet::new()
        .rate_limit(Setting::On(RateLimit::new(1, Duration::from_secs(1)).each(Each::new("user"))));
    static KEYED: Policies = Policies::of("keyed", crate::here!(), EACH);
    let register: Register = [&KEYED].into_iter().collect();
    let keys =
        || register.list()[0].policy(Key::RateLimit).and_then(|limit| limit.state.get("keys").cloned());
    assert!(keys().is_none());
    for user in ["ada", "grace"] {
        KEYED.each(user).call(|| async { Ok::<_, crate::Rejected>(()) }).await.unwrap();
    }
    assert_eq!(keys().and_then(|keys| keys.as_count()), Some(2));
}
