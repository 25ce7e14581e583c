use std::future::Future;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::time::Duration;

use gentle_dsl::Key;

use super::bulkhead::Permit;
use super::retry::Schedule;
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
    schedule: Option<Schedule>,
    last: Last,
    /// Held until the operation is really gone: the caller owns it, so it is dropped after `attempt` has returned.
    permit: Option<Permit<'a>>,
}

/// What became of the last attempt, as far as the return value cannot tell.
#[derive(Clone, Copy, Debug)]
enum Last {
    /// No attempt has been made.
    None,
    /// The operation answered, or an attempt of its own ran out of time: a failure may be repeated.
    Answered,
    /// A policy refused: to be repeated only if it said when.
    Refused(Rejected),
}

impl<'a> Call<'a> {
    pub(super) fn new(policies: &'a Policies) -> Self {
        let begun = now();
        let deadline = policies.timeout.as_ref().map_or(Instant::FAR, |limits| limits.whole(begun));
        Self { policies, begun, deadline, schedule: None, last: Last::None, permit: None }
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
        let outcome = match self.admit().await {
            Ok(until) => self.run(until, operation).await,
            Err(rejected) => Err((Last::Refused(rejected), rejected)),
        };
        match outcome {
            Ok(output) => {
                self.last = Last::Answered;
                output
            }
            Err((last, rejected)) => {
                self.last = last;
                F::Output::from_rejected(rejected)
            }
        }
    }

    /// Decides over the outcome of an attempt: hands it back, or waits for the next attempt.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future drops the outcome and the timer of the delay.
    pub async fn settle<R: Outcome>(&mut self, outcome: R) -> ControlFlow<R> {
        self.permit = None;
        let Some(retry) = &self.policies.retry else {
            return ControlFlow::Break(outcome);
        };
        if self.schedule.is_none() {
            retry.earn();
        }
        if !outcome.is_failure() {
            return ControlFlow::Break(outcome);
        }
        match self.next_attempt() {
            Some(at) => {
                sleep_until(at).await;
                ControlFlow::Continue(())
            }
            None => ControlFlow::Break(outcome),
        }
    }

    /// A copy of an argument for this attempt; a later one may need it again.
    pub fn again<T: Again>(&self, argument: &T) -> T {
        argument.again()
    }

    /// How many attempts have been made.
    pub fn attempts(&self) -> u32 {
        match (&self.schedule, self.last) {
            (Some(schedule), _) => schedule.attempts(),
            (None, Last::None) => 0,
            (None, _) => 1,
        }
    }

    /// How long the call has taken so far.
    pub fn elapsed(&self) -> Duration {
        now() - self.begun
    }

    // Returns until when the operation may run. A token whose call never comes to run, because the bulkhead refuses it or it is given up in the queue, is
    // not used: dropped, it goes back.
    async fn admit(&mut self) -> Result<Instant, Rejected> {
        let policies = self.policies;
        let mut at = self.attempt_begins()?;
        let mut token = None;
        if let Some(limiter) = &policies.rate_limit {
            let (taken, when) = limiter.acquire(at, self.deadline).await?;
            (token, at) = (Some(taken), when);
        }
        let mut permit = None;
        if let Some(gate) = &policies.bulkhead {
            let (entered, when) = gate.enter(at, self.deadline).await?;
            (permit, at) = (Some(entered), when);
        }
        self.in_time(at)?;
        if let Some(token) = token {
            token.spend();
        }
        let until = policies.timeout.as_ref().map_or(Instant::FAR, |limits| limits.attempt(at));
        self.permit = permit;
        Ok(until.min(self.deadline))
    }

    // The first attempt begins with the call, so its clock is read once.
    fn attempt_begins(&self) -> Result<Instant, Rejected> {
        let at = if self.schedule.is_none() { self.begun } else { now() };
        self.in_time(at).map(|()| at)
    }

    fn in_time(&self, at: Instant) -> Result<(), Rejected> {
        if at < self.deadline { Ok(()) } else { Err(Rejected::new(Key::Timeout, Refusal::Elapsed)) }
    }

    async fn run<F: Future>(
        &self,
        until: Instant,
        operation: Pin<&mut F>,
    ) -> Result<F::Output, (Last, Rejected)> {
        timeout::until(until, operation).await.ok_or_else(|| {
            let elapsed = Rejected::new(Key::Timeout, Refusal::Elapsed);
            let whole = until == self.deadline;
            (if whole { Last::Refused(elapsed) } else { Last::Answered }, elapsed)
        })
    }

    /// When the next attempt is due; `None` when there is none.
    ///
    /// A delay that would end after the deadline is not slept either: the next attempt comes at once and is refused
    /// for lack of time, so that the caller sees a timeout rather than the last failure.
    fn next_attempt(&mut self) -> Option<Instant> {
        let retry = self.policies.retry.as_ref()?;
        let at = now();
        let hint = match self.last {
            Last::Refused(rejected) => Some(rejected.retry_after.filter(|_| !rejected.is_timeout())?),
            Last::None | Last::Answered => None,
        };
        if self.schedule.is_none() {
            self.schedule = Some(retry.schedule()?);
        }
        let elapsed = at - self.begun;
        let delay = self.schedule.as_mut()?.next(elapsed)?;
        let delay = hint.map_or(delay, |hint| hint.max(delay));
        if !retry.pay(at) {
            tracing::debug!(policy = self.policies.name(), "the retry budget is spent");
            return None;
        }
        let due = at + delay;
        if due > self.deadline {
            self.deadline = at;
            return Some(at);
        }
        tracing::debug!(
            policy = self.policies.name(),
            attempts = self.attempts() - 1,
            ?elapsed,
            ?delay,
            "retrying"
        );
        Some(due)
    }
}
