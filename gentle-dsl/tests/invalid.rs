//! The exact words of every message that the grammar's specification quotes.

use std::time::Duration;

use gentle_dsl::{
    Backoff, Bulkhead, CODES, Delays, Mistake, RateLimit, Retry, Sentence, Timeout, parse_policies,
};

fn message<T: Sentence>(text: &str) -> String {
    match T::parse(text) {
        Ok(setting) => panic!("`{text}` parses as `{setting}`"),
        Err(mistakes) => mistakes.to_string(),
    }
}

#[test]
fn a_period_needs_a_unit() {
    let expected = r"rate_limit: `500` has no unit [G101]

    5/500 burst 10
      ^^^ a period needs ns, us, ms, s, m, h or d

help: write `5/500ms burst 10`";
    assert_eq!(message::<RateLimit>("5/500 burst 10"), expected);
}

#[test]
fn a_count_is_not_a_rate() {
    let expected = r#"rate_limit: `5` is a count, not a rate [G102]

    5
    ^ per how long?

help: write `5/s` or `5/500ms`; for 5 calls at once write `bulkhead = "5"`"#;
    assert_eq!(message::<RateLimit>("5"), expected);
}

#[test]
fn a_rate_of_zero_is_refused() {
    let expected = r#"rate_limit: a rate of zero never lets a call through [G103]

    0/s
    ^ must be 1 or more

help: write `off` for no limit, or use `circuit_breaker = "manual"` to block calls by hand"#;
    assert_eq!(message::<RateLimit>("0/s"), expected);
}

#[test]
fn a_misspelt_word_is_guessed() {
    let expected = r"rate_limit: unknown word `brust` [G001]

    5/500ms brust 10
            ^^^^^ did you mean `burst`?

help: write `5/500ms burst 10`";
    assert_eq!(message::<RateLimit>("5/500ms brust 10"), expected);
}

#[test]
fn a_duration_has_no_space_inside() {
    let expected = r"rate_limit: a duration has no space inside [G002]

    100/s wait 2 s
               ^^^ write it as one word

help: write `100/s wait 2s`";
    assert_eq!(message::<RateLimit>("100/s wait 2 s"), expected);
}

#[test]
fn the_word_comes_before_its_number() {
    let expected = r"rate_limit: the word comes before its number [G003]

    100/s, 20 burst
           ^^^^^^^^ say `burst 20`

help: write `100/s, burst 20`";
    assert_eq!(message::<RateLimit>("100/s, 20 burst"), expected);
}

#[test]
fn reject_and_wait_contradict_each_other() {
    let expected = r"rate_limit: `reject` and `wait` contradict each other [G104]

    10/s reject wait 2s
                ^^^^^^^ a refused call does not wait

help: write `10/s reject`, or `10/s wait 2s` to refuse only what would wait longer than 2s";
    assert_eq!(message::<RateLimit>("10/s reject wait 2s"), expected);
}

#[test]
fn a_bulkhead_has_no_period() {
    let expected = r#"bulkhead: a bulkhead counts calls in flight, not calls per second [G201]

    16/s
      ^^ remove the period

help: write `bulkhead = "16"` for 16 at once, or `rate_limit = "16/s"` for 16 a second"#;
    assert_eq!(message::<Bulkhead>("16/s"), expected);
}

#[test]
fn a_bare_number_of_tries_is_ambiguous() {
    let expected = r"retry: 5 what? [G301]

    5
    ^ `attempts` counts the first call, `retries` does not

help: write `5 attempts` (1 call + 4 retries) or `5 retries` (1 call + 5 retries)";
    assert_eq!(message::<Retry>("5"), expected);
}

#[test]
fn an_unknown_back_off_is_guessed() {
    let expected = r"retry: unknown back-off `exponential` [G302]

    exponential(100ms..30s)
    ^^^^^^^^^^^ known: now, const, linear, exp, fib, list

help: write `exp(100ms..30s)`";
    assert_eq!(message::<Retry>("exponential(100ms..30s)"), expected);
}

#[test]
fn a_range_does_not_run_backwards() {
    let expected = r"retry: the range runs backwards [G005]

    exp(30s..100ms)
        ^^^^^^^^^^ the first delay is larger than the last

help: write `exp(100ms..30s)`";
    assert_eq!(message::<Retry>("exp(30s..100ms)"), expected);
}

#[test]
fn a_growing_back_off_needs_a_ceiling() {
    let expected = r"retry: a growing back-off needs a ceiling [G303]

    exp(100ms), 5 attempts
        ^^^^^ up to what?

help: write `exp(100ms..30s), 5 attempts`, or `const(100ms)` if the delay should not grow";
    assert_eq!(message::<Retry>("exp(100ms), 5 attempts"), expected);
}

#[test]
fn the_number_of_tries_is_given_once() {
    let expected = r"retry: the number of tries is given twice [G004]

    const(500ms), 5 attempts, 3 retries
                              ^^^^^^^^^ `5 attempts` already means 4 retries

help: keep one: `const(500ms), 5 attempts`";
    assert_eq!(message::<Retry>("const(500ms), 5 attempts, 3 retries"), expected);
}

#[test]
fn an_attempt_does_not_outlive_the_call() {
    let expected = r"timeout: an attempt may not outlive the call [G501]

    1s, 2s each attempt
        ^^^^^^^^^^^^^^^ longer than the total of 1s

help: write `2s, 1s each attempt`";
    assert_eq!(message::<Timeout>("1s, 2s each attempt"), expected);
}

#[test]
fn an_unknown_unit_is_guessed() {
    let expected = r"timeout: unknown unit `mins` [G006]

    5mins
     ^^^^ known: ns, us, ms, s, m, h, d

help: write `5m`";
    assert_eq!(message::<Timeout>("5mins"), expected);
}
/// The code of each mistake, and what it underlines.
fn found<T: Sentence>(text: &str) -> Vec<(String, String)> {
    let Err(mistakes) = T::parse(text) else { panic!("`{text}` parses") };
    for mistake in &mistakes {
        assert!(
            CODES.iter().any(|(code, _)| *code == mistake.code()),
            "{} is not in the table",
            mistake.code()
        );
    }
    let place = |mistake: &Mistake| mistake.source()[mistake.span()].to_owned();
    mistakes.iter().map(|mistake| (mistake.code().to_owned(), place(mistake))).collect()
}

/// Each text has these mistakes, `G001 word` each, and every help is this one.
#[track_caller]
fn table<T: Sentence>(rows: &[(&str, &[&str], &str)]) {
    for (text, expected, help) in rows {
        let written: Vec<String> =
            found::<T>(text).iter().map(|(code, place)| format!("{code} {place}")).collect();
        assert_eq!(written, *expected, "{text}\n{}", message::<T>(text));
        let Err(mistakes) = T::parse(text) else { unreachable!() };
        assert_eq!(mistakes.first().help(), *help, "{text}");
    }
}

#[test]
fn words_that_are_not_there_yet_say_so() {
    let expected = "\
rate_limit: `shared` is not there yet [G009]

    100/s, shared
           ^^^^^^ reserved for limits kept in Redis

help: write `100/s`";
    assert_eq!(message::<RateLimit>("100/s, shared"), expected);
    table::<RateLimit>(&[("100/s each tenant, shared", &["G009 shared"], "write `100/s each tenant`")]);
}

#[test]
fn limits_that_adapt_say_what_is_wrong() {
    table::<Bulkhead>(&[
        ("auto", &["G207 auto"], "write e.g. `auto 8..256`"),
        ("auto 8", &["G207 8"], "write e.g. `auto 8..128`"),
        ("auto 8..", &["G207 8"], "write e.g. `auto 8..128`"),
        ("auto 8 256", &["G207 8 256"], "write `auto 8..256`"),
        ("auto 256..8", &["G005 256..8"], "write `auto 8..256`"),
        ("auto 0..8", &["G203 0"], "write `auto 1..8`"),
        ("auto 8..256 start 300", &["G205 start 300"], "write `auto 8..256 start 256`"),
        ("16 start 5 by vegas", &["G204 start 5", "G204 by vegas"], "write `16`"),
        ("auto 8..256 by vega", &["G001 vega"], "write `auto 8..256 by vegas`"),
        ("auto 8..256 by", &["G206 by"], "write e.g. `auto 8..256 by gradient`"),
        ("auto 8..256 by magic", &["G206 magic"], "write e.g. `auto 8..256 by gradient`"),
    ]);
}

#[test]
fn an_order_that_contradicts_itself_or_a_refusal_is_found() {
    table::<RateLimit>(&[
        ("5/s lifo fifo", &["G004 fifo"], "keep one: `5/s lifo`"),
        ("5/s reject lifo", &["G104 lifo"], "write `5/s reject`, or `5/s lifo` to let it wait its turn"),
    ]);
}

#[test]
fn a_delay_longer_than_the_time_limit_is_found() {
    let expected = "\
retry: the first delay is longer than `within`, so no retry can happen [G305]

    exp(2s..30s), within 1s
                  ^^^^^^^^^ the first delay is 2s

help: write `exp(2s..30s), within 20s`";
    assert_eq!(message::<Retry>("exp(2s..30s), within 1s"), expected);
}

#[test]
fn every_mistake_comes_at_once() {
    let expected = "\
rate_limit: `500` has no unit [G101]

    5/500 brust 10 wait 2 s
      ^^^ a period needs ns, us, ms, s, m, h or d

help: write `5/500ms burst 10 wait 2s`

rate_limit: unknown word `brust` [G001]

    5/500 brust 10 wait 2 s
          ^^^^^ did you mean `burst`?

help: write `5/500ms burst 10 wait 2s`

rate_limit: a duration has no space inside [G002]

    5/500 brust 10 wait 2 s
                        ^^^ write it as one word

help: write `5/500ms burst 10 wait 2s`";
    assert_eq!(message::<RateLimit>("5/500 brust 10 wait 2 s"), expected);
}

#[test]
fn rate_limits_say_what_is_wrong() {
    table::<RateLimit>(&[
        ("", &["G013 "], "write e.g. `5/500ms`, or `off`"),
        ("on", &["G014 on"], "write e.g. `5/500ms`"),
        ("off, burst 5", &["G015 burst 5"], "write `off` or `5/500ms burst 5`"),
        ("burst 5", &["G105 burst"], "write e.g. `5/500ms burst 5`"),
        (
            "5 burst 5",
            &["G102 5"],
            "write `5/s burst 5` or `5/500ms burst 5`; for 5 calls at once write `bulkhead = \"5\"`",
        ),
        ("5 per second", &["G001 per"], "write `5/s`"),
        ("5/", &["G019 /"], "write e.g. `5/s`"),
        ("5/0s", &["G018 0s"], "write e.g. `5/1s`"),
        ("10000000000000/s", &["G017 10000000000000"], "write e.g. `5/s`"),
        ("5/99999999999999h", &["G017 99999999999999h"], "write e.g. `5/1h`"),
        ("2/1ns", &["G106 2/1ns"], "write `off` for no limit, or at most `1000/us`"),
        ("1.5/s", &["G021 1.5"], "write `1/s`"),
        ("5/s burst 0", &["G018 0"], "write `5/s`"),
        ("5/s burst", &["G019 burst"], "write e.g. `5/s burst 5`"),
        ("5/s burst wait", &["G019 burst"], "write e.g. `5/s burst 5 wait`"),
        ("5/s burst 5s", &["G021 5s"], "write `5/s burst 5`"),
        ("5/s wait 0s", &["G018 wait 0s"], "write `5/s reject`"),
        ("5/s wait 2", &["G101 2"], "write `5/s wait 2s`"),
        ("5/s queue 0", &["G018 queue 0"], "write `5/s reject`"),
        ("5/s burst 5 burst 6", &["G004 burst 6"], "keep one: `5/s burst 5`"),
        ("5/s,, burst 5", &["G010 ,,"], "write `5/s, burst 5`"),
        ("5/s,", &["G010 ,"], "write `5/s`"),
        (", 5/s", &["G010 ,"], "write `5/s`"),
        (
            "5/s reject queue 5",
            &["G104 queue 5"],
            "write `5/s reject`, or `5/s queue 5` to refuse only what the queue does not hold",
        ),
        ("5/s )", &["G012 )"], "write `5/s`"),
        ("5/s 20", &["G020 20"], "write `5/s burst 20`"),
        ("5/s 2s", &["G020 2s"], "write `5/s wait 2s`"),
        ("5/s é€ burst 5", &["G001 é"], "write `5/s burst 5`"),
    ]);
}

#[test]
fn bulkheads_say_what_is_wrong() {
    table::<Bulkhead>(&[
        ("0", &["G203 0"], "write `off` for no limit, or `1` for one at a time"),
        ("on", &["G014 on"], "write e.g. `16`"),
        ("wait 1s", &["G202 wait"], "write e.g. `16 wait 1s`"),
        (
            "16/500ms",
            &["G201 /500ms"],
            "write `bulkhead = \"16\"` for 16 at once, or `rate_limit = \"16/500ms\"` for 16 per 500ms",
        ),
        ("16 64 queue", &["G003 64 queue"], "write `16 queue 64`"),
        ("4294967296", &["G017 4294967296"], "write e.g. `5`"),
    ]);
}

#[test]
fn retries_say_what_is_wrong() {
    table::<Retry>(&[
        (
            "exp(100ms..30s), 5",
            &["G301 5"],
            "write `exp(100ms..30s), 5 attempts` (1 call + 4 retries) or `exp(100ms..30s), 5 retries` (1 call + 5 retries)",
        ),
        ("5 atempts", &["G001 atempts"], "write `5 attempts`"),
        ("attempts 5", &["G003 attempts 5"], "write `5 attempts`"),
        ("0 attempts", &["G018 0"], "write `off` for no retries, or `1 attempts`"),
        ("4294967295 retries", &["G017 4294967295"], "write e.g. `5 retries`"),
        ("3 retries, 5 attempts", &["G004 5 attempts"], "keep one: `3 retries`"),
        ("exp(100ms..30s), 5m", &["G306 5m"], "write `exp(100ms..30s), within 5m`"),
        ("exp(100ms..30s, x0.5)", &["G304 x0.5"], "write e.g. `exp(100ms..30s, x2)`"),
        ("exp(100ms..30s, x1)", &["G304 x1"], "write e.g. `exp(100ms..30s, x2)`"),
        ("exp(100ms..30s), x3", &["G307 x3"], "write `exp(100ms..30s)`"),
        ("linear(100ms..30s, x3)", &["G307 x3"], "write `linear(100ms..30s)`"),
        ("exp(100ms..30s", &["G012 ("], "write `exp(100ms..30s)`"),
        ("exp(100ms..30s))", &["G012 )"], "write `exp(100ms..30s)`"),
        ("exp(100ms..30s 5 attempts)", &["G010 5"], "write `exp(100ms..30s, 5 attempts)`"),
        (
            "exp(100ms..)",
            &["G303 100ms"],
            "write `exp(100ms..30s)`, or `const(100ms)` if the delay should not grow",
        ),
        ("exp(..30s)", &["G309 .."], "write e.g. `exp(100ms..30s)`"),
        ("exp(5 attempts)", &["G309 5"], "write e.g. `exp(100ms..10s, 5 attempts)`"),
        ("exponential", &["G302 exponential"], "write e.g. `exp(100ms..10s)`"),
        ("exp", &["G309 exp"], "write e.g. `exp(100ms..10s)`"),
        ("const()", &["G309 const()"], "write e.g. `const(500ms)`"),
        ("const(0ms)", &["G018 0ms"], "write `now`"),
        ("exp(1s..2s, now)", &["G307 now"], "write `exp(1s..2s)`"),
        ("exp(1s..2s), const(1s)", &["G004 const(1s)"], "keep one: `exp(1s..2s)`"),
        ("list(1s, jitter)", &["G307 jitter"], "write `list(1s)`"),
        ("budget 0%", &["G022 0%"], "write e.g. `budget 20%`"),
        ("budget 101%", &["G022 101%"], "write e.g. `budget 20%`"),
        ("budget 20", &["G022 20"], "write `budget 20%`"),
        ("jitter ful", &["G001 ful"], "write `jitter full`"),
        ("within 0s", &["G018 0s"], "write `off` for no retries, or `exp(100ms..10s), 3 attempts`"),
    ]);
}

#[test]
fn a_list_holds_sixteen_delays() {
    let seventeen = format!("list({})", ["1s"; 17].join(", "));
    assert_eq!(found::<Retry>(&seventeen)[0].0, "G308");
    let mistakes = Retry::new(Backoff::List(Delays::new(&[Duration::from_secs(1); 17]))).check().unwrap_err();
    assert_eq!(mistakes.first().code(), "G308");
}

#[test]
fn timeouts_say_what_is_wrong() {
    table::<Timeout>(&[
        ("500", &["G101 500"], "write `500ms`"),
        ("0s", &["G018 0s"], "write `off` for no timeout, or e.g. `1s`"),
        ("10s, 20s", &["G004 20s"], "keep one: `10s`"),
        ("each attempt 2s", &["G003 each attempt 2s"], "write `2s each attempt`"),
        ("10s, 2s per attempt", &["G001 per"], "write `10s, 2s each attempt`"),
        ("2s each", &["G019 each"], "write `2s each attempt`"),
        ("2s each atempt", &["G001 atempt"], "write `2s each attempt`"),
        ("1.5.5s", &["G011 1.5.5s"], "write e.g. `1s`"),
    ]);
}

#[test]
fn values_built_by_hand_are_checked_as_well() {
    assert_eq!(RateLimit::new(0, Duration::from_secs(1)).check().unwrap_err().first().code(), "G103");
    assert_eq!(Bulkhead::new(0).check().unwrap_err().first().code(), "G203");
    assert_eq!(Timeout::total(Duration::ZERO).check().unwrap_err().first().code(), "G018");
    assert_eq!(Retry::new(Backoff::Const(Duration::ZERO)).check().unwrap_err().first().code(), "G018");
    assert_eq!(Retry::new(Backoff::List(Delays::new(&[]))).check().unwrap_err().first().code(), "G309");
}

#[test]
fn a_text_without_end_is_not_read() {
    let long = "5/s ".repeat(2_000);
    assert_eq!(found::<RateLimit>(&long)[0].0, "G016");
}

#[test]
fn keys_are_known_and_given_once() {
    let text =
        "ratelimit = \"5/s\", retry(5 attempts), retry = \"on\", hedge = \"after 5s\", timeout = \"5mins\"";
    let mistakes = parse_policies(text).unwrap_err();
    let expected = "\
gentle: unknown key `ratelimit` [G008]

    ratelimit = \"5/s\", retry(5 attempts), retry = \"on\", hedge = \"after 5s\", timeout = \"5mins\"
    ^^^^^^^^^

help: did you mean `rate_limit`?

gentle: `retry` is given twice [G007]

    ratelimit = \"5/s\", retry(5 attempts), retry = \"on\", hedge = \"after 5s\", timeout = \"5mins\"
                                          ^^^^^

help: keep one of them

timeout: unknown unit `mins` [G006]

    ratelimit = \"5/s\", retry(5 attempts), retry = \"on\", hedge = \"after 5s\", timeout = \"5mins\"
                                                                                        ^^^^ known: ns, us, ms, s, m, h, d

help: write `5m`";
    assert_eq!(mistakes.to_string(), expected);
}
