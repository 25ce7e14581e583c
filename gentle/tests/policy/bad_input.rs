//! What nobody should write and somebody will: a clear error, the old policy stays, no panic, no spin.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use gentle::policy::circuit_breaker::CircuitBreaker;
use gentle::policy::{
    Backoff, Budget, Builder, Bulkhead, Delays, Factor, Jitter, Key, Percent, Rate, RateLimit, Retry,
    Timeout, Trip,
};

use super::*;

const SECOND: Duration = Duration::from_secs(1);
const GOOD: [(Key, &str); 5] = [
    (Key::RateLimit, "5/s, burst 5, wait"),
    (Key::Bulkhead, "16, reject"),
    (Key::Retry, "const(500ms), 3 attempts"),
    (Key::CircuitBreaker, "3 in a row, open 5s, probe 1"),
    (Key::Timeout, "10s"),
];

fn good(key: Key) -> &'static str {
    GOOD.iter().find(|(other, _)| *other == key).unwrap().1
}

/// Nowhere: not in an attribute, not by hand and not live, where the old one stays.
fn refused(key: Key, texts: &[&str]) {
    for text in texts {
        let mistakes = Policies::parse(&format!("{key} = \"{text}\"")).expect_err(text).to_string();
        let policies = policies(&format!("{key} = \"{}\"", good(key)));
        let before = policies.to_string();
        let error = policies.set(key, text).expect_err(text).to_string();
        for said in [&mistakes, &error] {
            assert!(said.starts_with(&format!("{key}: ")) && said.contains("[G"), "{text}: {said}");
            assert!(said.contains("help: "), "{text}: {said}");
        }
        assert_eq!(policies.to_string(), before, "{text}");
    }
}

fn refused_as_value(what: &str, builder: Builder) {
    let mistakes = builder.build().expect_err(what).to_string();
    assert!(mistakes.contains("[G"), "{what}: {mistakes}");
}

#[test]
fn pitfall_25_zero_is_refused_in_a_text() {
    refused(
        Key::RateLimit,
        &["0/s", "5/0s", "0/0s", "5/s burst 0", "5/s queue 0", "5/s wait 0s", "5/s and 0/h"],
    );
    refused(Key::Bulkhead, &["0", "1 queue 0", "1 wait 0s"]);
    refused(
        Key::Retry,
        &[
            "0 attempts",
            "const(0s)",
            "exp(0s..1s)",
            "now, within 0s",
            "exp(1s..2s, x0)",
            "now, budget 0%",
            "now, budget 10% floor 0/s",
            "now, jitter 0%",
        ],
    );
    refused(
        Key::CircuitBreaker,
        &[
            "0% of 20",
            "50% of 0",
            "50% of 20 in 0s",
            "50% over 0s of 20",
            "0 of 20",
            "0 in a row",
            "0 in 10s",
            "3 in a row, open 0s",
            "3 in a row, probe 0",
            "3 in a row, within 0s",
        ],
    );
    refused(Key::Timeout, &["0s", "0ms each attempt", "10s, 0s each attempt"]);
}

#[test]
fn pitfall_25_zero_is_refused_as_a_value() {
    let limit = |limit: RateLimit| Policies::builder().rate_limit(limit);
    refused_as_value("no calls", limit(RateLimit::new(0, SECOND)));
    refused_as_value("no time", limit(RateLimit::new(5, Duration::ZERO)));
    refused_as_value("nothing in no time", limit(RateLimit::new(0, Duration::ZERO)));
    refused_as_value("no burst", limit(RateLimit::new(5, SECOND).burst(0)));
    refused_as_value("no queue", limit(RateLimit::new(5, SECOND).queue(0)));
    refused_as_value("no wait", limit(RateLimit::new(5, SECOND).wait(Duration::ZERO)));
    refused_as_value("a second window", limit(RateLimit::new(5, SECOND).and(0, SECOND * 60)));
    let bulkhead = |bulkhead: Bulkhead| Policies::builder().bulkhead(bulkhead);
    refused_as_value("nobody", bulkhead(Bulkhead::new(0)));
    refused_as_value("no place", bulkhead(Bulkhead::new(1).queue(0)));
    let retry = |retry: Retry| Policies::builder().retry(retry);
    refused_as_value("no attempt", retry(Retry::new(Backoff::Now).attempts(0)));
    refused_as_value("no delay", retry(Retry::new(Backoff::Const(Duration::ZERO))));
    refused_as_value("no delays", retry(Retry::new(Backoff::List(Delays::new(&[])))));
    let (from, to) = (Duration::ZERO, SECOND);
    refused_as_value("grows from nothing", retry(Retry::new(Backoff::Linear { from, to })));
    let (from, factor) = (SECOND, Factor::thousandths(0));
    refused_as_value("times nothing", retry(Retry::new(Backoff::Exp { from, to, factor })));
    let floor = Rate { count: 0, per: Duration::ZERO };
    let budget = Budget { share: Percent::hundredths(0), floor };
    refused_as_value("no budget", retry(Retry::new(Backoff::Now).budget(budget)));
    let breaker = |breaker: CircuitBreaker| Policies::builder().circuit_breaker(breaker);
    refused_as_value("none in a row", breaker(CircuitBreaker::new(Trip::InARow(0))));
    let none =
        Trip::Rate { share: Percent::hundredths(0), over: None, sample: 0, window: Some(Duration::ZERO) };
    refused_as_value("none of none", breaker(CircuitBreaker::new(none)));
    let row = CircuitBreaker::new(Trip::InARow(3));
    refused_as_value("open for no time", breaker(row.open(Duration::ZERO, Duration::ZERO)));
    refused_as_value("no probe", breaker(row.probe(0, 0)));
    let timeout = |timeout: Timeout| Policies::builder().timeout(timeout);
    refused_as_value("no time at all", timeout(Timeout::total(Duration::ZERO)));
    refused_as_value("no time for an attempt", timeout(Timeout::each_attempt(Duration::ZERO)));
}

#[test]
fn pitfall_25_what_is_negative_is_refused() {
    refused(Key::RateLimit, &["-5/s", "5/-1s", "5/s burst -1", "5/s wait -1s"]);
    refused(Key::Bulkhead, &["-1", "1 queue -1"]);
    refused(Key::Retry, &["-3 attempts", "const(-1s)", "now, within -5m"]);
    refused(Key::CircuitBreaker, &["-50% of 20", "-3 in a row", "3 in a row, open -5s"]);
    refused(Key::Timeout, &["-1s", "-2s each attempt"]);
}

// As a value there is none: amounts are whole numbers and durations.
#[test]
fn pitfall_25_what_is_no_number_is_refused() {
    refused(Key::RateLimit, &["NaN/s", "5/NaN", "inf/s", "1e9/s", "0x10/s", "٣/s", "∞/s"]);
    refused(Key::Bulkhead, &["NaN", "inf", "1e3", "1.5"]);
    refused(Key::Retry, &["exp(1s..5s, xNaN)", "exp(1s..5s, x1e9)", "now, jitter NaN%", "now, budget inf%"]);
    refused(Key::CircuitBreaker, &["NaN% of 20", "inf% of 20", "50% of NaN", "1e2% of 20"]);
    refused(Key::Timeout, &["NaNs", "infs", "1e3s", "1.5.5s"]);
}

#[test]
fn pitfall_25_a_rate_of_a_million_million_a_second_is_refused() {
    let much =
        ["1000000000000/s", "1_000_000_000_000/s", "1000000000000/1s, reject", "4294967295/1ns", "2/ns"];
    refused(Key::RateLimit, &much);
    refused_as_value(
        "two a nanosecond",
        Policies::builder().rate_limit(RateLimit::new(2, Duration::from_nanos(1))),
    );
    let most = RateLimit::new(u32::MAX, SECOND);
    refused_as_value("four a nanosecond", Policies::builder().rate_limit(most));
}

#[test]
fn pitfall_25_an_overflow_is_refused() {
    refused(
        Key::RateLimit,
        &[
            "99999999999999999999/s",
            "5/99999999999999999999d",
            "5/s burst 4294967296",
            "5/s wait 999999999999999d",
        ],
    );
    refused(Key::Bulkhead, &["4294967296", "1 queue 99999999999999999999", "1 wait 99999999999999999999d"]);
    refused(Key::Retry, &["4294967296 attempts", "4294967295 retries", "exp(1s..99999999999999999999d)"]);
    refused(
        Key::CircuitBreaker,
        &["99999999999% of 20", "101% of 20", "3 of 99999999999", "3 in a row, open 999999999999999d"],
    );
    refused(Key::Timeout, &["99999999999999999999s", "1s99999999999999999999d"]);
}

#[test]
fn pitfall_25_a_time_for_retries_shorter_than_the_first_delay_is_refused() {
    refused(
        Key::Retry,
        &[
            "exp(2s..30s), within 1s",
            "const(2s), within 1s",
            "list(2s, 1ms), within 1s",
            "linear(2s..30s), within 1s",
        ],
    );
    let retry = Retry::new(Backoff::Const(SECOND * 2)).within(SECOND);
    refused_as_value("the first delay is too long", Policies::builder().retry(retry));
}

async fn failing() -> Result<(), Rejected> {
    let full = Policies::builder().bulkhead(Bulkhead::new(1)).build().unwrap();
    full.call(|| full.call(at_once)).await
}

/// Calls of all kinds, none of which may panic or have nothing to say for ever.
fn used(policies: &Policies) {
    let cx = &mut Context::from_waker(Waker::noop());
    let mut calls: Vec<_> = (0..4).map(|_| Box::pin(policies.call(pending::<Answer>))).collect();
    for call in &mut calls {
        let _ = call.as_mut().poll(cx);
    }
    for _ in 0..4 {
        let _ = pin!(policies.call(at_once)).poll(cx);
        let _ = pin!(policies.call(failing)).poll(cx);
    }
    if let Some(circuit) = policies.circuit_breaker() {
        let _ = circuit.state().to_string();
    }
    for key in GOOD.map(|(key, _)| key) {
        let _ = policies.set(key, good(key));
    }
    drop(calls);
    assert!(!policies.to_string().is_empty());
}

/// All that there is between nothing and the end of numbers.
const AMOUNTS: [u32; 5] = [1, 2, 1_000_000_000, u32::MAX - 1, u32::MAX];
const TIMES: [Duration; 6] = [
    Duration::from_nanos(1),
    Duration::from_millis(3),
    Duration::from_secs(365 * 24 * 3600 * 100),
    Duration::from_secs(u64::MAX / 1_000_000_000),
    Duration::from_secs(u64::MAX),
    Duration::MAX,
];

/// Builds them if they are accepted, and uses them.
fn tried(builder: Builder) -> u32 {
    builder.build().map_or(0, |policies| {
        used(&policies);
        1
    })
}

#[tokio::test(start_paused = true)]
async fn pitfall_25_amounts_and_times_at_their_ends_are_refused_or_work() {
    let mut accepted = 0;
    for (amount, time) in AMOUNTS.into_iter().flat_map(|amount| TIMES.map(|time| (amount, time))) {
        let limit = RateLimit::new(amount, time);
        for limit in [limit, limit.strict(), limit.burst(u32::MAX), limit.reject(), limit.and(amount, time)] {
            accepted += tried(Policies::builder().rate_limit(limit).timeout("1s"));
            accepted += tried(Policies::builder().rate_limit(limit.wait(time)));
            accepted += tried(Policies::builder().rate_limit(limit.queue(amount)).retry("on"));
        }
        let bulkhead = Bulkhead::new(amount);
        for bulkhead in [bulkhead, bulkhead.queue(amount), bulkhead.wait(time)] {
            accepted += tried(Policies::builder().bulkhead(bulkhead));
        }
        let timeout = Timeout::total(time).and_each_attempt(time).reserve(time);
        for timeout in [timeout, Timeout::total(time), Timeout::each_attempt(time)] {
            accepted += tried(Policies::builder().timeout(timeout).rate_limit("1/h"));
        }
    }
    assert!(accepted > 100, "{accepted}");
}

#[tokio::test(start_paused = true)]
async fn pitfall_25_delays_and_open_times_at_their_ends_are_refused_or_work() {
    let mut accepted = 0;
    for (amount, time) in AMOUNTS.into_iter().flat_map(|amount| TIMES.map(|time| (amount, time))) {
        let (from, to, factor) = (time, Duration::MAX, Factor::thousandths(amount));
        let delays = [
            Backoff::Const(time),
            Backoff::Linear { from, to },
            Backoff::Fib { from, to },
            Backoff::Exp { from, to, factor },
            Backoff::Exp { from: Duration::from_nanos(1), to: time, factor },
            Backoff::List(Delays::new(&[time, Duration::MAX])),
        ];
        let percent = Percent::hundredths(amount);
        for (delay, jitter) in delays.into_iter().flat_map(|delay| {
            [Jitter::Full, Jitter::Decorrelated, Jitter::Percent(percent)].map(|jitter| (delay, jitter))
        }) {
            let budget = Budget { share: percent, floor: Rate { count: amount, per: time } };
            let retry = Retry::new(delay).jitter(jitter).attempts(amount.min(50));
            for retry in [retry, retry.within(time), retry.retries(amount), retry.budget(budget)] {
                accepted += tried(Policies::builder().retry(retry));
                accepted += tried(Policies::builder().retry(retry).timeout(Timeout::total(time)));
            }
        }
        let (over, window) = (Some(time), Some(time));
        for trip in [
            Trip::InARow(amount),
            Trip::Within { count: amount, window: time },
            Trip::Count { count: amount, of: amount, window },
            Trip::Count { count: 1, of: 1, window: None },
            Trip::Rate { share: percent, over, sample: amount, window },
            Trip::Rate { share: percent, over: None, sample: amount, window: None },
        ] {
            let breaker = CircuitBreaker::new(trip).probe(amount, amount).within(time);
            for breaker in [breaker, breaker.open(time, time), breaker.open(time, Duration::MAX)] {
                accepted += tried(Policies::builder().circuit_breaker(breaker));
            }
        }
    }
    assert!(accepted > 100, "{accepted}");
}

#[tokio::test(start_paused = true)]
async fn a_text_set_live_that_does_not_parse_changes_nothing_for_those_who_wait() {
    let policies =
        policies(r#"rate_limit = "1/100ms", bulkhead = "1 queue 5", timeout = "10s", retry = "3 attempts""#);
    let begun = now();
    let inside = spawn(&policies, pending).await;
    let for_token = spawn(&policies, at_once).await;
    let before = policies.to_string();
    for text in ["", "off off", "0/s", "1/s burst", "-1", "NaN", "5", "\u{0}", "🦀", "1/s; drop table"] {
        for (key, _) in GOOD {
            if !(key == Key::Bulkhead && text == "5") {
                assert!(policies.set(key, text).is_err(), "{key} = {text}");
            }
        }
    }
    assert!(policies.set(Key::Bulkhead, &"1 ".repeat(100_000)).is_err(), "nor one without end");
    assert_eq!(policies.to_string(), before);
    settle().await;
    assert!(!for_token.is_finished());
    gentle::time::sleep_until(begun + Duration::from_millis(100)).await;
    give_up(inside).await;
    assert_eq!(for_token.await.unwrap(), Ok(()));
    assert_eq!(now() - begun, Duration::from_millis(100));
}

#[test]
fn a_policy_that_the_code_does_not_name_cannot_be_set() {
    let policies = policies(r#"timeout = "1s""#);
    for (key, text) in GOOD.into_iter().filter(|(key, _)| *key != Key::Timeout) {
        let error = policies.set(key, text).unwrap_err().to_string();
        assert!(error.contains("the code does not name this policy"), "{error}");
    }
    let answer = pin!(policies.call(at_once)).poll(&mut Context::from_waker(Waker::noop()));
    assert_eq!(answer, Poll::Ready(Ok(())));
}
