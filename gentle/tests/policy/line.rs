//! Who is served first: those who wait for a permit or a token, against a plain list.

use std::sync::Mutex;

use gentle::policy::{Key, Refusal};
use gentle::time::sleep;
use tokio::sync::Notify;
use tokio::time::advance;

use super::*;

const INTERVAL: Duration = Duration::from_millis(100);

/// Calls by number, each of which stays inside until it is told to go.
struct House {
    policies: Arc<Policies>,
    inside: Arc<Mutex<Vec<usize>>>,
    calls: Vec<(JoinHandle<Answer>, Arc<Notify>)>,
}

impl House {
    fn new(text: &str) -> Self {
        Self { policies: policies(text), inside: Arc::default(), calls: Vec::new() }
    }

    async fn come(&mut self) {
        let (number, policies, inside) = (self.calls.len(), self.policies.clone(), self.inside.clone());
        let go = Arc::new(Notify::new());
        let told = go.clone();
        let task = tokio::spawn(async move {
            let stay = || async {
                inside.lock().unwrap().push(number);
                told.notified().await;
                Ok::<_, Rejected>(())
            };
            policies.call(stay).await
        });
        self.calls.push((task, go));
        settle().await;
    }

    /// The call ends, by itself when it is inside or because it is given up.
    async fn go(&mut self, number: usize, give_up: bool) {
        let (task, go) = &mut self.calls[number];
        if give_up {
            task.abort();
        } else {
            go.notify_one();
        }
        let _ = task.await;
        settle().await;
    }

    fn entered(&self) -> Vec<usize> {
        self.inside.lock().unwrap().clone()
    }
}

/// A bulkhead as a list.
struct List {
    limit: usize,
    places: usize,
    lifo: bool,
    inside: Vec<usize>,
    line: Vec<usize>,
    /// Everybody who was ever inside, in that order.
    entered: Vec<usize>,
}

impl List {
    fn come(&mut self, number: usize) {
        if self.line.is_empty() && self.inside.len() < self.limit {
            self.enter(number);
        } else if self.line.len() < self.places {
            self.line.push(number);
        }
    }

    fn enter(&mut self, number: usize) {
        self.inside.push(number);
        self.entered.push(number);
    }

    fn go(&mut self, number: usize) {
        self.inside.retain(|other| *other != number);
        self.line.retain(|other| *other != number);
        self.call();
    }

    fn call(&mut self) {
        while self.inside.len() < self.limit && !self.line.is_empty() {
            let next = if self.lifo { self.line.len() - 1 } else { 0 };
            let next = self.line.remove(next);
            self.enter(next);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn whatever_happens_before_a_bulkhead_those_enter_who_would_enter_from_a_list() {
    for seed in 0..60 {
        let mut dice = fastrand::Rng::with_seed(seed);
        let mut house = House::new(r#"bulkhead = "2 queue 6""#);
        let (inside, line, entered) = (Vec::new(), Vec::new(), Vec::new());
        let mut list = List { limit: 2, places: 6, lifo: false, inside, line, entered };
        for _ in 0..120 {
            match dice.u32(..100) {
                0..50 => {
                    list.come(house.calls.len());
                    house.come().await;
                }
                50..75 if !list.inside.is_empty() => {
                    let number = list.inside[dice.usize(..list.inside.len())];
                    house.go(number, dice.bool()).await;
                    list.go(number);
                }
                75..85 if !list.line.is_empty() => {
                    let number = list.line[dice.usize(..list.line.len())];
                    house.go(number, true).await;
                    list.go(number);
                }
                85.. => {
                    (list.limit, list.lifo) = (dice.usize(1..5), dice.bool());
                    let order = if list.lifo { "lifo" } else { "fifo" };
                    let text = format!("{} queue 6 {order}", list.limit);
                    house.policies.set(Key::Bulkhead, &text).unwrap();
                    settle().await;
                    list.call();
                }
                _ => {}
            }
            assert_eq!(house.entered(), list.entered, "seed {seed}");
            let state = house.policies.bulkhead().unwrap();
            assert_eq!((state.inside as usize, state.waiting as usize), (list.inside.len(), list.line.len()));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn whatever_happens_before_a_rate_limit_those_are_served_who_would_be_served_from_a_list() {
    for seed in 0..60 {
        let mut dice = fastrand::Rng::with_seed(seed);
        let mut house = House::new(r#"rate_limit = "1/100ms""#);
        let (inside, line, entered) = (Vec::new(), Vec::new(), Vec::new());
        let mut list = List { limit: 0, places: usize::MAX, lifo: false, inside, line, entered };
        let (mut at, mut due) = (0, 0);
        for _ in 0..150 {
            match dice.u32(..100) {
                0..40 => {
                    if at >= due && list.line.is_empty() {
                        (list.limit, due) = (list.limit + 1, at + 100);
                    }
                    list.come(house.calls.len());
                    house.come().await;
                }
                40..55 if !list.line.is_empty() => {
                    let number = list.line[dice.usize(..list.line.len())];
                    house.go(number, true).await;
                    list.go(number);
                }
                55..65 => {
                    list.lifo = dice.bool();
                    let text = if list.lifo { "1/100ms lifo" } else { "1/100ms fifo" };
                    house.policies.set(Key::RateLimit, text).unwrap();
                    settle().await;
                }
                _ => {
                    advance(INTERVAL / 10).await;
                    settle().await;
                    at += 10;
                    if at >= due && !list.line.is_empty() {
                        (list.limit, due) = (list.limit + 1, at + 100);
                        list.call();
                    }
                }
            }
            assert_eq!(house.entered(), list.entered, "seed {seed} at {at} ms");
        }
    }
}

#[gentle::gentle(bulkhead = "1 queue 9 lifo")]
async fn newest_first(number: usize, seen: &Mutex<Vec<usize>>) -> Answer {
    seen.lock().unwrap().push(number);
    sleep(INTERVAL).await;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn an_attribute_can_ask_for_the_newest_first() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let mut calls = Vec::new();
    for number in 0..4 {
        let seen = seen.clone();
        calls.push(tokio::spawn(async move { newest_first(number, &seen).await }));
        settle().await;
    }
    for call in calls {
        assert_eq!(call.await.unwrap(), Ok(()));
    }
    assert_eq!(*seen.lock().unwrap(), [0, 3, 2, 1]);
}

#[tokio::test(start_paused = true)]
async fn under_lifo_who_has_waited_as_long_as_it_may_is_refused_then() {
    let policies = policies(r#"rate_limit = "1/100ms, wait 250ms, queue 9, lifo""#);
    assert_eq!(policies.call(at_once).await, Ok(()));
    let oldest = tokio::spawn({
        let policies = policies.clone();
        async move { timed(policies.call(at_once)).await }
    });
    settle().await;
    for _ in 0..2 {
        sleep(INTERVAL / 2).await;
        let newer = spawn(&policies, at_once).await;
        sleep(INTERVAL / 2).await;
        settle().await;
        assert!(newer.is_finished(), "it overtakes");
    }
    let newest = spawn(&policies, at_once).await;
    let (answer, took) = oldest.await.unwrap();
    let rejected = answer.unwrap_err();
    assert_eq!((rejected.policy, rejected.kind), (Key::RateLimit, Refusal::Elapsed));
    assert_eq!(rejected.retry_after, Some(INTERVAL / 2), "when the next token comes");
    assert_eq!(took, INTERVAL * 5 / 2);
    assert_eq!(newest.await.unwrap(), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn under_lifo_only_who_would_wait_too_long_by_itself_is_refused_at_once() {
    let policies = policies(r#"rate_limit = "1/100ms, wait 150ms, queue 9, lifo""#);
    assert_eq!(policies.call(at_once).await, Ok(()));
    let line = [spawn(&policies, at_once).await, spawn(&policies, at_once).await];
    assert!(line.iter().all(|call| !call.is_finished()), "the second would be too late in a fifo line");
    policies.set(Key::RateLimit, "1/h, wait 1s, queue 9, lifo").unwrap();
    let (answer, took) = timed(policies.call(at_once)).await;
    assert_eq!((answer.unwrap_err().kind, took), (Refusal::TooLong, Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn who_waits_in_turn_when_the_line_turns_over_still_keeps_its_patience() {
    let policies = policies(r#"rate_limit = "1/100ms, wait 1s""#);
    assert_eq!(policies.call(at_once).await, Ok(()));
    let mut line = Vec::new();
    for _ in 0..5 {
        line.push(spawn(&policies, at_once).await);
    }
    policies.set(Key::RateLimit, "1/h, wait 1s, lifo").unwrap();
    settle().await;
    for call in line {
        let (answer, _) = timed(call).await;
        assert_eq!(answer.unwrap().unwrap_err().kind, Refusal::Elapsed);
    }
}

#[tokio::test(start_paused = true)]
async fn under_lifo_a_full_line_refuses_whoever_comes() {
    for (text, key) in [
        ("rate_limit = \"1/h queue 2 lifo\"", Key::RateLimit),
        ("bulkhead = \"1 queue 2 lifo\"", Key::Bulkhead),
    ] {
        let policies = policies(text);
        let _first = spawn(&policies, pending).await;
        let _line = [spawn(&policies, pending).await, spawn(&policies, pending).await];
        let rejected = policies.call(at_once).await.unwrap_err();
        assert_eq!((rejected.policy, rejected.kind), (key, Refusal::QueueFull));
    }
}

/// A call that takes so many tokens, on a task of its own.
async fn costly(policies: &Arc<Policies>, tokens: u32) -> JoinHandle<Answer> {
    let policies = policies.clone();
    let task = tokio::spawn(async move { policies.cost(tokens).call(at_once).await });
    settle().await;
    task
}

#[tokio::test(start_paused = true)]
async fn under_lifo_a_cheaper_call_that_comes_later_does_not_wait_for_the_dearer_one() {
    let policies = policies(r#"rate_limit = "10/s lifo""#);
    assert_eq!(policies.cost(10).call(at_once).await, Ok(()));
    let dear = costly(&policies, 10).await;
    let cheap = costly(&policies, 1).await;
    let (answer, took) = timed(cheap).await;
    assert_eq!((answer.unwrap(), took), (Ok(()), INTERVAL));
    let (answer, took) = timed(dear).await;
    assert_eq!((answer.unwrap(), took), (Ok(()), INTERVAL * 10), "one token was taken in between");
}

#[tokio::test(start_paused = true)]
async fn under_lifo_a_dear_call_that_gives_up_lets_the_cheaper_one_behind_it_be_served_on_time() {
    let policies = policies(r#"rate_limit = "10/s lifo""#);
    assert_eq!(policies.cost(10).call(at_once).await, Ok(()));
    let cheap = costly(&policies, 1).await;
    let dear = costly(&policies, 10).await;
    give_up(dear).await;
    let (answer, took) = timed(cheap).await;
    assert_eq!((answer.unwrap(), took), (Ok(()), INTERVAL));
}

#[tokio::test(start_paused = true)]
async fn in_turn_a_cheap_call_waits_behind_a_dear_one_and_goes_on_when_that_leaves() {
    let policies = policies(r#"rate_limit = "10/s""#);
    assert_eq!(policies.cost(10).call(at_once).await, Ok(()));
    let dear = costly(&policies, 10).await;
    let cheap = costly(&policies, 1).await;
    sleep(INTERVAL * 5).await;
    assert!(!cheap.is_finished(), "nobody overtakes");
    give_up(dear).await;
    assert!(cheap.is_finished());
}
