use std::future::Future;
use std::mem;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::time::Duration;

use gentle_dsl::Key;
use tokio::task::coop::consume_budget;

use super::bulkhead::Permit;
use super::retry::{Course, Retrying};
use super::{Again, FromRejected, Outcome, Policies, Refusal, Rejected, timeout};
use crate::time::{Instant, now, sleep_until};

/// One call under [`Policies`]: the state machine that `#[gentle]` drives with an inline loop.
///
/// ```text
/// loop {
///     let outcome = call.attempt(pin!(async { the body })).await;
///     if let ControlFlow::Break(outcome) = call.settle(outcome).await { return outcome; }
/// }
/// ```
#[derive(Debug)]
pub struct Call<'a> {
    policies: &'a Policies,
    begun: Instant,
    deadline: Instant,
    /// How many attempts have been made and settled.
    made: u32,
    course: Option<Course>,
    last: Last,
    /// Held until the operation is really gone: the caller owns it, so it is dropped after `attempt` has returned.
    permit: Option<Permit<'a>>,
}

/// What became of the last attempt, as far as the return value cannot tell.
#[derive(Clone, Copy, Debug)]
enum Last {
    /// No attempt has been made since the last one was settled.
    None,
    /// The time was up before an attempt could be made.
    Late,
    /// The operation answered, or an attempt of its own ran out of time: a failure may be repeated.
    Answered,
    /// A policy refused: to be repeated only if it said when.
    Refused(Rejected),
}

/// What follows a failure.
enum Next {
    Stop,
    AtOnce,
    At(Instant),
}

impl<'a> Call<'a> {
    pub(super) fn new(policies: &'a Policies) -> Self {
        let begun = now();
        let deadline = policies.timeout.as_ref().map_or(Instant::FAR, |limits| limits.whole(begun));
        Self { policies, begun, deadline, made: 0, course: None, last: Last::None, permit: None }
    }

    /// Makes one attempt: waits for its token and its permit, then runs `operation` within its time.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future drops the place in a queue and the timer, and gives back a token that was not used.
    /// `operation` belongs to the caller and ends when the caller drops it, so the permit is kept beyond that: until
    /// the call settles, begins another attempt or is dropped.
    pub async fn attempt<F>(&mut self, operation: Pin<&mut F>) -> F::Output
    where
        F: Future,
        F::Output: FromRejected,
    {
        self.permit = None;
        let (last, outcome) = match self.admit().await {
            Ok(until) => self.run(until, operation).await,
            Err((last, rejected)) => (last, Err(rejected)),
        };
        self.last = last;
        outcome.unwrap_or_else(F::Output::from_rejected)
    }

    /// Decides over the outcome of an attempt: hands it back, or waits for the next attempt.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future drops the outcome and the timer of the delay.
    pub async fn settle<R: Outcome>(&mut self, outcome: R) -> ControlFlow<R> {
        self.permit = None;
        let last = mem::replace(&mut self.last, Last::None);
        let Some(retry) = self.policies.retry.as_ref().filter(|_| !matches!(last, Last::Late)) else {
            return ControlFlow::Break(outcome);
        };
        self.made = self.made.saturating_add(1);
        if self.made == 1 {
            retry.earn();
        }
        if !outcome.is_failure() {
            return ControlFlow::Break(outcome);
        }
        match self.next(retry, last) {
            Next::Stop => return ControlFlow::Break(outcome),
            Next::AtOnce => consume_budget().await,
            Next::At(due) => sleep_until(due).await,
        }
        ControlFlow::Continue(())
    }

    /// A copy of an argument for this attempt; a later one may need it again.
    pub fn again<T: Again>(&self, argument: &T) -> T {
        argument.again()
    }

    /// How many attempts have been made.
    pub fn attempts(&self) -> u32 {
        let unsettled = !matches!(self.last, Last::None | Last::Late);
        self.made.saturating_add(unsettled.into())
    }

    /// How long the call has taken so far.
    pub fn elapsed(&self) -> Duration {
        now() - self.begun
    }

    // Returns until when the operation may run. A token whose call never comes to run, because the bulkhead refuses
    // it or it is given up in the queue, is not used: dropped, it goes back.
    async fn admit(&mut self) -> Result<Instant, (Last, Rejected)> {
        let refused = |rejected| (Last::Refused(rejected), rejected);
        let policies = self.policies;
        let mut at = self.attempt_begins();
        self.in_time(at).map_err(|elapsed| (Last::Late, elapsed))?;
        let mut token = None;
        if let Some(limiter) = &policies.rate_limit {
            let (one, then) = limiter.acquire(at, self.deadline).await.map_err(refused)?;
            (token, at) = (Some(one), then);
        }
        let mut permit = None;
        if let Some(gate) = &policies.bulkhead {
            let (entered, since) = gate.enter(at, self.deadline).await.map_err(refused)?;
            (permit, at) = (Some(entered), since);
        }
        self.in_time(at).map_err(refused)?;
        if let Some(token) = token {
            token.spend();
        }
        self.permit = permit;
        let until = policies.timeout.as_ref().map_or(Instant::FAR, |limits| limits.attempt(at));
        Ok(until.min(self.deadline))
    }

    // The first attempt begins with the call, so its clock is read once.
    fn attempt_begins(&self) -> Instant {
        if self.made == 0 { self.begun } else { now() }
    }

    fn in_time(&self, at: Instant) -> Result<(), Rejected> {
        if at < self.deadline { Ok(()) } else { Err(Rejected::new(Key::Timeout, Refusal::Elapsed)) }
    }

    async fn run<F: Future>(
        &self,
        until: Instant,
        operation: Pin<&mut F>,
    ) -> (Last, Result<F::Output, Rejected>) {
        if let Some(output) = timeout::until(until, operation).await {
            return (Last::Answered, Ok(output));
        }
        let elapsed = Rejected::new(Key::Timeout, Refusal::Elapsed);
        let whole = until == self.deadline;
        (if whole { Last::Refused(elapsed) } else { Last::Answered }, Err(elapsed))
    }

    // A delay that would end after the deadline is not slept either, and costs no budget: the next attempt comes at
    // once and is refused for lack of time, so that the caller sees a timeout rather than the last failure.
    fn next(&mut self, retry: &Retrying, last: Last) -> Next {
        let at = now();
        let elapsed = at - self.begun;
        let Some(delay) = self.delay(retry, last, elapsed) else { return Next::Stop };
        let due = at + delay;
        if due >= self.deadline && self.deadline != Instant::FAR {
            self.deadline = at;
            return Next::AtOnce;
        }
        let (policy, attempts) = (self.policies.name(), self.made);
        if !retry.pay(at) {
            tracing::debug!(policy, attempts, "the retry budget is spent");
            return Next::Stop;
        }
        tracing::debug!(policy, attempts, ?elapsed, ?delay, "retrying");
        if delay.is_zero() { Next::AtOnce } else { Next::At(due) }
    }

    fn delay(&mut self, retry: &Retrying, last: Last, elapsed: Duration) -> Option<Duration> {
        let schedule = retry.follow(&mut self.course, self.made)?;
        match last {
            Last::Refused(rejected) if rejected.is_timeout() => None,
            Last::Refused(rejected) => schedule.next_after(elapsed, rejected.retry_after?),
            Last::None | Last::Late | Last::Answered => schedule.next(elapsed),
        }
    }
}
