//! Tokens: who takes them, who gives them back, and who waits.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::Duration;

use gentle_dsl::RateLimit;
use loom::future::block_on;
use loom::thread;

use crate::policy::rate_limit::Limiter;
use crate::sync::made;
use crate::time::{Instant, now, turn_to};
use crate::{check, join};

const SECOND: Duration = Duration::from_secs(1);

fn limiter(limit: RateLimit) -> Arc<Limiter> {
    let limiter = made(Limiter::given(Some(limit)));
    // What is made for the first who waits exists from now on.
    while limiter.tap().try_take(now()) {}
    give_up(&limiter);
    turn_to(now() + SECOND * 1_000);
    limiter
}

async fn take(limiter: &Limiter) {
    let (token, _) = limiter.tap().acquire(now(), Instant::FAR).await.expect("it may wait");
    token.spend();
}

/// Comes, looks whether there is a token, and gives up wherever it stands.
fn give_up(limiter: &Limiter) {
    let mut waits = pin!(limiter.tap().acquire(now(), Instant::FAR));
    let _ = waits.as_mut().poll(&mut Context::from_waker(Waker::noop()));
}

/// How many tokens there are now.
fn tokens(limiter: &Limiter) -> usize {
    (0..9).take_while(|_| limiter.tap().try_take(now())).count()
}

/// Three threads ask twice each.
pub fn never_more_tokens_than_the_burst_and_the_rate() {
    check(|| {
        let limiter = limiter(RateLimit::new(2, SECOND * 2).reject());
        let ask = |limiter: Arc<Limiter>| {
            move || [0; 2].map(|_| usize::from(limiter.tap().try_take(now()))).iter().sum::<usize>()
        };
        let others = [0; 2].map(|_| thread::spawn(ask(limiter.clone())));
        let own = ask(limiter.clone())();
        let others = join(others);
        assert_eq!(own + others.iter().sum::<usize>(), 2);
        turn_to(now() + SECOND);
        assert_eq!(tokens(&limiter), 1);
        turn_to(now() + SECOND * 9);
        assert_eq!(tokens(&limiter), 2);
    });
}

/// One takes a token and gives it back while another one takes one.
pub fn a_token_given_back_is_there_again_and_only_once() {
    check(|| {
        let limiter = limiter(RateLimit::new(3, SECOND * 3).reject());
        let others = [0; 2].map(|_| {
            let limiter = limiter.clone();
            thread::spawn(move || drop(limiter.tap().try_acquire(now())))
        });
        assert!(limiter.tap().try_take(now()), "there are three");
        join(others);
        assert_eq!(tokens(&limiter), 2);
    });
}

/// A token is given back while somebody comes to wait, and no other will ever come.
pub fn a_token_given_back_wakes_the_one_who_waits(lifo: bool) {
    check(move || {
        let one = RateLimit::new(1, SECOND);
        let limiter = limiter(if lifo { one.lifo() } else { one });
        let token = limiter.tap().try_acquire(now()).expect("it is full");
        let waits = limiter.clone();
        let waits = thread::spawn(move || block_on(take(&waits)));
        drop(token);
        join([waits]);
        assert_eq!(tokens(&limiter), 0);
    });
}

/// The limit is lifted while somebody comes to wait.
pub fn who_comes_while_the_limit_is_lifted_goes_on() {
    check(|| {
        let limiter = limiter(RateLimit::new(1, SECOND));
        assert!(limiter.tap().try_take(now()));
        let waits = limiter.clone();
        let waits = thread::spawn(move || block_on(take(&waits)));
        limiter.set(None, |_| {});
        join([waits]);
    });
}

/// Two wait, one of whom keeps watch, and one of whom gives up, while the token falls due.
pub fn who_gives_up_leaves_the_watch_and_its_token_to_the_other(lifo: bool) {
    check(move || {
        let one = RateLimit::new(1, SECOND);
        let limiter = limiter(if lifo { one.lifo() } else { one });
        assert!(limiter.tap().try_take(now()));
        let (fickle, patient) = (limiter.clone(), limiter.clone());
        let fickle = thread::spawn(move || give_up(&fickle));
        let patient = thread::spawn(move || block_on(take(&patient)));
        turn_to(now() + SECOND);
        join([fickle, patient]);
        assert_eq!(tokens(&limiter), 0, "one token came and was taken");
    });
}

/// Two wait for a token each; the first to be served leaves the watch to the other.
pub fn who_is_served_leaves_the_watch_to_the_next(lifo: bool) {
    check(move || {
        let one = RateLimit::new(1, SECOND).burst(2);
        let limiter = limiter(if lifo { one.lifo() } else { one });
        assert_eq!(tokens(&limiter), 2);
        let others = [0; 2].map(|_| {
            let limiter = limiter.clone();
            thread::spawn(move || block_on(take(&limiter)))
        });
        turn_to(now() + SECOND);
        turn_to(now() + SECOND);
        join(others);
        assert_eq!(tokens(&limiter), 0, "two came and were taken");
    });
}
