//! Failures on purpose, and what the policies around them make of them.
#![allow(clippy::unwrap_used, reason = "an error here fails the test, as it should")]

use std::future::pending;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use gentle::policy::{Key, Policies, Refusal, Rejected};
use gentle::service::{Definition, Service};
use gentle::time::now;
use gentle::{App, gentle, here, policies};

type Answer = Result<(), Rejected>;

async fn at_once() -> Answer {
    Ok(())
}

/// Policies whose chaos is on.
fn shaky(text: &str) -> Policies {
    let policies = Policies::parse(text).unwrap();
    policies.chaos().unwrap().start(7);
    policies
}

fn is_on_purpose(answer: &Answer) -> bool {
    matches!(answer, Err(Rejected { policy: Key::Chaos, kind: Refusal::OnPurpose, .. }))
}

#[tokio::test(start_paused = true)]
async fn nothing_happens_unless_somebody_asks_for_it() {
    let policies = Policies::parse(r#"chaos = "100% panic""#).unwrap();
    assert_eq!(policies.call(at_once).await, Ok(()));
    let chaos = policies.chaos().unwrap();
    assert!(!chaos.is_on());
    chaos.start(1);
    chaos.stop();
    assert_eq!(policies.call(at_once).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_failure_stands_for_the_operations_own_so_a_retry_repeats_it_and_a_circuit_breaker_opens() {
    let policies = shaky(r#"chaos = "100% fail", retry = "now, 3 attempts", circuit_breaker = "5 in a row""#);
    let never = || async { unreachable!("it fails before") };
    assert!(is_on_purpose(&policies.call(never).await));
    assert_eq!(policies.circuit_breaker().unwrap().state().signs[0].bad, 3);
    let refused = policies.call(never).await.unwrap_err();
    assert_eq!((refused.policy, refused.kind), (Key::CircuitBreaker, Refusal::Open));
    let numbers = policies.numbers();
    assert_eq!(numbers.refusals.iter().find(|(key, _)| *key == Key::Chaos), Some(&(Key::Chaos, 5)));
}

#[tokio::test(start_paused = true)]
async fn a_delay_is_part_of_the_time_of_the_attempt_and_holds_its_permit() {
    let policies = shaky(r#"chaos = "100% delay 3s", bulkhead = "1", timeout = "2s each attempt""#);
    let begun = now();
    let (one, other) = tokio::join!(policies.call(at_once), policies.call(at_once));
    assert!(one.unwrap_err().is_timeout());
    assert_eq!(other.unwrap_err().policy, Key::Bulkhead);
    assert_eq!(now() - begun, Duration::from_secs(2));

    policies.set(Key::Timeout, "off").unwrap();
    let begun = now();
    assert_eq!(policies.call(at_once).await, Ok(()));
    assert_eq!(now() - begun, Duration::from_secs(3), "and then the operation runs");
}

#[tokio::test(start_paused = true)]
async fn a_call_given_up_while_it_is_delayed_leaves_nothing_behind() {
    let policies = shaky(r#"chaos = "100% delay 3s", bulkhead = "1", circuit_breaker = "2 in a row""#);
    let asked = AtomicU32::new(0);
    let ask = || async {
        asked.fetch_add(1, Ordering::SeqCst);
        Ok::<(), Rejected>(())
    };
    for _ in 0..3 {
        assert!(tokio::time::timeout(Duration::from_secs(1), policies.call(ask)).await.is_err());
    }
    assert_eq!(asked.load(Ordering::SeqCst), 0);
    assert_eq!(policies.call(ask).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_panic_goes_through_and_leaves_nothing_behind() {
    let policies = std::sync::Arc::new(shaky(r#"chaos = "100% panic", bulkhead = "1""#));
    let call = {
        let policies = policies.clone();
        tokio::spawn(async move { policies.call(pending::<Answer>).await })
    };
    assert!(call.await.unwrap_err().is_panic());
    policies.chaos().unwrap().stop();
    assert_eq!(policies.call(at_once).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn the_same_number_makes_the_same_calls_fail() {
    let failed = async |seed: u64| {
        let policies = Policies::parse(r#"chaos = "30% fail, 10% delay 1ms..5ms""#).unwrap();
        policies.chaos().unwrap().start(seed);
        let mut failed = Vec::new();
        for _ in 0..200 {
            failed.push(policies.call(at_once).await.is_err());
        }
        failed
    };
    assert_eq!(failed(42).await, failed(42).await);
    assert_ne!(failed(42).await, failed(43).await);
    let share = failed(42).await.into_iter().filter(|failed| *failed).count();
    assert!((40..80).contains(&share), "{share}");
}

static SHAKY: Policies = policies!(name = "shaky", chaos = "100% fail");

#[gentle(policy = SHAKY)]
async fn shaken() -> Answer {
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn the_report_says_whose_calls_fail_on_purpose() {
    struct Part;
    impl Service for Part {}
    let part = Definition::value("part", here!(), Part);
    let app = App::builder().define(part).policies(&SHAKY).build().unwrap();
    assert!(!app.report().to_string().contains("chaos is on"));
    SHAKY.chaos().unwrap().start(1);
    let report = app.report().to_string();
    assert!(report.contains("shaky  chaos = \"100% fail\"") && report.contains("chaos is on"), "{report}");
    assert!(is_on_purpose(&shaken().await));
}

#[tokio::test(start_paused = true)]
async fn it_is_changed_and_switched_off_while_it_works() {
    let policies = shaky(r#"chaos = "100% fail""#);
    assert!(is_on_purpose(&policies.call(at_once).await));
    policies.set(Key::Chaos, "off").unwrap();
    assert_eq!(policies.call(at_once).await, Ok(()));
    policies.set(Key::Chaos, "100% delay 1s").unwrap();
    assert_eq!(policies.to_string(), r#"chaos = "100% delay 1s""#);
    let begun = now();
    assert_eq!(policies.call(at_once).await, Ok(()));
    assert_eq!(now() - begun, Duration::from_secs(1));
    assert!(policies.set(Key::Chaos, "fail").is_err());
}

/// Runs this one test of this file again in a process of its own, with the variable set or not.
fn in_a_process_of_its_own(test: &str, variable: Option<&str>) -> std::process::Output {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", test, "--nocapture"]).env_remove("GENTLE_CHAOS");
    if let Some(value) = variable {
        child.env("GENTLE_CHAOS", value);
    }
    child.output().unwrap()
}

// It is run with the variable set by the test below; by itself it says what is drawn without.
#[tokio::test(start_paused = true)]
async fn what_a_program_sees_of_it() {
    let policies = Policies::parse(r#"chaos = "30% fail""#).unwrap();
    let mut failed = String::new();
    for _ in 0..64 {
        failed.push(if policies.call(at_once).await.is_err() { 'x' } else { '.' });
    }
    println!("drawn {failed}, on: {}", policies.chaos().unwrap().is_on());
}

#[test]
fn the_variable_switches_it_on_and_its_number_makes_it_the_same_again() {
    let seen = |variable| {
        let output = in_a_process_of_its_own("what_a_program_sees_of_it", variable);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.lines().find_map(|line| line.split_once("drawn ").map(|(_, seen)| seen.to_owned())).unwrap()
    };
    let nothing = format!("{}, on: false", ".".repeat(64));
    for no in [None, Some(""), Some("0"), Some("off")] {
        assert_eq!(seen(no), nothing, "{no:?}");
    }
    let with_number = seen(Some("42"));
    assert!(with_number.contains('x') && with_number.ends_with("on: true"), "{with_number}");
    assert_eq!(seen(Some("42")), with_number);
    assert!(seen(Some("on")).ends_with("on: true"));
}
