use std::sync::atomic::{AtomicU32, Ordering};

use gentle::policy::Sentence;
use gentle::policy::retry::{Retry, Schedule};
use gentle::time::sleep;

use super::*;

const HOUR: Duration = Duration::from_secs(3600);
const NANOSECOND: Duration = Duration::from_nanos(1);

fn schedule(text: &str) -> Schedule {
    Schedule::new(&Retry::parse(text).unwrap().on().unwrap())
}

/// How many delays there are when no time passes, up to a thousand.
fn count(text: &str) -> usize {
    let mut schedule = schedule(text);
    std::iter::from_fn(|| schedule.next(Duration::ZERO)).take(1000).count()
}

#[test]
fn gentle_11_const_within_a_time_gives_its_interval_and_nothing_after_that_time() {
    let mut schedule = schedule("const(100ms, 1s)");
    assert_eq!(schedule.next(Duration::ZERO), Some(millis(100)));
    assert_eq!(schedule.next(millis(1000) + NANOSECOND), None);
}

#[test]
fn gentle_12_const_with_a_count_gives_that_many_intervals() {
    let mut schedule = schedule("const(100ms), 5 retries");
    for _ in 0..5 {
        assert_eq!(schedule.next(HOUR), Some(millis(100)));
    }
    assert_eq!(schedule.next(HOUR), None);
}

#[test]
fn gentle_13_const_without_bounds_still_gives_its_interval_after_an_hour() {
    let mut schedule = schedule("const(100ms), forever");
    assert_eq!(schedule.next(HOUR), Some(millis(100)));
    assert_eq!(count("const(100ms), forever"), 1000);
}

#[test]
fn gentle_14_exp_within_a_time_gives_nothing_after_that_time() {
    let mut schedule = schedule("exp(100ms..1s), within 5s");
    assert!(schedule.next(Duration::ZERO).is_some());
    assert_eq!(schedule.next(millis(5000) + NANOSECOND), None);
}

#[test]
fn gentle_15_exp_with_a_count_gives_that_many_delays() {
    assert_eq!(count("exp(100ms..1s), 7 retries"), 7);
}

#[test]
fn gentle_16_exp_without_bounds_never_stops() {
    assert_eq!(count("exp(100ms..1s), forever"), 1000);
    assert!(schedule("exp(100ms..1s), forever").next(24 * HOUR).is_some());
}

#[test]
fn gentle_17_of_two_bounds_the_one_reached_first_stops() {
    for backoff in ["const(100ms)", "exp(100ms..1s), jitter off"] {
        let text = format!("{backoff}, 3 retries, within 10s");
        assert_eq!(count(&text), 3, "the count, after no time at all");
        let mut schedule = schedule(&text);
        assert!(schedule.next(Duration::ZERO).is_some());
        assert_eq!(schedule.next(millis(10_000)), None, "the time, with two tries left");
    }
}

// The seed gives one more delay when the time is just up; here a delay that would end after it is not given.
#[test]
fn gentle_18_a_delay_that_ends_just_in_time_is_given_and_one_that_ends_later_is_not() {
    for text in ["const(100ms), within 1s", "exp(100ms..1s), jitter off, within 1s"] {
        assert_eq!(schedule(text).next(millis(900)), Some(millis(100)));
        assert_eq!(schedule(text).next(millis(900) + NANOSECOND), None);
    }
}

#[test]
fn gentle_19_exp_multiplies_up_to_its_ceiling_and_jitter_stays_in_its_range() {
    let plain = [100, 300, 900, 2700, 5000, 5000, 5000].map(millis);
    let mut without = schedule("exp(100ms..5s, x3), 7 retries, jitter off");
    assert_eq!(std::iter::from_fn(|| without.next(Duration::ZERO)).collect::<Vec<_>>(), plain);
    for _ in 0..200 {
        let mut jittered = schedule("exp(100ms..5s, x3), 7 retries, jitter 50%");
        for delay in plain {
            let given = jittered.next(Duration::ZERO).unwrap();
            assert!(given >= delay / 2 && given <= delay * 3 / 2, "{given:?} for {delay:?}");
        }
    }
}

#[test]
fn gentle_20_a_jittered_delay_never_exceeds_the_ceiling() {
    for backoff in ["exp(100ms..1s)", "linear(100ms..1s)", "fib(100ms..1s)", "exp(1s..1s)"] {
        for jitter in ["full", "equal", "decorrelated", "50%", "100%"] {
            let text = format!("{backoff}, forever, jitter {jitter}");
            for chance in [0.0, 0.3, 0.7, 0.999_999_999] {
                let mut schedule = schedule(&text);
                for _ in 0..50 {
                    let delay = schedule.next_with(Duration::ZERO, || chance).unwrap();
                    assert!(delay <= millis(1000), "{text}: {delay:?}");
                }
            }
        }
    }
}

/// A call that always fails takes `took` and ends with the operation's own error.
async fn ends_with_its_error(way: &Way, took: Duration) {
    assert_eq!(timed(way.call(failing)).await, (Err(Failure::Inner), took));
}

fn list(delays: usize) -> String {
    format!("retry=list({})", ["1s"].repeat(delays).join(", "))
}

#[tokio::test(start_paused = true)]
async fn gentle_21_a_stream_that_always_fails_is_tried_through_the_whole_list() {
    for way in both!(retry = "list(1s, 1s, 1s, 1s)", timeout = "1h") {
        ends_with_its_error(&way, millis(4000)).await;
    }
    for delays in 1..=16 {
        ends_with_its_error(&by_hand(&[&list(delays)]), Duration::from_secs(delays as u64)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn gentle_22_a_handler_that_always_fails_is_tried_through_the_whole_list() {
    for way in both!(retry = "list(1s, 2s, 3s)", timeout = "1h") {
        let count = Arc::new(AtomicU32::new(0));
        let tried = count.clone();
        let call = way.call(move || {
            tried.fetch_add(1, Ordering::SeqCst);
            failing()
        });
        assert_eq!(timed(call).await, (Err(Failure::Inner), millis(6000)));
        assert_eq!(count.load(Ordering::SeqCst), 4);
    }
}

// The seed sleeps beyond the time; here the last delay that ends in time is the last one.
#[tokio::test(start_paused = true)]
async fn gentle_23_const_within_a_time_uses_it_and_ends_with_the_inner_error() {
    for way in both!(retry = "const(300ms), within 1s", timeout = "1h") {
        ends_with_its_error(&way, millis(900)).await;
    }
    for seconds in (0..20).map(|_| fastrand::u64(1..50)) {
        let way = by_hand(&[&format!("retry=const(1s), within {seconds}s")]);
        ends_with_its_error(&way, Duration::from_secs(seconds)).await;
    }
}

// As 23.
#[tokio::test(start_paused = true)]
async fn gentle_24_exp_within_a_time_uses_it_and_ends_with_the_inner_error() {
    for way in both!(retry = "exp(1s..128s, x2), jitter off, within 20m", timeout = "1h") {
        ends_with_its_error(&way, Duration::from_secs(255 + 7 * 128)).await;
    }
    for minutes in 1..=20 {
        let way = by_hand(&[&format!("retry=exp(1s..128s, x2), jitter off, within {minutes}m")]);
        let within = Duration::from_secs(minutes * 60);
        let (answer, took) = timed(way.call(failing)).await;
        assert_eq!(answer, Err(Failure::Inner));
        assert!(took <= within && took + Duration::from_secs(128) > within, "{took:?} of {within:?}");
    }
}

/// A call that always fails ends with its deadline, not with the operation's own error, and not after it.
async fn ends_with_its_deadline(way: &Way, deadline: Duration) {
    let (answer, took) = timed(way.call(failing)).await;
    assert!(answer.unwrap_err().is_timeout());
    assert!(took <= deadline, "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn gentle_25_a_deadline_within_the_delays_ends_the_call_as_a_timeout() {
    for way in both!(retry = "list(1s, 1s, 1s)", timeout = "1500ms") {
        ends_with_its_deadline(&way, millis(1500)).await;
    }
    for _ in 0..50 {
        let deadline = fastrand::u64(1..=2000);
        let way = by_hand(&[&list(16), &format!("timeout={deadline}ms")]);
        ends_with_its_deadline(&way, millis(deadline)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn gentle_26_a_deadline_ends_an_endless_const_as_a_timeout() {
    for way in both!(retry = "const(10ms), forever", timeout = "1s") {
        ends_with_its_deadline(&way, millis(1000)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn gentle_27_a_deadline_ends_an_endless_exp_as_a_timeout() {
    for way in both!(retry = "exp(10ms..1s), forever", timeout = "1s") {
        ends_with_its_deadline(&way, millis(1000)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn gentle_28_const_and_exp_on_what_always_fails_end_with_the_inner_error() {
    for way in both!(retry = "const(100ms, 1s)", timeout = "1h") {
        ends_with_its_error(&way, millis(1000)).await;
    }
    for way in both!(retry = "exp(100ms..1s, x2, jitter off, 2s)", timeout = "1h") {
        ends_with_its_error(&way, millis(100 + 200 + 400 + 800)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn gentle_29_a_success_at_the_moment_the_time_is_up_is_a_success() {
    let just_in_time = || async {
        sleep(millis(100)).await;
        Ok(7)
    };
    for way in both!(timeout = "100ms", retry = "3 attempts") {
        assert_eq!(timed(way.call(just_in_time)).await, (Ok(7), millis(100)));
        let cancelled = tokio::time::timeout(millis(100), way.call(just_in_time));
        assert_eq!(cancelled.await, Ok(Ok(7)));
    }
}
