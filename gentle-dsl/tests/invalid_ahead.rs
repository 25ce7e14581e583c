//! The exact words about the sentences that the grammar understands before gentle does.

use std::time::Duration;

use gentle_dsl::{
    Bulkhead, CODES, Cache, Chaos, ChaosAct, ChaosKind, CircuitBreaker, Each, Fallback, Hedge, HedgeDelay,
    Mistake, Percent, PolicySet, RateLimit, Sentence, Setting, Throttle, Timeout, Trip, check_set,
    parse_policies_ahead,
};

fn message<T: Sentence>(text: &str) -> String {
    match T::parse_ahead(text) {
        Ok(setting) => panic!("`{text}` parses as `{setting}`"),
        Err(mistakes) => mistakes.to_string(),
    }
}

#[test]
fn more_failures_than_calls_are_a_share() {
    let expected = r"circuit_breaker: 50 failures cannot happen in 20 calls [G401]

    50 of 20 in 10s
    ^^^^^^^^ did you mean `50%`?

help: write `50% of 20 in 10s`";
    assert_eq!(message::<CircuitBreaker>("50 of 20 in 10s"), expected);
}

#[test]
fn a_share_needs_a_sample() {
    let expected = r"circuit_breaker: 50% of how many calls? [G402]

    50% in 10s
    ^^^ one failure in one call is already 100%

help: give the smallest sample that may open it: `50% of 20 in 10s`";
    assert_eq!(message::<CircuitBreaker>("50% in 10s"), expected);
}

#[test]
fn a_failure_rate_is_written_in_percent() {
    let expected = r"circuit_breaker: a failure rate is written in percent [G403]

    0.5 of 20 in 10s
    ^^^ this is 50%

help: write `50% of 20 in 10s`";
    assert_eq!(message::<CircuitBreaker>("0.5 of 20 in 10s"), expected);
}

#[test]
fn a_hedge_starts_before_the_timeout() {
    let expected = r"hedge: the hedge can never start [G601]

    after 5s
          ^^ the call is cut off at 2s

help: write a delay below the timeout, e.g. `after 500ms`, or `after p95`";
    let hedge = Hedge::parse_ahead("after 5s").unwrap();
    let timeout = Timeout::parse_ahead("2s").unwrap();
    let set = PolicySet::new().hedge(hedge).timeout(timeout);
    let mistakes: Vec<String> = check_set(&set).iter().map(ToString::to_string).collect();
    assert_eq!(mistakes, [expected]);
    assert!(check_set(&PolicySet::new().hedge(hedge).timeout(Setting::Off)).is_empty());
}

#[test]
fn a_hedge_that_never_starts_is_shown_in_the_whole_text() {
    let expected = r#"hedge: the hedge can never start [G601]

    timeout(10s, 2s each attempt), hedge = "after p95 at least 2s, max 2"
                                                               ^^ each attempt is cut off at 2s

help: write a delay below the timeout, e.g. `after p95 at least 500ms`, or `after p95`"#;
    let text = r#"timeout(10s, 2s each attempt), hedge = "after p95 at least 2s, max 2""#;
    assert_eq!(parse_policies_ahead(text).unwrap_err().to_string(), expected);
}

#[test]
fn a_fallback_in_a_text_is_on_or_off() {
    let expected = r"fallback: the value is Rust code, which a text cannot hold [G026]

    |e| default(e)
    ^^^^^^^^^^^^^^ only `on` or `off` here

help: write it in the attribute, and `on` or `off` here";
    assert_eq!(message::<Fallback>("|e| default(e)"), expected);
    assert_eq!(Fallback::parse_ahead("on"), Ok(Setting::On(Fallback)));
    assert_eq!(Fallback::parse_ahead("off"), Ok(Setting::Off));
}

#[test]
fn a_key_that_is_not_there_yet_says_so() {
    let expected = r"gentle: `circuit_breaker` is not there yet [G009]

    50% of 20
    ^^^^^^^^^ reserved

help: leave it out; the word is reserved for it";
    match CircuitBreaker::parse("50% of 20") {
        Ok(_) => assert!(CircuitBreaker::KEY.is_ready()),
        Err(mistakes) => assert_eq!(mistakes.to_string(), expected),
    }
}

/// Each text has these mistakes, `G001 word` each, and every help is this one.
#[track_caller]
fn table<T: Sentence>(rows: &[(&str, &[&str], &str)]) {
    for (text, expected, help) in rows {
        let Err(mistakes) = T::parse_ahead(text) else { panic!("`{text}` parses") };
        let place = |mistake: &Mistake| mistake.source()[mistake.span()].to_owned();
        let found: Vec<String> =
            mistakes.iter().map(|mistake| format!("{} {}", mistake.code(), place(mistake))).collect();
        assert_eq!(found, *expected, "{text}\n{mistakes}");
        assert_eq!(mistakes.first().help(), *help, "{text}");
        for mistake in &mistakes {
            assert!(CODES.iter().any(|(code, _)| *code == mistake.code()), "{}", mistake.code());
        }
    }
}

#[test]
fn circuit_breakers_say_what_opens_them() {
    table::<CircuitBreaker>(&[
        ("", &["G013 "], "write e.g. `50% of 20 in 10s`, or `off`"),
        ("open 5s", &["G404 open"], "write e.g. `50% of 20 in 10s, open 5s`"),
        ("or 5 in a row", &["G404 or"], "write e.g. `50% of 20 in 10s or 5 in a row`"),
        ("failures 5", &["G404 failures"], "write e.g. `50% of 20 in 10s`"),
        ("500 of 20", &["G401 500 of 20"], "write `20 of 500`"),
        ("12.5 of 20", &["G403 12.5"], "write `12.5% of 20`"),
        ("101% of 20", &["G022 101%"], "write e.g. `20% of 20`"),
        ("0 of 20", &["G018 0"], "write e.g. `5 of 20`"),
        ("50% of 0", &["G018 0"], "write e.g. `50% of 20`"),
        ("5", &["G410 5"], "write e.g. `5 in a row` or `5 in 10s`"),
        ("5 in row", &["G001 row"], "write `5 in a row`"),
        ("5 in a rwo", &["G001 a rwo"], "write `5 in a row`"),
        ("50% in a row", &["G408 in a row"], "write e.g. `50% of 20`"),
        ("5 in a row of 20", &["G408 in a row"], "write `5 of 20`"),
        ("5 over 2s of 20", &["G409 over 2s"], "write e.g. `5% over 2s of 20`"),
        ("50% of 20 of 30", &["G004 of 30"], "keep one: `50% of 20`"),
        ("50% of 20 or", &["G019 or"], "write e.g. `50% of 20 or 5 in a row`"),
        ("50% of 20 and 5 in a row", &["G001 and"], "write `50% of 20 or 5 in a row`"),
        (
            "5 in a row or 50%",
            &["G402 50%"],
            "give the smallest sample that may open it: `5 in a row or 50% of 20`",
        ),
        (
            "1% of 9 or 2 of 9 or 3 of 9 or 4 of 9 or 5 of 9",
            &["G405 or 5 of 9"],
            "write `1% of 9 or 2 of 9 or 3 of 9 or 4 of 9`",
        ),
        ("30 of 20 or 80%", &["G401 30 of 20"], "write `30% of 20 or 80%`"),
        ("manual or 5 in a row", &["G407 manual"], "write `5 in a row`, or `manual` alone"),
        ("5 in a row, manual", &["G407 manual"], "write `5 in a row`, or `manual` alone"),
    ]);
}

#[test]
fn circuit_breakers_say_how_they_close() {
    table::<CircuitBreaker>(&[
        ("9 of 9 open", &["G019 open"], "write e.g. `9 of 9 open 1s`"),
        ("9 of 9 open 0s", &["G018 0s"], "write e.g. `9 of 9 open 1s`"),
        ("9 of 9 open 1m..5s", &["G005 1m..5s"], "write `9 of 9 open 5s..1m`"),
        ("9 of 9 open 5s..", &["G019 .."], "write e.g. `9 of 9 open 1s..5s`"),
        ("9 of 9, opn 5s", &["G001 opn"], "write `9 of 9, open 5s`"),
        ("9 of 9, 5s open", &["G003 5s open"], "write `9 of 9, open 5s`"),
        ("9 of 9, probe 3 of 2", &["G406 3 of 2"], "write `9 of 9, probe 2 of 3`"),
        ("9 of 9, probe 0", &["G018 0"], "write `9 of 9`"),
        ("9 of 9, probe 1, probe 2", &["G004 probe 2"], "keep one: `9 of 9, probe 1`"),
        ("9 of 9 within 0s", &["G018 0s"], "write `9 of 9`"),
        ("9 of 9 each", &["G019 each"], "write e.g. `9 of 9 each tenant`"),
    ]);
}

#[test]
fn hedges_say_what_is_wrong() {
    table::<Hedge>(&[
        ("50ms", &["G603 50ms"], "write `after 50ms`"),
        ("p95, max 2", &["G603 p95"], "write `after p95, max 2`"),
        ("max 2", &["G603 max"], "write e.g. `after p95, max 2`"),
        ("later", &["G603 later"], "write e.g. `after p95`"),
        ("after 0s", &["G018 0s"], "write e.g. `after 10ms`"),
        ("after 500", &["G101 500"], "write `after 500ms`"),
        ("after p0", &["G604 p0"], "write e.g. `after p95`"),
        ("after p99.9", &["G604 p99.9"], "write e.g. `after p99`"),
        ("after p 90", &["G604 p 90"], "write e.g. `after p90`"),
        ("after 90% at least 1s", &["G604 90%"], "write e.g. `after p90 at least 1s`"),
        ("after p95 at 10ms", &["G001 at"], "write `after p95 at least 10ms`"),
        ("after p95 at least 0s", &["G018 0s"], "write `after p95`"),
        ("after 50ms max 0", &["G018 0"], "write `off` for no hedge, or `after 50ms max 1`"),
        ("after 50ms after 60ms", &["G004 after 60ms"], "keep one: `after 50ms`"),
    ]);
}

#[test]
fn caches_say_what_is_wrong() {
    table::<Cache>(&[
        ("on", &["G014 on"], "write e.g. `1m`"),
        ("0s", &["G018 0s"], "write `off` for no cache, or e.g. `1m`"),
        ("60", &["G101 60"], "write `60s`"),
        ("max 5", &["G701 max"], "write e.g. `1m, max 5`"),
        ("forever", &["G701 forever"], "write e.g. `1m`"),
        ("1m 10m", &["G020 10m"], "write `1m stale 10m`"),
        ("1m, max 0", &["G018 0"], "write `off` for no cache, or e.g. `1m, max 1`"),
        ("1m errors 0s", &["G018 0s"], "write `1m`"),
        ("1m each () each ()", &["G004 each ()"], "keep one: `1m each ()`"),
        ("1m coalesce coalesce", &["G004 coalesce"], "keep one: `1m coalesce`"),
    ]);
}

#[test]
fn throttles_say_what_is_wrong() {
    table::<Throttle>(&[
        ("up to 50%", &["G801 up"], "write e.g. `10% of 20 in 1m, up to 50%`"),
        ("10 of 20 in 1m", &["G801 10"], "write `10% of 20 in 1m`"),
        ("0.1 of 20 in 1m", &["G403 0.1"], "write `10% of 20 in 1m`"),
        ("10% of 20", &["G802 10% of 20"], "write e.g. `10% of 20 in 1m`"),
        ("10% in 1m", &["G402 10%"], "give the smallest sample that counts: `10% of 20 in 1m`"),
        ("10% over 2s of 20 in 1m", &["G803 over 2s"], "write `10% of 20 in 1m`"),
        ("10% of 20 in 1m up 50%", &["G019 up"], "write `10% of 20 in 1m up to 50%`"),
        ("10% of 20 in 1m up to 50", &["G022 50"], "write `10% of 20 in 1m up to 50%`"),
    ]);
}

#[test]
fn chaos_says_what_is_wrong() {
    table::<Chaos>(&[
        ("on", &["G014 on"], "write e.g. `5% fail`"),
        ("fail", &["G019 fail"], "write e.g. `5% fail`"),
        ("fail 5%", &["G003 fail 5%"], "write `5% fail`"),
        ("5 fail", &["G022 5"], "write `5% fail`"),
        ("5%", &["G901 "], "write e.g. `5% fail`"),
        ("5% slow", &["G001 slow"], "write `5% fail`"),
        ("5% delay 2s..1s", &["G005 2s..1s"], "write `5% delay 1s..2s`"),
        ("5% fail 6% fail", &["G004 6% fail"], "keep one: `5% fail`"),
        (
            "5% fail 1% delay 1s 1% delay 2s 1% delay 3s 1% delay 4s",
            &["G902 1% delay 4s"],
            "write `5% fail 1% delay 1s 1% delay 2s 1% delay 3s`",
        ),
    ]);
}

#[test]
fn windows_and_keys_say_what_is_wrong() {
    table::<RateLimit>(&[
        ("5/s shared", &["G009 shared"], "write `5/s`"),
        ("5/s and", &["G019 and"], "write e.g. `5/s and 5000/h`"),
        ("5/s and 50", &["G102 50"], "write e.g. `5/s and 50/h`"),
        ("5/s and 50/s", &["G107 and 50/s"], "write `5/s`"),
        ("1/s and 2/m and 3/h and 4/d and 5/2d", &["G107 and 5/2d"], "write `1/s and 2/m and 3/h and 4/d`"),
        ("5/s stict", &["G001 stict"], "write `5/s strict`"),
        ("5/s each", &["G019 each"], "write e.g. `5/s each tenant`"),
        ("5/s each up to 5", &["G019 each"], "write e.g. `5/s each tenant up to 5`"),
        ("5/s each tenant up 5", &["G019 up"], "write `5/s each tenant up to 5`"),
        ("5/s each tenant up to 0", &["G018 0"], "write `5/s each tenant`"),
        ("5/s each req.account()", &["G024 req.account()"], "write `5/s each (req.account())`"),
        ("5/s each &req.id, lifo", &["G024 &req.id"], "write `5/s each (&req.id), lifo`"),
        ("5/s each a each b", &["G004 each b"], "keep one: `5/s each a`"),
        ("5/s each (a", &["G012 ("], "write e.g. `5/s each tenant`"),
        ("5/s each ( )", &["G019 ( )"], "write e.g. `5/s each tenant`"),
    ]);
    let long = format!("5/s each ({})", "a".repeat(97));
    let mistakes = RateLimit::parse_ahead(&long).unwrap_err();
    let help = "write a function that makes the key, and e.g. `5/s each (key_of(request))`";
    assert_eq!((mistakes.first().code(), mistakes.first().help()), ("G025", help));
    assert!(RateLimit::parse_ahead(&format!("5/s each ({})", "a".repeat(96))).is_ok());
}

#[test]
fn a_reserve_says_what_is_wrong() {
    table::<Timeout>(&[
        ("reserve 50ms", &["G503 reserve 50ms"], "write e.g. `10s, reserve 50ms`"),
        ("10s reserve 0s", &["G018 0s"], "write `10s`"),
        ("10s reserve", &["G019 reserve"], "write e.g. `10s reserve 1s`"),
        ("10s, 50ms reserve", &["G003 50ms reserve"], "write `10s, reserve 50ms`"),
    ]);
}

/// The code of the first mistake in what a value prints.
fn refused<T: Sentence>(value: T) -> &'static str {
    let Err(mistakes) = T::parse_ahead(&value.to_string()) else { panic!("`{value}` parses") };
    mistakes.first().code()
}

#[test]
fn values_built_by_hand_can_be_wrong_too() {
    let second = Duration::from_secs(1);
    let trip = Trip::InARow(5);
    let five = CircuitBreaker::new(trip).or(trip).or(trip).or(trip).or(trip);
    assert_eq!(refused(five), "G405");
    assert_eq!(refused(CircuitBreaker::new(Trip::Count { count: 9, of: 5, window: None })), "G401");
    assert_eq!(refused(CircuitBreaker::DEFAULT.probe(3, 2)), "G406");
    let kind = ChaosKind { share: Percent::WHOLE, act: ChaosAct::Delay { from: second, to: second } };
    assert_eq!(refused(Chaos::new(kind).and(kind).and(kind).and(kind).and(kind)), "G902");
    let rates = RateLimit::new(1, second).and(2, second * 2).and(3, second * 3).and(4, second * 4);
    assert_eq!(refused(rates.and(5, second * 5)), "G107");
    assert_eq!(refused(rates.each(Each::new(&"ä".repeat(49)))), "G025");
    assert_eq!(refused(Bulkhead::auto(8, 16).start(32)), "G205");
    let hedge = HedgeDelay::Percentile { percentile: 100, at_least: None };
    assert_eq!(refused(Hedge::new(hedge)), "G604");
    assert_eq!(refused(Cache::new(Duration::ZERO)), "G018");
    assert_eq!(refused(Throttle::DEFAULT.up_to(Percent::hundredths(0))), "G022");
}
