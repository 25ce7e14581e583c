//! What holds for every value and every text.

use std::time::Duration;

use gentle_dsl::{
    Adaptive, Backoff, Budget, Bulkhead, Cache, Chaos, ChaosAct, ChaosKind, CircuitBreaker, Delays,
    DurationText, Each, EachKey, Factor, Fallback, Hedge, HedgeDelay, Jitter, Mistakes, Percent, PolicySet,
    Rate, RateLimit, Reach, Retry, Sentence, Setting, Throttle, Timeout, Tokens, Trip, Turn, Waiting,
    check_set, each_span, not_ready, notes, parse_count, parse_duration, parse_policies,
    parse_policies_ahead, parse_rate,
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

fn eaches() -> impl Strategy<Value = Option<Each>> {
    let keys = vec!["tenant", "user, lang", "req.account()", "up", "x2.5", "ä", "f([1], {2})", "self"];
    let key = prop_oneof![
        prop::sample::select(keys).prop_map(str::to_owned),
        "[a-z][a-z0-9_.:&()\\[\\] ]{0,94}[a-z]"
            .prop_map(|key| { if balanced(&key) { key } else { key.replace(['(', ')', '[', ']'], "_") } }),
    ];
    prop::option::of((key, 1_u32..).prop_map(|(key, most)| Each::new(&key).up_to(most)))
}

fn balanced(key: &str) -> bool {
    let mut open = Vec::new();
    key.chars().all(|c| match c {
        '(' | '[' => {
            open.push(c);
            true
        }
        ')' => open.pop() == Some('('),
        ']' => open.pop() == Some('['),
        _ => true,
    }) && open.is_empty()
}

fn rate_limits() -> impl Strategy<Value = RateLimit> {
    let more = prop::collection::vec(rates(), 0..4);
    let options = (prop::option::of(1_u32..), waitings(), any::<bool>(), any::<bool>(), eaches());
    (rates(), more, options).prop_map(|(rate, more, (burst, waiting, strict, lifo, each))| {
        let mut limit = RateLimit::new(rate.count, rate.per).waiting(waiting);
        for rate in more {
            if limit.windows().iter().all(|window| window.per != rate.per) {
                limit = limit.and(rate.count, rate.per);
            }
        }
        limit = burst.map_or(limit, |burst| limit.burst(burst));
        limit = if strict { limit.strict() } else { limit };
        limit = if lifo && waiting != Waiting::Reject { limit.lifo() } else { limit };
        each.map_or(limit, |each| limit.each(each))
    })
}

fn widths() -> impl Strategy<Value = Bulkhead> {
    let auto = (1_u32.., 1_u32.., any::<prop::sample::Index>()).prop_map(|(one, other, by)| {
        let by = *by.get(&[Adaptive::Aimd, Adaptive::Vegas, Adaptive::Gradient]);
        Bulkhead::auto(one.min(other), one.max(other)).by(by).start(one)
    });
    prop_oneof![(1_u32..).prop_map(Bulkhead::new), auto]
}

fn bulkheads() -> impl Strategy<Value = Bulkhead> {
    (widths(), waitings(), any::<bool>(), eaches()).prop_map(|(width, waiting, lifo, each)| {
        let limit = width.waiting(waiting);
        let limit = if lifo && waiting != Waiting::Reject { limit.lifo() } else { limit };
        each.map_or(limit, |each| limit.each(each))
    })
}

fn timeouts() -> impl Strategy<Value = Timeout> {
    (durations(), durations(), prop::option::of(durations())).prop_flat_map(|(one, other, reserve)| {
        let both = Timeout::total(one.max(other)).and_each_attempt(one.min(other));
        let reserve = reserve.unwrap_or_default();
        prop::sample::select(vec![Timeout::total(one), Timeout::each_attempt(one), both.reserve(reserve)])
    })
}

fn trips() -> impl Strategy<Value = Trip> {
    let window = || prop::option::of(durations());
    prop_oneof![
        (percents(), window(), 1_u32.., window()).prop_map(|(share, over, sample, window)| Trip::Rate {
            share,
            over,
            sample,
            window
        }),
        (1_u32.., 1_u32.., window()).prop_map(|(one, other, window)| Trip::Count {
            count: one.min(other),
            of: one.max(other),
            window
        }),
        (1_u32.., durations()).prop_map(|(count, window)| Trip::Within { count, window }),
        (1_u32..).prop_map(Trip::InARow),
    ]
}

fn circuit_breakers() -> impl Strategy<Value = CircuitBreaker> {
    let signs = prop::collection::vec(trips(), 0..=4);
    let range = (durations(), durations());
    let options = (range, (1_u32.., 1_u32..), prop::option::of(durations()), eaches());
    (signs, options).prop_map(|(signs, ((one, other), (needed, of), within, each))| {
        let breaker = signs.into_iter().fold(CircuitBreaker::manual(), CircuitBreaker::or);
        let breaker = breaker.open(one.min(other), one.max(other)).probe(needed.min(of), needed.max(of));
        let breaker = within.map_or(breaker, |within| breaker.within(within));
        each.map_or(breaker, |each| breaker.each(each))
    })
}

fn budgets() -> impl Strategy<Value = Budget> {
    (percents(), rates()).prop_map(|(share, floor)| Budget { share, floor })
}

fn hedges() -> impl Strategy<Value = Hedge> {
    let delay = prop_oneof![
        durations().prop_map(HedgeDelay::Fixed),
        (1_u8..100, prop::option::of(durations()))
            .prop_map(|(percentile, at_least)| HedgeDelay::Percentile { percentile, at_least }),
    ];
    (delay, 1_u32.., prop::option::of(budgets()), any::<bool>()).prop_map(|(delay, most, budget, free)| {
        let hedge = Hedge::new(delay).max(most);
        let hedge = if free && budget.is_none() { hedge.free() } else { hedge };
        budget.map_or(hedge, |budget| hedge.budget(budget))
    })
}

fn caches() -> impl Strategy<Value = Cache> {
    let times = (prop::option::of(durations()), prop::option::of(durations()));
    (durations(), times, 1_u32.., any::<bool>(), eaches()).prop_map(
        |(keep, (stale, errors), most, coalesce, each)| {
            let cache = Cache::new(keep).max(most);
            let cache = stale.map_or(cache, |stale| cache.stale(stale));
            let cache = errors.map_or(cache, |errors| cache.errors(errors));
            let cache = if coalesce { cache.coalesce() } else { cache };
            each.map_or(cache, |each| cache.each(each))
        },
    )
}

fn throttles() -> impl Strategy<Value = Throttle> {
    (percents(), 1_u32.., durations(), percents())
        .prop_map(|(share, of, window, most)| Throttle::new(share, of, window).up_to(most))
}

fn chaoses() -> impl Strategy<Value = Chaos> {
    let delay = || {
        (durations(), durations())
            .prop_map(|(one, other)| ChaosAct::Delay { from: one.min(other), to: one.max(other) })
    };
    let more = (prop::option::of(delay()), any::<bool>(), any::<bool>());
    (delay(), more, percents()).prop_map(|(first, (second, fail, panic), share)| {
        let more = [fail.then_some(ChaosAct::Fail), second, panic.then_some(ChaosAct::Panic)];
        let kinds = more.into_iter().flatten().map(|act| ChaosKind { share, act });
        kinds.fold(Chaos::new(ChaosKind { share, act: first }), Chaos::and)
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
    let options =
        (tries, prop::option::of(durations()), prop::option::of(jitters()), prop::option::of(budgets()));
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

/// Boxed, for ten of them side by side are too large for the stack of a test.
fn settings<T: Sentence>(values: impl Strategy<Value = T> + 'static) -> BoxedStrategy<Option<Setting<T>>> {
    let setting = prop::option::of(values).prop_map(|value| value.map_or(Setting::Off, Setting::On));
    prop::option::of(setting).boxed()
}

fn policy_sets() -> impl Strategy<Value = PolicySet> {
    let outer = (settings(Just(Fallback)), settings(caches()), settings(throttles()), settings(retries()));
    let middle = (settings(hedges()), settings(circuit_breakers()), settings(rate_limits()));
    let inner = (settings(bulkheads()), settings(timeouts()), settings(chaoses()));
    (outer, middle, inner)
        .prop_map(|(outer, middle, inner)| {
            let (fallback, cache, throttle, retry) = outer;
            let (hedge, circuit_breaker, rate_limit) = middle;
            let (bulkhead, timeout, chaos) = inner;
            PolicySet {
                fallback,
                cache,
                throttle,
                retry,
                hedge,
                circuit_breaker,
                rate_limit,
                bulkhead,
                timeout,
                chaos,
            }
        })
        .prop_filter("the hedge starts in time", |set| check_set(set).is_empty())
}

const SENTENCES: [&str; 34] = [
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
    "50% of 20 in 10s, open 30s, probe 3",
    "5 in a row or 50% of 20 in 10s, open 5s..1m, probe 2 of 3 within 10s, each host",
    "50% of 100 or 80% over 2s or 5 of 20 or 7 in 1m, open 30s",
    "manual, open 5s",
    "50 of 20 in 10s",
    "after p95 at least 20ms, max 2, budget 5%",
    "after 50ms",
    "1m, stale 10m, max 10_000, coalesce, each (user, lang)",
    "1m errors 5s",
    "10% of 20 in 1m, up to 90%",
    "5% fail, 1% panic, 10% delay 100ms..2s, 3% delay 1s",
    "20/s and 30/m and 40/h and 50/d, each (a[1], {b}) up to 5, lifo",
    "auto 8..256 start 9 by vegas each x.y()",
    "10s reserve 1s",
    "stale",
    "hedge = \"after 5s\", timeout = \"2s\", circuit_breaker(on), chaos(5% fail)",
    "rate_limit = \"5/s\", retry(exp(1s..5s), 3 attempts), timeout = \"off\"",
];

const PIECES: [&str; 66] = [
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
    "of",
    "in",
    "a row",
    "over",
    "or",
    "and",
    "open",
    "probe",
    "manual",
    "after",
    "p95",
    "p0",
    "at least",
    "max",
    "stale",
    "up",
    "to",
    "up to",
    "auto",
    "start",
    "by",
    "fail",
    "delay",
    "[",
    "0.5",
    "lifo",
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
    for reach in [Reach::Ready, Reach::Ahead] {
        match T::parse_as(reach, text) {
            Ok(setting) => assert_eq!(T::parse_as(reach, &setting.to_string()), Ok(setting), "{text:?}"),
            Err(mistakes) => {
                places_are_within(text, &mistakes);
                for help in mistakes.iter().filter_map(|mistake| quoted(mistake.help())) {
                    assert!(T::parse_as(reach, help).is_ok(), "{text:?}\n{mistakes}");
                }
            }
        }
    }
}

fn prints_and_parses<T: Sentence>(value: T) {
    let printed = value.to_string();
    match T::parse_ahead(&printed) {
        Ok(parsed) => assert_eq!(parsed, Setting::On(value), "{printed}"),
        Err(mistakes) => panic!("{mistakes}"),
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
    fn a_printed_rate_limit_parses_back(value in rate_limits()) {
        prints_and_parses(value);
    }

    #[test]
    fn a_printed_bulkhead_parses_back(value in bulkheads()) {
        prints_and_parses(value);
    }

    #[test]
    fn a_printed_timeout_parses_back(value in timeouts()) {
        prints_and_parses(value);
    }

    #[test]
    fn a_printed_retry_parses_back(value in retries()) {
        prints_and_parses(value);
    }

    #[test]
    fn a_printed_circuit_breaker_parses_back(value in circuit_breakers()) {
        prints_and_parses(value);
    }

    #[test]
    fn a_printed_hedge_parses_back(value in hedges()) {
        prints_and_parses(value);
    }

    #[test]
    fn a_printed_cache_parses_back(value in caches()) {
        prints_and_parses(value);
    }

    #[test]
    fn a_printed_throttle_parses_back(value in throttles()) {
        prints_and_parses(value);
    }

    #[test]
    fn a_printed_set_of_chaos_parses_back(value in chaoses()) {
        prints_and_parses(value);
    }

    #[test]
    fn printed_policies_parse_back(set in policy_sets()) {
        prop_assert_eq!(parse_policies_ahead(&set.to_string()), Ok(set));
    }

    #[test]
    fn what_is_not_ready_is_what_parsing_refuses(set in policy_sets()) {
        let refused = parse_policies(&set.to_string());
        prop_assert_eq!(refused.is_ok(), not_ready(&set).is_empty(), "{:?}", refused);
        for mistake in notes(&set).into_iter().chain(not_ready(&set)) {
            prop_assert!(gentle_dsl::CODES.iter().any(|(code, _)| *code == mistake.code()));
        }
    }

    #[test]
    fn a_key_stands_where_its_span_says(each in eaches().prop_map(|each| each.unwrap_or(Each::new("a")))) {
        let text = RateLimit::new(5, Duration::from_secs(1)).each(each).to_string();
        let span = each_span(&text).unwrap();
        prop_assert_eq!(&text[span], each.key.as_str());
    }

    #[test]
    fn a_key_is_kept_as_far_as_it_fits(text in any::<String>()) {
        let key = EachKey::new(&text);
        prop_assert!(text.starts_with(key.as_str()) && key.as_str().len() <= EachKey::CAPACITY);
        prop_assert!(text.len() > EachKey::CAPACITY || key.as_str() == text);
    }

    #[test]
    fn no_text_breaks_a_sentence(text in texts()) {
        holds_for::<RateLimit>(&text);
        holds_for::<Bulkhead>(&text);
        holds_for::<Retry>(&text);
        holds_for::<Timeout>(&text);
        holds_for::<CircuitBreaker>(&text);
        holds_for::<Hedge>(&text);
        holds_for::<Cache>(&text);
        holds_for::<Throttle>(&text);
        holds_for::<Chaos>(&text);
        holds_for::<Fallback>(&text);
        if let Some(span) = each_span(&text) {
            prop_assert!(!text[span].is_empty());
        }
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
        let refused = [parse_policies(&text).err(), parse_policies_ahead(&text).err()];
        for mistake in refused.into_iter().flatten().flatten() {
            prop_assert!(mistake.source() == text && text.get(mistake.span()).is_some());
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
    for piece in [",", "(", "exp(", "burst 0 ", "5 ", "ä", "const(1s),", "5 s ", "5% or ", "each ", "each a."]
    {
        let text = piece.repeat(4_096 / piece.len());
        holds_for::<RateLimit>(&text);
        holds_for::<Retry>(&text);
        holds_for::<CircuitBreaker>(&text);
        holds_for::<Cache>(&text);
    }
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
}
