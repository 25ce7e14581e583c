//! What holds for every value and every text.

use std::time::Duration;

use gentle_dsl::{
    Backoff, Budget, Bulkhead, Delays, DurationText, Factor, Jitter, Mistakes, Percent, PolicySet, Rate,
    RateLimit, Retry, Sentence, Setting, Timeout, Tokens, Turn, Waiting, parse_count, parse_duration,
    parse_policies, parse_rate,
};
use proptest::prelude::*;

const CENTURY: u64 = 36_500 * 86_400 * 1_000_000_000;

/// Mostly round, as people write them, sometimes odd down to the nanosecond.
fn durations() -> impl Strategy<Value = Duration> {
    let units = prop::sample::select(vec![1, 1_000, 1_000_000, 1_000_000_000, 60_000_000_000]);
    prop_oneof![
        (1_u64..5_000, units).prop_map(|(count, unit)| Duration::from_nanos(count * unit)),
        (1..=CENTURY).prop_map(Duration::from_nanos),
    ]
}

fn rates() -> impl Strategy<Value = Rate> {
    (1_u32.., durations())
        .prop_map(|(count, per)| Rate { count, per })
        .prop_filter("one per nanosecond", |rate| rate.per.as_nanos() >= u128::from(rate.count))
}

fn percents() -> impl Strategy<Value = Percent> {
    (1_u32..=10_000).prop_map(Percent::hundredths)
}

fn waitings() -> impl Strategy<Value = Waiting> {
    let turn = (prop::option::of(durations()), prop::option::of(1_u32..));
    prop_oneof![Just(Waiting::Reject), turn.prop_map(|(within, queue)| Waiting::Turn(Turn { within, queue })),]
}

fn rate_limits() -> impl Strategy<Value = RateLimit> {
    (rates(), prop::option::of(1_u32..), waitings()).prop_map(|(rate, burst, waiting)| {
        let limit = RateLimit::new(rate.count, rate.per).waiting(waiting);
        burst.map_or(limit, |burst| limit.burst(burst))
    })
}

fn bulkheads() -> impl Strategy<Value = Bulkhead> {
    (1_u32.., waitings()).prop_map(|(limit, waiting)| Bulkhead::new(limit).waiting(waiting))
}

fn timeouts() -> impl Strategy<Value = Timeout> {
    (durations(), durations()).prop_flat_map(|(one, other)| {
        let both = Timeout::total(one.max(other)).and_each_attempt(one.min(other));
        prop::sample::select(vec![Timeout::total(one), Timeout::each_attempt(one), both])
    })
}

fn backoffs() -> impl Strategy<Value = Backoff> {
    let range = || (durations(), durations()).prop_map(|(one, other)| (one.min(other), one.max(other)));
    let list = prop::collection::vec(durations(), 1..=Delays::CAPACITY);
    prop_oneof![
        Just(Backoff::Now),
        durations().prop_map(Backoff::Const),
        list.prop_map(|delays| Backoff::List(Delays::new(&delays))),
        range().prop_map(|(from, to)| Backoff::Linear { from, to }),
        range().prop_map(|(from, to)| Backoff::Fib { from, to }),
        (range(), 1_001_u32..).prop_map(|((from, to), factor)| Backoff::Exp {
            from,
            to,
            factor: Factor::thousandths(factor)
        }),
    ]
}

fn jitters() -> impl Strategy<Value = Jitter> {
    prop_oneof![
        prop::sample::select(vec![Jitter::Off, Jitter::Full, Jitter::Equal, Jitter::Decorrelated]),
        percents().prop_map(Jitter::Percent),
    ]
}

fn retries() -> impl Strategy<Value = Retry> {
    let tries = prop::option::of(prop::option::of(1_u32..));
    let budget = (percents(), rates()).prop_map(|(share, floor)| Budget { share, floor });
    let options =
        (tries, prop::option::of(durations()), prop::option::of(jitters()), prop::option::of(budget));
    (backoffs(), options).prop_map(|(backoff, (tries, within, jitter, budget))| {
        let mut retry = Retry::new(backoff);
        retry = match tries {
            None => retry,
            Some(None) => retry.forever(),
            Some(Some(attempts)) => retry.attempts(attempts),
        };
        retry = within.map_or(retry, |within| retry.within(within.max(backoff.first())));
        retry = jitter.map_or(retry, |jitter| retry.jitter(jitter));
        budget.map_or(retry, |budget| retry.budget(budget))
    })
}

fn settings<T: Sentence>(values: impl Strategy<Value = T>) -> impl Strategy<Value = Option<Setting<T>>> {
    let setting = prop::option::of(values).prop_map(|value| value.map_or(Setting::Off, Setting::On));
    prop::option::of(setting)
}

fn policy_sets() -> impl Strategy<Value = PolicySet> {
    (settings(retries()), settings(rate_limits()), settings(bulkheads()), settings(timeouts())).prop_map(
        |(retry, rate_limit, bulkhead, timeout)| PolicySet {
            retry,
            rate_limit,
            bulkhead,
            timeout,
            ..PolicySet::new()
        },
    )
}

const SENTENCES: [&str; 18] = [
    "5/500ms burst 10 wait 2s",
    "100/s and 5_000/h, strict",
    "20/s each tenant up to 50_000, queue 5",
    "10/s reject",
    "16 queue 64 wait 1s, fifo",
    "auto 8..256, by gradient, wait 250ms, lifo",
    "4 each (req.account())",
    "on",
    "off",
    "const(500ms, 5m)",
    "exp(100ms..30s, x2.5, jitter, 5 attempts, 5m)",
    "3 retries, exp(50ms..2s), jitter decorrelated, budget 10% floor 3/s",
    "list(10ms, 100ms, 1s), budget off",
    "linear(10ms..1s) forever within 1h",
    "fib(10ms..1s), jitter 12.5%",
    "now, 5 attempts",
    "10s, 2s each attempt, reserve 50ms",
    "rate_limit = \"5/s\", retry(exp(1s..5s), 3 attempts), timeout = \"off\"",
];

const PIECES: [&str; 40] = [
    "5",
    "0",
    "500",
    "2s",
    "0ms",
    "1.5.5s",
    "5mins",
    "99999999999999h",
    "4294967296",
    "%",
    "/",
    "(",
    ")",
    ",",
    "..",
    ".",
    "x2",
    "x0.5",
    "burst",
    "wait",
    "queue",
    "reject",
    "each",
    "attempt",
    "attempts",
    "retries",
    "within",
    "jitter",
    "budget",
    "floor",
    "exp",
    "const(",
    "list(",
    "off",
    "on",
    "é",
    "😀",
    "\n",
    "{fixed}",
    "brust",
];

/// A sentence with pieces of it taken out, doubled or replaced.
fn mutations() -> impl Strategy<Value = String> {
    let change =
        (any::<prop::sample::Index>(), 0_usize..6, prop::sample::select(PIECES.to_vec()), any::<bool>());
    let changes = prop::collection::vec(change, 0..5);
    (prop::sample::select(SENTENCES.to_vec()), changes).prop_map(|(sentence, changes)| {
        let mut text: Vec<char> = sentence.chars().collect();
        for (place, length, piece, spaced) in changes {
            let start = place.index(text.len() + 1);
            let end = (start + length).min(text.len());
            let space = if spaced { " " } else { "" };
            text.splice(start..end, format!("{space}{piece}{space}").chars());
        }
        text.into_iter().collect()
    })
}

fn soups() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..12).prop_map(|pieces| pieces.join(" "))
}

fn texts() -> impl Strategy<Value = String> {
    prop_oneof![4 => mutations(), 2 => soups(), 1 => any::<String>()]
}

fn places_are_within(text: &str, mistakes: &Mistakes) {
    assert_eq!(mistakes.first().source(), text);
    for mistake in mistakes {
        assert!(text.get(mistake.span()).is_some(), "{:?} of {text:?}", mistake.span());
        assert!(gentle_dsl::CODES.iter().any(|(code, _)| *code == mistake.code()), "{}", mistake.code());
        assert!(!mistake.help().is_empty() && !mistake.label().is_empty(), "{mistake}");
        assert!(mistake.bare().len() < mistake.to_string().len());
    }
}

/// The one text that a help quotes, if it is a whole value of the same key.
fn quoted(help: &str) -> Option<&str> {
    let inner = help.strip_prefix("write `").or(help.strip_prefix("write e.g. `"))?.strip_suffix('`')?;
    (!inner.contains('`')).then_some(inner)
}

fn holds_for<T: Sentence>(text: &str) {
    match T::parse(text) {
        Ok(setting) => assert_eq!(T::parse(&setting.to_string()), Ok(setting)),
        Err(mistakes) => {
            places_are_within(text, &mistakes);
            for help in mistakes.iter().filter_map(|mistake| quoted(mistake.help())) {
                assert!(T::parse(help).is_ok(), "{text:?}\n{mistakes}");
            }
        }
    }
}

/// A thousand cases, or as many more as `PROPTEST_CASES` asks for.
fn config() -> ProptestConfig {
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    ProptestConfig { cases: config.cases.max(1_000), ..config }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_printed_duration_parses_back(duration in durations()) {
        prop_assert_eq!(parse_duration(&DurationText(duration).to_string()), Ok(duration));
    }

    #[test]
    fn a_printed_rate_parses_back(rate in rates()) {
        prop_assert_eq!(parse_rate(&rate.to_string()), Ok(rate));
    }

    #[test]
    fn a_printed_rate_limit_parses_back(limit in rate_limits()) {
        prop_assert_eq!(RateLimit::parse(&limit.to_string()), Ok(Setting::On(limit)));
    }

    #[test]
    fn a_printed_bulkhead_parses_back(limit in bulkheads()) {
        prop_assert_eq!(Bulkhead::parse(&limit.to_string()), Ok(Setting::On(limit)));
    }

    #[test]
    fn a_printed_timeout_parses_back(timeout in timeouts()) {
        prop_assert_eq!(Timeout::parse(&timeout.to_string()), Ok(Setting::On(timeout)));
    }

    #[test]
    fn a_printed_retry_parses_back(retry in retries()) {
        prop_assert_eq!(Retry::parse(&retry.to_string()), Ok(Setting::On(retry)));
    }

    #[test]
    fn printed_policies_parse_back(set in policy_sets()) {
        prop_assert_eq!(parse_policies(&set.to_string()), Ok(set));
    }

    #[test]
    fn no_text_breaks_a_sentence(text in texts()) {
        holds_for::<RateLimit>(&text);
        holds_for::<Bulkhead>(&text);
        holds_for::<Retry>(&text);
        holds_for::<Timeout>(&text);
    }

    #[test]
    fn no_text_breaks_an_amount(text in texts()) {
        let refused = [parse_count(&text).err(), parse_duration(&text).err(), parse_rate(&text).err()];
        for mistakes in refused.into_iter().flatten() {
            places_are_within(&text, &mistakes);
        }
    }

    #[test]
    fn no_text_breaks_a_list_of_policies(text in texts()) {
        if let Err(mistakes) = parse_policies(&text) {
            for mistake in &mistakes {
                prop_assert!(text.get(mistake.span()).is_some());
            }
        }
    }

    #[test]
    fn every_place_in_a_text_leads_to_its_tokens(pieces in prop::collection::vec("[a-z0-9/%().,]{1,4}", 1..10), at in 0_usize..60) {
        let mut tokens = Tokens::new();
        for piece in &pieces {
            tokens.push(piece);
        }
        let located = tokens.locate(at..at + 1);
        prop_assert!(!located.is_empty() && located.end <= tokens.len());
    }
}

#[test]
fn the_longest_text_is_read_in_no_time() {
    let started = std::time::Instant::now();
    for piece in [",", "(", "exp(", "burst 0 ", "5 ", "ä", "const(1s),", "5 s "] {
        let text = piece.repeat(4_096 / piece.len());
        holds_for::<RateLimit>(&text);
        holds_for::<Retry>(&text);
    }
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
}
