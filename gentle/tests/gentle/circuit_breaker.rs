use std::pin::pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};

use gentle::App;
use gentle::error::Kind;
use gentle::policies;
use gentle::policy::{Key, Refusal};
use gentle::time::sleep;
use tokio::task::JoinHandle;
use tokio::time::advance;

use super::*;

fn why(answer: &Answer) -> Option<(Key, Refusal)> {
    match answer {
        Err(Failure::Rejected(rejected)) => Some((rejected.policy, rejected.kind)),
        _ => None,
    }
}

fn is_open(answer: &Answer) -> bool {
    why(answer) == Some((Key::CircuitBreaker, Refusal::Open))
}

async fn fail(way: &Way, times: u32) {
    for _ in 0..times {
        assert_eq!(way.call(failing).await, Err(Failure::Inner));
    }
}

async fn succeed(way: &Way, times: u32) {
    for _ in 0..times {
        assert_eq!(way.call(|| handler(1)).await, Ok(101));
    }
}

/// Lets `seconds` pass.
async fn after(seconds: u64) {
    advance(Duration::from_secs(seconds)).await;
}

// In the seed the refusals themselves open the circuit; here only failures do.
#[tokio::test(start_paused = true)]
async fn gentle_37_four_at_a_time_are_enough_and_failures_alone_open_the_circuit() {
    for way in both!(bulkhead = "4", circuit_breaker = "20% of 3 in 10s") {
        let inside: Vec<_> = (0..4).map(|_| tokio::spawn(way.call(pending))).collect();
        settle().await;
        for _ in 0..20 {
            assert_eq!(why(&way.call(|| stream(0)).await), Some((Key::Bulkhead, Refusal::Full)));
        }
        inside.iter().for_each(JoinHandle::abort);
        settle().await;
        succeed(&way, 2).await;
        fail(&way, 1).await;
        assert!(is_open(&way.call(|| stream(0)).await));
        assert!(is_open(&way.call(|| handler(0)).await));
    }
}

#[tokio::test(start_paused = true)]
async fn gentle_38_what_hangs_is_cut_off_and_then_the_circuit_is_open() {
    for way in both!(timeout = "1ms each attempt", circuit_breaker = "20% of 3 in 10s") {
        for _ in 0..3 {
            let (answer, took) = timed(way.call(pending)).await;
            assert!(answer.unwrap_err().is_timeout());
            assert_eq!(took, millis(1));
        }
        let (answer, took) = timed(way.call(pending)).await;
        assert!(is_open(&answer));
        assert_eq!(took, Duration::ZERO);
    }
}

#[tokio::test(start_paused = true)]
async fn gentle_39_the_inner_error_comes_back_unchanged_until_the_circuit_is_open() {
    for way in both!(circuit_breaker = "20% of 3 in 10s") {
        fail(&way, 3).await;
        assert!(is_open(&way.call(failing).await));
        assert!(is_open(&way.call(|| handler(0)).await));
    }
}

#[tokio::test(start_paused = true)]
async fn gentle_40_below_the_smallest_sample_it_never_opens() {
    for way in both!(circuit_breaker = "1% of 20 in 10s") {
        for _ in 0..50 {
            fail(&way, 19).await;
            after(11).await;
        }
        fail(&way, 20).await;
        assert!(is_open(&way.call(failing).await));
    }
    for way in both!(circuit_breaker = "1% of 20") {
        fail(&way, 20).await;
        assert!(is_open(&way.call(failing).await));
    }
}

/// A probe that answers when told to, and what others are told meanwhile.
async fn probing(way: &Way, answer: fn() -> Answer) {
    let probe = tokio::spawn(way.call(move || async move {
        sleep(millis(100)).await;
        answer()
    }));
    settle().await;
    for other in way.calls(20, stream).await {
        assert!(is_open(&other.0) && other.1.is_zero(), "{other:?}");
    }
    assert_eq!(probe.await.unwrap(), answer());
}

#[tokio::test(start_paused = true)]
async fn gentle_41_after_the_open_time_one_probe_passes_and_decides() {
    for way in both!(circuit_breaker = "50% of 3 in 1h, open 5s") {
        fail(&way, 3).await;
        after(4).await;
        assert!(is_open(&way.call(|| stream(0)).await), "4.5 s at least");
        after(2).await;
        probing(&way, || Err(Failure::Inner)).await;
        assert!(is_open(&way.call(|| stream(0)).await), "a failure keeps it open");
        after(4).await;
        assert!(is_open(&way.call(|| stream(0)).await), "for another open time");
        after(2).await;
        probing(&way, || Ok(7)).await;
        fail(&way, 2).await;
        succeed(&way, 1).await;
        fail(&way, 1).await;
        assert!(
            is_open(&way.call(|| stream(0)).await),
            "what was before it closed is forgotten, what came after not"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn gentle_42_the_window_rolls_and_old_failures_fall_out() {
    for way in both!(circuit_breaker = "5 in 10s") {
        for _ in 0..20 {
            fail(&way, 1).await;
            after(3).await;
        }
        fail(&way, 1).await;
        after(10).await;
        fail(&way, 4).await;
        assert!(!is_open(&way.call(|| stream(0)).await), "the first is too old");
        after(8).await;
        fail(&way, 1).await;
        assert!(is_open(&way.call(|| stream(0)).await));
    }
}

static ONE: Policies =
    policies!(bulkhead = "1", timeout = "10ms each attempt", circuit_breaker = "1 in a row, open 1h");

/// What another call is told in the moment in which this one is really gone.
struct Gone(Arc<Mutex<Option<Answer>>>);

impl Drop for Gone {
    fn drop(&mut self) {
        ONE.circuit_breaker().unwrap().reset();
        let other = pin!(ONE.call(|| stream(0)));
        if let Poll::Ready(answer) = other.poll(&mut Context::from_waker(Waker::noop())) {
            *self.0.lock().unwrap() = Some(answer);
        }
    }
}

// The seed lets it run on, and gives its ticket away meanwhile.
#[tokio::test(start_paused = true)]
async fn gentle_43_a_timeout_ends_the_operation_and_its_permit_is_held_until_it_is_gone() {
    let told = Arc::new(Mutex::new(None));
    let guard = told.clone();
    let answer = ONE
        .call(move || {
            let gone = Gone(guard.clone());
            async move {
                let _gone = gone;
                pending::<Answer>().await
            }
        })
        .await;
    assert!(answer.unwrap_err().is_timeout());
    let told = told.lock().unwrap().take().expect("it is gone as soon as the answer is there");
    assert_eq!(why(&told), Some((Key::Bulkhead, Refusal::Full)));
    assert_eq!(ONE.call(|| stream(0)).await, Ok(7));
}

static SHARED: Policies = policies!(name = "gentle_44", circuit_breaker = "3 in a row");
static SAME_NAME: Policies = policies!(name = "gentle_44", circuit_breaker = "5 in a row");

#[gentle::gentle(policy = SHARED)]
async fn one() -> Answer {
    failing().await
}

#[gentle::gentle(policy = SHARED)]
async fn other() -> Answer {
    stream(0).await
}

// In the seed circuits of one name are one, with the settings of whoever came last.
#[tokio::test(start_paused = true)]
async fn gentle_44_circuits_share_their_state_only_on_purpose() {
    let [annotated, by_hand] = both!(circuit_breaker = "3 in a row");
    let [again, _] = both!(circuit_breaker = "3 in a row");
    fail(&annotated, 3).await;
    assert!(is_open(&annotated.call(|| stream(0)).await));
    succeed(&by_hand, 1).await;
    succeed(&again, 1).await;

    for _ in 0..3 {
        assert_eq!(one().await, Err(Failure::Inner));
    }
    assert!(is_open(&other().await), "shared by a word");
    let conflict = App::builder().policies(&SHARED).policies(&SAME_NAME).build().unwrap_err();
    let kinds: Vec<_> = conflict.all().map(gentle::Error::kind).collect();
    assert!(kinds.contains(&Kind::Duplicate), "{conflict}");
}

#[tokio::test(start_paused = true)]
async fn gentle_45_less_than_a_millisecond_is_honoured_and_nothing_is_refused() {
    for way in both!(timeout = "200us each attempt", circuit_breaker = "1 in a row, open 200us") {
        let (answer, took) = timed(way.call(pending)).await;
        assert!(answer.unwrap_err().is_timeout());
        assert!(took <= millis(2), "a timer is a millisecond coarse: {took:?}");
        advance(Duration::from_micros(150)).await;
        assert!(is_open(&way.call(|| stream(0)).await));
        advance(Duration::from_micros(100)).await;
        assert_eq!(way.call(|| stream(0)).await, Ok(7));
    }
    for text in ["5 in 0s", "0 in a row", "50% of 0", "5 in a row, open 0s", "5 in a row, probe 0"] {
        assert!(Policies::builder().circuit_breaker(text).build().is_err(), "{text}");
    }
    assert!(Policies::builder().timeout("0ms").build().is_err());
}
