//! What is left after a call: measured by asking, and compared with policies that have seen the same attempts and no
//! call that was given up.

use std::future::{Future, pending, ready};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};

use gentle::policy::circuit_breaker::Phase;
use gentle::policy::{Call, Key, Policies, Setting};
use tokio::time::advance;

use crate::{Answer, Failure, Operation, STEP};

/// Each policy of the call alone, in the state that is right.
pub(crate) struct Twin {
    rate_limit: Option<Policies>,
    bulkhead: Option<Policies>,
    retry: Option<Policies>,
    used: u32,
    guest_used: u32,
    failed: u32,
    well: bool,
}

/// What became of a call that was asked once.
#[derive(Debug, PartialEq)]
enum Found {
    Begun,
    Waits,
    Refused(String),
}

fn once<T>(future: impl Future<Output = T>) -> Poll<T> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}

/// What calls find that come one after the other and stay, until one is refused.
fn measure(policies: &Policies) -> Vec<Found> {
    let mut calls: Vec<Pin<Box<dyn Future<Output = Answer>>>> = Vec::new();
    let mut found = Vec::new();
    while found.len() < 12 && !matches!(found.last(), Some(Found::Refused(_))) {
        let begun = Arc::new(AtomicBool::new(false));
        let begins = begun.clone();
        let operation = move || {
            let begins = begins.clone();
            async move {
                begins.store(true, Ordering::SeqCst);
                pending::<Answer>().await
            }
        };
        let mut call = Box::pin(policies.call(operation));
        let polled = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        found.push(match polled {
            Poll::Ready(answer) => Found::Refused(format!("{answer:?}")),
            Poll::Pending if begun.load(Ordering::SeqCst) => Found::Begun,
            Poll::Pending => Found::Waits,
        });
        calls.push(call);
    }
    found
}

/// How often a call is tried that fails at once.
fn tries(policies: &Policies) -> u32 {
    let operation = Operation::new(crate::Work::Hangs);
    let mut tries = 0;
    let _ = once(policies.call(|| {
        tries += 1;
        ready(Err::<(), _>(Failure::Own))
    }));
    drop(operation);
    tries
}

fn fail(call: &mut Call<'_>) {
    let failed = once(call.attempt(pin!(ready(Err::<(), _>(Failure::Own)))));
    let Poll::Ready(outcome) = failed else { panic!("it has to wait") };
    let _ = call.settle(outcome);
}

/// Lets the circuit fail, and the time pass until it lets probes pass.
pub(crate) async fn half_open(policies: &Policies) {
    let limit = policies.current_set().rate_limit;
    // It shall not cost a token.
    if limit.is_some() {
        policies.set(Key::RateLimit, "off").unwrap();
    }
    let mut call = policies.begin();
    assert!(once(call.attempt(pin!(ready(Err::<(), _>(Failure::Own))))).is_ready());
    drop(call);
    assert!(matches!(policies.circuit_breaker().unwrap().state().phase, Phase::Open { .. }));
    if let Some(limit) = limit {
        policies.set(Key::RateLimit, &limit.to_string()).unwrap();
    }
    advance(STEP * 6).await;
}

/// Policies of one kind as they were written.
fn alone<T>(
    setting: Option<Setting<T>>,
    make: impl FnOnce(T) -> gentle::policy::Builder,
) -> Option<Policies> {
    Some(make(setting?.on()?).build().unwrap())
}

impl Twin {
    pub(crate) fn of(policies: &Policies) -> Self {
        let set = policies.current_set();
        Self {
            rate_limit: alone(set.rate_limit, |limit| Policies::builder().rate_limit(limit)),
            bulkhead: alone(set.bulkhead, |bulkhead| Policies::builder().bulkhead(bulkhead)),
            retry: alone(set.retry, |retry| Policies::builder().retry(retry)),
            used: 0,
            guest_used: 0,
            failed: 0,
            well: false,
        }
    }

    /// Uses what the attempts of the call have used since it was asked last.
    pub(crate) fn saw(&mut self, operation: &Operation) {
        self.uses(operation.begun() - self.used);
        self.used = operation.begun();
        (self.failed, self.well) = (operation.failed(), operation.went_well());
    }

    pub(crate) fn saw_of_guest(&mut self, guest: &Operation) {
        self.uses(guest.begun() - self.guest_used);
        self.guest_used = guest.begun();
    }

    fn uses(&self, tokens: u32) {
        for _ in 0..tokens {
            if let Some(limit) = &self.rate_limit {
                let taken = once(limit.call(|| ready(Ok::<_, Failure>(()))));
                assert!(matches!(taken, Poll::Ready(Ok(()))), "it began before its token was due");
            }
        }
    }

    /// Asks for everything that there should be.
    pub(crate) fn compare(&self, policies: &Policies, what: &str) {
        self.circuit(policies, what);
        let set = policies.current_set();
        let keys = [
            (Key::CircuitBreaker, set.circuit_breaker.is_some()),
            (Key::RateLimit, set.rate_limit.is_some()),
            (Key::Bulkhead, set.bulkhead.is_some()),
            (Key::Retry, set.retry.is_some()),
            (Key::Timeout, set.timeout.is_some()),
        ];
        let only = |one: Key, text: &str| {
            for (key, named) in keys {
                if named {
                    policies.set(key, if key == one { text } else { "off" }).unwrap();
                }
            }
        };
        if let (Some(twin), Some(setting)) = (&self.rate_limit, set.rate_limit) {
            only(Key::RateLimit, &setting.to_string());
            assert_eq!(measure(policies), measure(twin), "tokens: {what}");
        }
        if let (Some(twin), Some(setting)) = (&self.bulkhead, set.bulkhead) {
            only(Key::Bulkhead, &setting.to_string());
            assert_eq!(measure(policies), measure(twin), "permits: {what}");
        }
        if let (Some(twin), Some(setting)) = (&self.retry, set.retry) {
            let budget = setting.on().and_then(|retry| retry.withdraws());
            let Some(budget) = budget else { return };
            self.settle(twin);
            let many = format!("now, 30 attempts, budget {budget}");
            only(Key::Retry, &many);
            twin.set(Key::Retry, &many).unwrap();
            assert_eq!(tries(policies), tries(twin), "budget: {what}");
        }
    }

    // A first attempt that has ended earns, and every retry that was decided on was paid for.
    fn settle(&self, twin: &Policies) {
        let mut guest = twin.begin();
        if self.guest_used > 0 {
            assert!(once(guest.attempt(pin!(ready(Ok::<_, Failure>(()))))).is_ready());
            let _ = guest.settle(Ok::<_, Failure>(()));
        }
        let mut call = twin.begin();
        for _ in 0..self.failed {
            fail(&mut call);
        }
        if self.well {
            let _ = call.settle(Ok::<_, Failure>(()));
        }
    }

    // No probe is out, and what has answered has counted.
    fn circuit(&self, policies: &Policies, what: &str) {
        let Some(circuit) = policies.circuit_breaker() else { return };
        let state = circuit.state();
        match state.phase {
            Phase::HalfOpen { under_way, failed, .. } => {
                assert_eq!((under_way, failed), (0, self.failed), "probes: {what}");
            }
            Phase::Closed => {
                let bad = state.signs.first().map_or(0, |sign| sign.bad);
                assert!(bad == u64::from(self.failed) || bad == 0, "signs: {what}");
            }
            _ => {}
        }
    }
}
