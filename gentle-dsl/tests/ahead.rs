//! The sentences that the grammar understands before gentle does: what they mean, and how they print in full.

use std::time::Duration;

use gentle_dsl::{
    Budget, Cache, Chaos, ChaosAct, ChaosKind, CircuitBreaker, Each, Hedge, HedgeDelay, Key, Percent, Probe,
    Rate, RateLimit, Sentence, Setting, Throttle, Timeout, Trip, each_span, not_ready, notes, parse_policies,
    parse_policies_ahead,
};

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const fn percent(percent: u32) -> Percent {
    Percent::hundredths(percent * 100)
}

const fn rate(share: u32, sample: u32, window: Option<Duration>) -> Trip {
    Trip::Rate { share: percent(share), over: None, sample, window }
}

/// Each text means this value, and the value prints as this text, which means the same.
#[track_caller]
fn means<T: Sentence>(texts: &[&str], value: T, printed: &str) {
    for text in texts {
        match T::parse_ahead(text) {
            Ok(setting) => assert_eq!(setting, Setting::On(value), "{text}"),
            Err(mistakes) => panic!("{text}\n{mistakes}"),
        }
    }
    assert_eq!(value.to_string(), printed);
    assert_eq!(T::parse_ahead(printed), Ok(Setting::On(value)), "{printed}");
}

#[test]
fn a_circuit_breaker_opens_at_a_share_of_failures() {
    let printed = "50% of 20 in 10s, open 5s..1m, probe 1";
    means(&["on", "50% of 20 in 10s", "50% in 10s of 20"], CircuitBreaker::DEFAULT, printed);
    let fixed = CircuitBreaker::DEFAULT.open(secs(30), secs(30)).probe(3, 3);
    means(
        &["50% of 20 in 10s, open 30s, probe 3", "50% of 20 in 10s probe 3 of 3 open 30s..30s"],
        fixed,
        "50% of 20 in 10s, open 30s, probe 3",
    );
    assert!(fixed.opens().is_fixed());
}

#[test]
fn several_signs_open_a_circuit_breaker() {
    let breaker = CircuitBreaker::new(Trip::InARow(5))
        .or(rate(50, 20, Some(secs(10))))
        .probe(2, 3)
        .within(secs(10))
        .each(Each::new("host"));
    means(
        &["5 in a row or 50% of 20 in 10s, open 5s..1m, probe 2 of 3 within 10s, each host"],
        breaker,
        "5 in a row or 50% of 20 in 10s, open 5s..1m, probe 2 of 3, within 10s, each host up to 100000",
    );
    assert_eq!((breaker.limit(), breaker.probes()), (Some(secs(10)), Probe { needed: 2, of: 3 }));
}

#[test]
fn later_signs_take_from_the_first_what_they_do_not_say() {
    let slow = Trip::Rate { share: percent(80), over: Some(secs(2)), sample: 100, window: None };
    let breaker = CircuitBreaker::new(rate(50, 100, None)).or(slow).open(secs(30), secs(30));
    means(
        &["50% of 100 or 80% over 2s, open 30s", "50% of 100, or 80% over 2s of 100, open 30s"],
        breaker,
        "50% of 100 or 80% over 2s of 100, open 30s, probe 1",
    );
    let all = CircuitBreaker::new(rate(50, 20, Some(secs(10))))
        .or(rate(80, 20, None))
        .or(Trip::Count { count: 5, of: 7, window: None })
        .or(Trip::Within { count: 9, window: secs(1) });
    means(
        &["50% of 20 in 10s or 80% or 5 of 7 or 9 in 1s"],
        all,
        "50% of 20 in 10s or 80% of 20 in 10s or 5 of 7 in 10s or 9 in 1s, open 5s..1m, probe 1",
    );
    assert_eq!(all.trips().as_slice().len(), 4);
}

#[test]
fn a_circuit_breaker_may_open_by_hand_only() {
    means(&["manual"], CircuitBreaker::manual(), "manual, open 5s..1m, probe 1");
    assert!(CircuitBreaker::manual().is_manual() && !CircuitBreaker::DEFAULT.is_manual());
}

#[test]
fn a_hedge_starts_after_a_time() {
    means(&["after 50ms"], Hedge::new(HedgeDelay::Fixed(ms(50))), "after 50ms, max 1");
    let slow = |least| HedgeDelay::Percentile { percentile: 95, at_least: Some(ms(least)) };
    means(&["on"], Hedge::DEFAULT, "after p95 at least 10ms, max 1, budget 10% floor 10/s");
    means(
        &["after p95 at least 20ms, max 2, budget 5%", "after p95 at least 20ms budget 5% max 2"],
        Hedge::new(slow(20)).max(2).budget(Budget::share(percent(5))),
        "after p95 at least 20ms, max 2, budget 5% floor 10/s",
    );
    means(
        &["after 50ms, budget off", "after 50ms budget off max 1"],
        Hedge::new(HedgeDelay::Fixed(ms(50))).free(),
        "after 50ms, max 1, budget off",
    );
}

#[test]
fn a_cache_keeps_answers() {
    means(&["1m"], Cache::new(secs(60)), "1m, max 10000");
    let full = Cache::new(secs(60)).stale(secs(600)).coalesce().each(Each::new("user, lang"));
    means(
        &["1m, stale 10m, max 10_000, coalesce, each (user, lang)"],
        full,
        "1m, stale 10m, max 10000, coalesce, each (user, lang) up to 100000",
    );
    means(
        &["1m each ()", "1m, each ( )"],
        Cache::new(secs(60)).each(Each::new("")),
        "1m, max 10000, each ()",
    );
    means(&["1m errors 5s max 3"], Cache::new(secs(60)).errors(secs(5)).max(3), "1m, max 3, errors 5s");
}

#[test]
fn a_throttle_sheds_calls() {
    means(&["on", "10% of 20 in 1m"], Throttle::DEFAULT, "10% of 20 in 1m, up to 90%");
    let half = Throttle::new(percent(5), 100, secs(10)).up_to(percent(50));
    means(&["5% of 100 in 10s, up to 50%"], half, "5% of 100 in 10s, up to 50%");
}

#[test]
fn chaos_is_made_of_kinds() {
    let delay = |from, to| ChaosKind { share: percent(1), act: ChaosAct::Delay { from, to } };
    let chaos = Chaos::new(ChaosKind { share: percent(5), act: ChaosAct::Fail })
        .and(delay(ms(100), secs(2)))
        .and(delay(secs(1), secs(1)))
        .and(ChaosKind { share: percent(2), act: ChaosAct::Panic });
    means(
        &["5% fail, 1% delay 100ms..2s, 1% delay 1s, 2% panic"],
        chaos,
        "5% fail, 1% delay 100ms..2s, 1% delay 1s, 2% panic",
    );
}

#[test]
fn a_rate_limit_may_have_several_windows() {
    let limit = RateLimit::new(100, secs(1)).and(5_000, secs(3600)).strict();
    means(
        &["100/s and 5_000/h, strict", "100/s, and 5_000/h strict"],
        limit,
        "100/s and 5000/h, burst 100, strict, wait",
    );
    assert_eq!(limit.windows(), [Rate { count: 100, per: secs(1) }, Rate { count: 5_000, per: secs(3600) }]);
    assert_eq!(limit.rate(), limit.windows()[0]);
}

#[test]
fn a_timeout_may_reserve_time_for_the_way_back() {
    means(
        &["10s, 2s each attempt, reserve 50ms", "reserve 50ms 10s 2s each attempt"],
        Timeout::total(secs(10)).and_each_attempt(secs(2)).reserve(ms(50)),
        "10s, 2s each attempt, reserve 50ms",
    );
}

#[test]
fn a_key_has_its_place_in_the_sentence() {
    let span = |text: &'static str| each_span(text).map(|span| &text[span]);
    assert_eq!(span("20/s each tenant up to 50_000"), Some("tenant"));
    assert_eq!(span("4 each (req.account())"), Some("req.account()"));
    assert_eq!(span("1m, coalesce, each ( user, lang )"), Some("user, lang"));
    assert_eq!(span("9 of 9 each (map[each(1)]), open 5s"), Some("map[each(1)]"));
    assert_eq!(span("20/s each"), None);
    assert_eq!(span("20/s each ()"), None);
    assert_eq!(span("20/s each (a"), None);
    assert_eq!(span("20/s"), None);
}

#[test]
fn every_policy_stands_in_one_text() {
    let text = "chaos(5% fail), circuit_breaker = \"on\", fallback(on), hedge(after p95), cache = \"1m\", retry(now), \
                throttle = \"off\", timeout = \"2s\", bulkhead(auto 1..9), rate_limit(5/s each user)";
    let set = parse_policies_ahead(text).unwrap();
    let printed = "fallback = \"on\", cache = \"1m, max 10000\", throttle = \"off\", retry = \"now, 3 attempts\", \
                   hedge = \"after p95, max 1\", circuit_breaker = \"50% of 20 in 10s, open 5s..1m, probe 1\", \
                   rate_limit = \"5/s, burst 5, wait, each user up to 100000\", \
                   bulkhead = \"auto 1..9, start 2, by gradient, reject\", timeout = \"2s\", chaos = \"5% fail\"";
    assert_eq!(set.to_string(), printed);
    assert_eq!(parse_policies_ahead(printed), Ok(set));
}

#[test]
fn what_is_not_ready_is_refused_by_name() {
    let set =
        parse_policies_ahead("hedge(on), rate_limit(5/s lifo strict), timeout(1s reserve 1ms)").unwrap();
    let refused: Vec<String> = not_ready(&set).iter().map(|mistake| mistake.message().to_owned()).collect();
    // As gentle learns a word, it leaves the table in `ready.rs`, and with that this list.
    let words = ["hedge", "strict", "lifo", "reserve"].map(|word| format!("`{word}` is not there yet"));
    assert!(refused.iter().all(|message| words.contains(message)), "{refused:?}");
    assert_eq!(refused.contains(&words[0]), !Key::Hedge.is_ready());
    assert!(not_ready(&parse_policies("retry(on), timeout(1s)").unwrap()).is_empty());
}

#[test]
fn attempts_that_come_too_late_are_noted() {
    let noted = |text: &str| {
        let set = parse_policies_ahead(text).unwrap();
        notes(&set).first().map(ToString::to_string)
    };
    let expected = "retry: attempts 3 onward cannot run inside the timeout of 4s [G502]\n\
                    when each one before takes its 2s\n\nhelp: give the call more time, or make fewer attempts";
    assert_eq!(noted("retry(3 attempts), timeout(4s, 2s each attempt)").as_deref(), Some(expected));
    assert_eq!(noted("retry(2 attempts), timeout(4s, 2s each attempt)"), None);
    assert_eq!(noted("retry(forever), timeout(4s, 2s each attempt)"), None);
    assert_eq!(noted("retry(3 attempts), timeout(2s each attempt)"), None);
    assert_eq!(noted("retry(exp(3s..9s)), timeout(4s)"), None, "chance may shorten the delays");
    let late = noted("retry(list(1s, 3s, 5s)), timeout(4s)").unwrap();
    assert!(late.contains("attempts 3 onward"), "{late}");
    assert!(late.contains("the delays before take 4s"), "{late}");
}
