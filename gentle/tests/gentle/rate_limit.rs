use gentle::policy::{Key, RateLimit, Refusal};
use gentle::time::sleep;
use tokio::runtime::Handle;

use super::*;

/// The last of so many calls that came together ends after `took`, and all are answered.
async fn paced<F>(way: &Way, count: u32, operation: fn(u32) -> F, took: Duration)
where
    F: Future<Output = Answer> + Send + 'static,
{
    let ended = way.calls(count, operation).await;
    assert!(ended.iter().all(|(answer, _)| answer.is_ok()), "{ended:?}");
    assert_eq!(ended.last().unwrap().1, took);
}

#[tokio::test(start_paused = true)]
async fn gentle_1_four_calls_of_a_stream_at_one_per_100_ms_take_300_ms() {
    for way in both!(rate_limit = "1/100ms") {
        paced(&way, 4, stream, millis(300)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn gentle_2_four_calls_of_a_handler_at_one_per_100_ms_take_300_ms() {
    for way in both!(rate_limit = "1/100ms") {
        paced(&way, 4, handler, millis(300)).await;
    }
}

async fn hanging(_: u32) -> Answer {
    pending().await
}

/// Four calls of what never returns all end with the deadline, and none after it.
async fn all_time_out(way: &Way) {
    for (answer, after) in way.calls(4, hanging).await {
        assert!(answer.unwrap_err().is_timeout());
        assert!(after <= millis(100), "{after:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn gentle_3_calls_of_a_stream_that_never_returns_end_with_the_deadline() {
    for way in both!(rate_limit = "1/7ms", timeout = "100ms") {
        all_time_out(&way).await;
    }
    for _ in 0..50 {
        let limit = format!("rate_limit=1/{}ms", fastrand::u32(1..=200));
        all_time_out(&by_hand(&[&limit, "timeout=100ms"])).await;
    }
}

#[tokio::test(start_paused = true)]
async fn gentle_4_calls_of_a_handler_that_never_returns_end_with_the_deadline() {
    for way in both!(rate_limit = "1/60ms", timeout = "100ms") {
        all_time_out(&way).await;
    }
    for way in both!(rate_limit = "1/200ms", timeout = "100ms") {
        all_time_out(&way).await;
    }
}

#[tokio::test(start_paused = true)]
async fn gentle_5_five_calls_at_one_per_100_ms_take_400_ms() {
    for way in both!(rate_limit = "1/100ms") {
        paced(&way, 5, stream, millis(400)).await;
        sleep(millis(100)).await;
        paced(&way, 5, handler, millis(400)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn gentle_6_a_burst_passes_at_once_the_rest_is_spaced_and_idling_never_saves_more_than_a_burst() {
    let spaced = [0, 0, 0, 100, 200, 300].map(millis);
    for way in both!(rate_limit = "1/100ms burst 3") {
        for idle in [300, 5_000, 300] {
            let ended = way.calls(6, stream).await;
            assert_eq!(ended.iter().map(|(_, after)| *after).collect::<Vec<_>>(), spaced);
            sleep(millis(idle)).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn gentle_7_what_would_wait_too_long_is_refused_at_once_and_consumes_nothing() {
    for way in both!(rate_limit = "1/100ms, wait 250ms, queue 9") {
        let ended = way.calls(6, stream).await;
        let (refused, served): (Vec<_>, Vec<_>) = ended.into_iter().partition(|(answer, _)| answer.is_err());
        assert_eq!(served.iter().map(|(_, after)| *after).collect::<Vec<_>>(), [0, 100, 200].map(millis));
        assert_eq!(refused.len(), 3);
        for (answer, after) in refused {
            let Err(Failure::Rejected(rejected)) = answer else { panic!("{answer:?}") };
            assert_eq!((rejected.policy, rejected.kind), (Key::RateLimit, Refusal::TooLong));
            assert_eq!((rejected.retry_after, after), (Some(millis(300)), Duration::ZERO));
        }
        sleep(millis(100)).await;
        assert_eq!(timed(way.call(|| stream(0))).await, (Ok(7), Duration::ZERO));
    }
}

// In an attribute they are refused by the compiler: see the ui-tests.
#[test]
fn gentle_8_a_burst_an_interval_or_a_count_that_is_not_positive_is_refused() {
    for text in
        ["0/s", "-1/s", "5/0ms", "5/-1ms", "5/s burst 0", "5/s burst -1", "5/s wait 0s", "5/s queue 0"]
    {
        assert!(Policies::parse(&format!(r#"rate_limit = "{text}""#)).is_err(), "{text}");
        assert!(Policies::builder().rate_limit(text).build().is_err(), "{text}");
    }
    let second = Duration::from_secs(1);
    for limit in [
        RateLimit::new(0, second),
        RateLimit::new(5, Duration::ZERO),
        RateLimit::new(5, second).burst(0),
        RateLimit::new(5, second).wait(Duration::ZERO),
        RateLimit::new(5, second).queue(0),
    ] {
        assert!(Policies::builder().rate_limit(limit).build().is_err(), "{limit}");
    }
}

#[tokio::test(start_paused = true)]
async fn gentle_9_a_cancelled_waiter_gives_its_reservation_back_and_leaves_no_task_behind() {
    let alive = || Handle::current().metrics().num_alive_tasks();
    for way in both!(rate_limit = "1/100ms") {
        assert_eq!(way.call(|| stream(0)).await, Ok(7));
        let before = alive();
        let first = tokio::spawn(way.call(|| stream(0)));
        settle().await;
        let second = tokio::spawn(timed(way.call(|| stream(0))));
        settle().await;
        first.abort();
        assert!(first.await.unwrap_err().is_cancelled());
        assert_eq!(second.await.unwrap(), (Ok(7), millis(100)), "the token that the first waited for");
        assert_eq!(alive(), before);
    }
}
