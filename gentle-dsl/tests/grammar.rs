//! The valid sentences: what they mean, and how they print in full.

use std::time::Duration;

use gentle_dsl::{
    Adaptive, Backoff, Budget, Bulkhead, Delays, Each, Factor, Jitter, Order, Percent, Rate, RateLimit,
    Retry, Sentence, Setting, Timeout, Tries, Turn, Waiting, Width, parse_duration, parse_policies,
    parse_rate,
};

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Each text means this value, and the value prints as this text, which means the same.
#[track_caller]
fn means<T: Sentence>(texts: &[&str], value: T, printed: &str) {
    for text in texts {
        match T::parse(text) {
            Ok(setting) => assert_eq!(setting, Setting::On(value), "{text}"),
            Err(mistakes) => panic!("{text}\n{mistakes}"),
        }
    }
    assert_eq!(value.to_string(), printed);
    assert_eq!(T::parse(printed), Ok(Setting::On(value)), "{printed}");
    assert_eq!(value.check(), Ok(()));
}

const fn exp(from: u64, to: u64) -> Backoff {
    Backoff::Exp { from: ms(from), to: ms(to), factor: Factor::DOUBLE }
}

#[test]
fn a_rate_limit_waits_its_turn_in_bursts_of_its_count() {
    means(
        &["5/500ms", " 5 / 500ms ", "5/500ms wait", "5/500ms, fifo"],
        RateLimit::new(5, ms(500)),
        "5/500ms, burst 5, wait",
    );
    assert_eq!(RateLimit::new(5, ms(500)).interval(), ms(100));
}

#[test]
fn the_newest_may_be_served_first() {
    let limit = RateLimit::new(20, secs(1)).lifo();
    means(&["20/s lifo"], limit, "20/s, burst 20, wait, lifo");
    assert_eq!(limit.order(), Order::Lifo);
}

#[test]
fn a_bulkhead_may_adapt() {
    let limit = Bulkhead::auto(8, 256).wait(ms(250)).lifo();
    means(
        &["auto 8..256, by gradient, wait 250ms, lifo", "auto 8..256 start 16 wait 250ms lifo"],
        limit,
        "auto 8..256, start 16, by gradient, wait 250ms, queue 256, lifo",
    );
    assert_eq!((limit.most(), limit.first()), (256, 16));
    let other = Bulkhead::auto(2, 3).by(Adaptive::Aimd);
    means(&["auto 2..3 by aimd"], other, "auto 2..3, start 3, by aimd, reject");
    assert_eq!(other.width(), Width::Auto { from: 2, to: 3, start: 3, by: Adaptive::Aimd });
}

#[test]
fn a_burst_may_differ_from_the_count() {
    means(
        &["1/500ms burst 5", "1/500ms, burst 5"],
        RateLimit::new(1, ms(500)).burst(5),
        "1/500ms, burst 5, wait",
    );
}

#[test]
fn a_rate_limit_may_be_kept_for_each_key() {
    means(
        &["20/s each tenant up to 50_000", "20/s each (tenant) up to 50_000"],
        RateLimit::new(20, secs(1)).each(Each::new("tenant").up_to(50_000)),
        "20/s, burst 20, wait, each tenant up to 50000",
    );
}

#[test]
fn a_key_may_be_code() {
    means(
        &["4 each (req.account())"],
        Bulkhead::new(4).each(Each::new("req.account()")),
        "4, reject, each (req.account()) up to 100000",
    );
}

#[test]
fn a_bounded_wait_brings_the_queue_that_fits_in_it() {
    let limit = RateLimit::new(5, ms(500)).burst(10).wait(secs(2));
    let texts =
        ["5/500ms burst 10 wait 2s", "5/500ms wait 2s, burst 10", "5/500ms burst 10 queue 20 wait 2s"];
    means(&texts, limit, "5/500ms, burst 10, wait 2s, queue 20");
    assert_eq!(limit.waits(), Waiting::Turn(Turn { within: Some(secs(2)), queue: Some(20) }));
}

#[test]
fn a_wait_too_short_for_one_call_still_holds_one() {
    means(&["1/h wait 1s"], RateLimit::new(1, secs(3600)).wait(secs(1)), "1/h, burst 1, wait 1s, queue 1");
}

#[test]
fn a_rate_limit_may_refuse_or_queue() {
    means(&["100/s reject"], RateLimit::new(100, secs(1)).reject(), "100/s, burst 100, reject");
    means(
        &["5_000/h queue 7"],
        RateLimit::new(5_000, secs(3600)).queue(7),
        "5000/h, burst 5000, wait, queue 7",
    );
    let bounded = RateLimit::new(1, secs(1)).queue(7).wait(secs(3));
    means(&["1/1s queue 7 wait 3s"], bounded, "1/s, burst 1, wait 3s, queue 7");
}

#[test]
fn a_bulkhead_refuses_the_next_call() {
    means(&["16", "16 reject", "1_6"], Bulkhead::new(16), "16, reject");
}

#[test]
fn a_bulkhead_may_queue_for_a_while() {
    let limit = Bulkhead::new(16).queue(64).wait(secs(1));
    means(&["16 queue 64 wait 1s", "16, wait 1s, fifo, queue 64"], limit, "16, wait 1s, queue 64");
}

#[test]
fn a_waiting_bulkhead_queues_as_many_as_it_runs() {
    means(&["16 wait", "16 fifo", "16 queue 16"], Bulkhead::new(16).queue(16), "16, wait, queue 16");
    means(&["16 wait 1s"], Bulkhead::new(16).wait(secs(1)), "16, wait 1s, queue 16");
}

#[test]
fn retry_on_is_the_default_sentence() {
    let printed = "exp(100ms..10s, x2), 3 attempts, jitter full, budget 20% floor 10/s";
    means(&["on", " on "], Retry::DEFAULT, printed);
    means(&["budget 20%"], Retry::DEFAULT, printed);
}

#[test]
fn a_bare_duration_in_the_brackets_is_the_time_limit() {
    let retry = Retry::new(Backoff::Const(ms(500))).within(secs(300));
    means(
        &["const(500ms, 5m)", "const(500ms), within 5m", "within 5m const(500ms)"],
        retry,
        "const(500ms), within 5m",
    );
    assert_eq!(
        (retry.tries(), retry.jittered(), retry.limit()),
        (Tries::Forever, Jitter::Off, Some(secs(300)))
    );
}

#[test]
fn every_clause_may_stand_in_the_brackets() {
    let retry = Retry::new(exp(100, 30_000)).attempts(5).within(secs(300));
    let texts = [
        "exp(100ms..30s, x2, jitter, 5 attempts, 5m)",
        "exp(100ms..30s, 5m, 4 retries)",
        "5 attempts exp(100ms..30s) jitter full within 5m",
    ];
    means(&texts, retry, "exp(100ms..30s, x2), 5 attempts, jitter full, within 5m");
}

#[test]
fn retries_do_not_count_the_first_call() {
    let share = Percent::hundredths(1_000);
    let retry =
        Retry::new(exp(50, 2_000)).retries(3).jitter(Jitter::Decorrelated).budget(Budget::share(share));
    means(
        &["3 retries, exp(50ms..2s), jitter decorrelated, budget 10%"],
        retry,
        "exp(50ms..2s, x2), 4 attempts, jitter decorrelated, budget 10% floor 10/s",
    );
    means(&["0 retries, now", "now 1 attempts"], Retry::new(Backoff::Now).attempts(1), "now, 1 attempts");
}

#[test]
fn the_length_of_a_list_sets_the_tries() {
    let list = Backoff::List(Delays::new(&[ms(10), ms(100), ms(1_000)]));
    means(&["list(10ms, 100ms, 1s), budget off"], Retry::new(list), "list(10ms, 100ms, 1s), 4 attempts");
    means(
        &["list(10ms, 100ms, 1s) 9 attempts"],
        Retry::new(list).attempts(9),
        "list(10ms, 100ms, 1s), 9 attempts",
    );
    means(
        &["list(10ms, 100ms, 1s) forever within 1h"],
        Retry::new(list).forever().within(secs(3600)),
        "list(10ms, 100ms, 1s), forever, within 1h",
    );
}

#[test]
fn a_list_may_begin_at_once() {
    means(
        &["list(0ms, 1s)"],
        Retry::new(Backoff::List(Delays::new(&[ms(0), secs(1)]))),
        "list(0s, 1s), 3 attempts",
    );
}

#[test]
fn without_a_number_of_tries_there_are_three() {
    means(
        &["exp(100ms..10s)", "jitter", "3 attempts"],
        Retry::new(Backoff::DEFAULT),
        "exp(100ms..10s, x2), 3 attempts, jitter full",
    );
    means(&["forever"], Retry::new(Backoff::DEFAULT).forever(), "exp(100ms..10s, x2), forever, jitter full");
    means(&["now"], Retry::new(Backoff::Now), "now, 3 attempts");
}

#[test]
fn each_growing_back_off_has_its_range() {
    let (from, to) = (ms(10), secs(1));
    means(
        &["linear(10ms..1s)"],
        Retry::new(Backoff::Linear { from, to }),
        "linear(10ms..1s), 3 attempts, jitter full",
    );
    means(
        &["fib(10ms..1s, jitter off)"],
        Retry::new(Backoff::Fib { from, to }).jitter(Jitter::Off),
        "fib(10ms..1s), 3 attempts, jitter off",
    );
    let factor = Factor::thousandths(2_500);
    means(
        &["exp(10ms..1s, x2.5, jitter 12.5%)"],
        Retry::new(Backoff::Exp { from, to, factor }).jitter(Jitter::Percent(Percent::hundredths(1_250))),
        "exp(10ms..1s, x2.5), 3 attempts, jitter 12.5%",
    );
}

#[test]
fn a_budget_may_have_its_own_floor() {
    let budget = Budget { share: Percent::hundredths(500), floor: Rate { count: 1, per: secs(10) } };
    means(
        &["now, jitter equal, budget 5% floor 1/10s"],
        Retry::new(Backoff::Now).jitter(Jitter::Equal).budget(budget),
        "now, 3 attempts, jitter equal, budget 5% floor 1/10s",
    );
}

#[test]
fn a_timeout_is_for_the_call_or_for_each_attempt() {
    means(&["10s", "10000ms"], Timeout::total(secs(10)), "10s");
    means(&["2s each attempt"], Timeout::each_attempt(secs(2)), "2s each attempt");
    let both = Timeout::total(secs(10)).and_each_attempt(secs(2));
    means(&["10s, 2s each attempt", "2s each attempt 10s"], both, "10s, 2s each attempt");
    means(&["2s, 2s each attempt"], Timeout::total(secs(2)).and_each_attempt(secs(2)), "2s, 2s each attempt");
}

#[test]
fn off_removes_every_policy() {
    assert_eq!(RateLimit::parse("off"), Ok(Setting::Off));
    assert_eq!(Bulkhead::parse(" off "), Ok(Setting::Off));
    assert_eq!(Retry::parse("off").map(|setting| setting.to_string()), Ok("off".into()));
    assert_eq!(Timeout::parse("off").map(Setting::on), Ok(None));
}

#[test]
fn durations_and_rates_stand_alone_too() {
    assert_eq!(parse_duration("1d2h"), Ok(secs(93_600)));
    assert_eq!(parse_rate("5_000/h"), Ok(Rate { count: 5_000, per: secs(3600) }));
}

#[test]
fn several_policies_stand_in_one_text() {
    let set = parse_policies(
        "timeout(10s, 2s each attempt), retry = \"on\",\n  rate_limit = \"off\", bulkhead(16),",
    )
    .unwrap();
    let printed = "retry = \"exp(100ms..10s, x2), 3 attempts, jitter full, budget 20% floor 10/s\", rate_limit = \"off\", \
                   bulkhead = \"16, reject\", timeout = \"10s, 2s each attempt\"";
    assert_eq!(set.to_string(), printed);
    assert_eq!(parse_policies(printed), Ok(set));
    assert_eq!(parse_policies(""), Ok(gentle_dsl::PolicySet::default()));
}
