use std::fmt;
use std::future::{Future, IntoFuture};
use std::ops::ControlFlow;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use gentle_dsl::Key;
use tokio::task::coop::consume_budget;

use super::bulkhead::Permit;
use super::circuit_breaker::Pass;
use super::rate_limit::Token;
use super::retry::{Course, Retrying};
use super::{Again, FromRejected, Outcome, Policies, Refusal, Rejected, timeout};
use crate::time::{Instant, now, sleep_until};

/// One call under [`Policies`]: the state machine that `#[gentle]` drives with an inline loop.
///
/// ```text
/// loop {
///     let outcome = call.attempt(pin!(async { the body })).await;
///     match call.settle(outcome) {
///         ControlFlow::Break(outcome) => return outcome,
///         ControlFlow::Continue(pause) => pause.await,
///     }
/// }
/// ```
///
/// An attempt that is admitted at once and whose operation is ready at once takes no lock, allocates nothing and
/// reads the clock at most once. Whoever has to wait, for a turn or for an answer, pays one allocation for it.
#[derive(Debug)]
pub struct Call<'a> {
    policies: &'a Policies,
    begun: Instant,
    deadline: Instant,
    /// How many attempts have been made and settled.
    made: u32,
    last: Last,
    /// Held until the operation is really gone: the caller owns it, so it is dropped after `attempt` has returned.
    permit: Option<Permit<'a>>,
    /// Held until the outcome is recorded.
    pass: Option<Pass<'a>>,
    course: Option<Box<Course>>,
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

/// An attempt under way: see [`Call::attempt`].
#[must_use = "futures do nothing unless they are awaited"]
pub struct Attempt<'c, 'a, F> {
    call: &'c mut Call<'a>,
    operation: Pin<&'c mut F>,
    stage: Stage<'a>,
}

/// What an attempt is waiting for.
enum Stage<'a> {
    /// Nothing yet.
    New,
    /// Its token and its permit, with the pass it has.
    Queued(Pin<Box<dyn Future<Output = Admission<'a>> + Send + 'a>>),
    /// Its operation, until this moment; the timer is set when the operation does not answer at once.
    Running(Instant, Option<Pin<Box<dyn Future<Output = ()> + Send>>>),
}

/// What an admitted attempt holds, and the moment until which it may run; or who refused it.
type Admission<'a> = Result<(Option<Pass<'a>>, Option<Permit<'a>>, Instant), (Last, Rejected)>;

/// What becomes of an attempt before anybody waits.
enum AtOnce {
    Admitted(Instant),
    Refused(Rejected),
    /// It takes a wait, or at least a closer look.
    Queued,
}

/// The time between two attempts.
#[derive(Debug)]
#[must_use = "the next attempt is due when the pause is over"]
pub struct Pause(Option<Instant>);

impl IntoFuture for Pause {
    type Output = ();
    type IntoFuture = Pin<Box<dyn Future<Output = ()> + Send>>;

    /// Waits. Nothing is lost when the future is dropped.
    fn into_future(self) -> Self::IntoFuture {
        match self.0 {
            Some(due) => Box::pin(sleep_until(due)),
            None => Box::pin(consume_budget()),
        }
    }
}

impl<'a> Call<'a> {
    #[inline]
    pub(super) fn new(policies: &'a Policies) -> Self {
        // A retry that only counts never needs the time of a call that goes well.
        let begun = if policies.is_timed() { now() } else { Instant::UNKNOWN };
        let deadline = policies.timeout.as_ref().map_or(Instant::FAR, |limits| limits.whole(begun));
        Self { policies, begun, deadline, made: 0, last: Last::None, permit: None, pass: None, course: None }
    }

    /// Makes one attempt: waits for its token and its permit, then runs `operation` within its time.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future drops the place in a queue and the timer, and gives back a token that was not used.
    /// `operation` belongs to the caller and ends when the caller drops it, so the permit is kept beyond that: until
    /// the call settles, begins another attempt or is dropped.
    #[inline]
    pub fn attempt<'c, F>(&'c mut self, operation: Pin<&'c mut F>) -> Attempt<'c, 'a, F>
    where
        F: Future,
        F::Output: FromRejected,
    {
        self.let_go();
        Attempt { call: self, operation, stage: Stage::New }
    }

    /// Decides over the outcome of an attempt: hands it back, or says how long to pause before the next one.
    #[inline]
    pub fn settle<R: Outcome>(&mut self, outcome: R) -> ControlFlow<R, Pause> {
        self.let_go();
        let Some(retry) = &self.policies.retry else { return ControlFlow::Break(outcome) };
        if self.made == 0 {
            retry.earn();
        }
        if !outcome.is_failure() {
            self.made += 1;
            return ControlFlow::Break(outcome);
        }
        match self.pause(retry) {
            Some(pause) => ControlFlow::Continue(pause),
            None => ControlFlow::Break(outcome),
        }
    }

    /// A copy of an argument for this attempt; a later one may need it again.
    #[inline]
    pub fn again<T: Again>(&self, argument: &T) -> T {
        argument.again()
    }

    /// How many attempts have been made.
    pub fn attempts(&self) -> u32 {
        let unsettled = !matches!(self.last, Last::None | Last::Late);
        self.made.saturating_add(unsettled.into())
    }

    /// When the whole call must have ended: [`Instant::FAR`] if never.
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Admission without waiting.
    #[expect(
        clippy::inline_always,
        reason = "it has one caller in each function, whose every call goes through it"
    )]
    #[inline(always)]
    fn admit_at_once(&mut self) -> AtOnce {
        let policies = self.policies;
        let at = if self.made == 0 { self.begun } else { self.later() };
        if at >= self.deadline {
            return AtOnce::Queued;
        }
        if let Some(breaker) = &policies.circuit_breaker {
            self.pass = breaker.try_pass(at);
            if self.pass.is_none() {
                match breaker.pass(at, policies.name()) {
                    Ok(pass) => self.pass = pass,
                    Err(rejected) => return AtOnce::Refused(rejected),
                }
            }
        }
        let token = match &policies.rate_limit {
            Some(limiter) => match limiter.try_acquire(at) {
                Some(token) => Some(token),
                None => return AtOnce::Queued,
            },
            None => None,
        };
        // Dropped by the return of a full bulkhead, the token goes back.
        if let Some(gate) = &policies.bulkhead {
            match gate.try_enter() {
                Some(permit) => self.permit = Some(permit),
                None => return AtOnce::Queued,
            }
        }
        if let Some(token) = token {
            token.spend();
        }
        AtOnce::Admitted(self.until(at))
    }

    // A later attempt begins later, if anybody asks when.
    fn later(&self) -> Instant {
        if self.policies.is_timed() { now() } else { self.begun }
    }

    #[inline]
    fn until(&self, at: Instant) -> Instant {
        let attempt = self.policies.timeout.as_ref().map_or(Instant::FAR, |limits| limits.attempt(at));
        attempt.min(self.deadline)
    }

    /// Admission with waiting. A token whose call never comes to run, because the bulkhead refuses it or it is given
    /// up in the queue, is not used: dropped, it goes back. A circuit that has opened while the call waited refuses it.
    #[cold]
    fn admit(&mut self) -> Pin<Box<dyn Future<Output = Admission<'a>> + Send + 'a>> {
        let (policies, deadline, at) = (self.policies, self.deadline, now());
        let (mut pass, repeated) = (self.pass.take(), self.made > 0);
        Box::pin(async move {
            let refused = |rejected| (Last::Refused(rejected), rejected);
            // Of a call that has made attempts the pause before this one would have been too long.
            let late = if repeated { Rejected::new(Key::Timeout, Refusal::TooLong) } else { TIME_IS_UP };
            in_time(at, deadline).map_err(|_| (Last::Late, late))?;
            let mut then = at;
            let mut token: Option<Token<'_>> = None;
            if let Some(limiter) = &policies.rate_limit {
                let (one, since) = limiter.acquire(then, deadline).await.map_err(refused)?;
                (token, then) = (Some(one), since);
            }
            let mut permit = None;
            if let Some(gate) = &policies.bulkhead {
                let (entered, since) = gate.enter(then, deadline).await.map_err(refused)?;
                (permit, then) = (Some(entered), since);
            }
            in_time(then, deadline).map_err(refused)?;
            if let Some(breaker) = &policies.circuit_breaker {
                pass = Pass::renew(pass, breaker, then, policies.name()).map_err(refused)?;
            }
            if let Some(token) = token {
                token.spend();
            }
            let attempt = policies.timeout.as_ref().map_or(Instant::FAR, |limits| limits.attempt(then));
            Ok((pass, permit, attempt.min(deadline)))
        })
    }

    // What follows a failure; `None` when it is final.
    #[cold]
    fn pause(&mut self, retry: &Retrying) -> Option<Pause> {
        let last = std::mem::replace(&mut self.last, Last::None);
        if matches!(last, Last::Late) {
            return None;
        }
        self.made = self.made.saturating_add(1);
        let at = now();
        if self.begun == Instant::UNKNOWN {
            self.begun = at;
        }
        let elapsed = at - self.begun;
        let delay = self.delay(retry, last, elapsed)?;
        let due = at + delay;
        // A delay that would end after the deadline is not slept either, and costs no budget: the next attempt comes
        // at once and is refused for lack of time, so that the caller sees a timeout rather than the last failure.
        if due >= self.deadline && self.deadline != Instant::FAR {
            self.deadline = at;
            return Some(Pause(None));
        }
        let (policy, attempts) = (self.policies.name(), self.made);
        if !retry.pay(at) {
            tracing::debug!(policy, attempts, "the retry budget is spent");
            return None;
        }
        tracing::debug!(policy, attempts, ?elapsed, ?delay, "retrying");
        Some(Pause((!delay.is_zero()).then_some(due)))
    }

    fn delay(&mut self, retry: &Retrying, last: Last, elapsed: Duration) -> Option<Duration> {
        let schedule = retry.follow(&mut self.course, self.made)?;
        match last {
            Last::Refused(rejected) if rejected.is_timeout() => None,
            Last::Refused(rejected) => schedule.next_after(elapsed, rejected.retry_after?),
            Last::None | Last::Late | Last::Answered => schedule.next(elapsed),
        }
    }

    #[inline]
    fn let_go(&mut self) {
        if self.permit.is_some() {
            self.permit = None;
        }
        if self.pass.is_some() {
            self.pass = None;
        }
    }

    #[inline]
    fn answered(&mut self, failed: bool) {
        self.last = Last::Answered;
        Pass::answered(&mut self.pass, failed, self.policies.name());
    }

    #[cold]
    fn refuse<R: FromRejected>(&mut self, last: Last, rejected: Rejected) -> R {
        self.last = last;
        self.pass = None;
        R::from_rejected(rejected)
    }

    #[cold]
    fn ran_out<R: FromRejected>(&mut self, until: Instant) -> R {
        let elapsed = Rejected::new(Key::Timeout, Refusal::Elapsed);
        if until == self.deadline {
            return self.refuse(Last::Refused(elapsed), elapsed);
        }
        self.answered(true);
        R::from_rejected(elapsed)
    }
}

impl<F> Future for Attempt<'_, '_, F>
where
    F: Future,
    F::Output: FromRejected,
{
    type Output = F::Output;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        if !matches!(this.stage, Stage::New) {
            return this.go_on(cx);
        }
        let until = match this.call.admit_at_once() {
            AtOnce::Admitted(until) => until,
            AtOnce::Queued => {
                this.stage = Stage::Queued(this.call.admit());
                return this.go_on(cx);
            }
            AtOnce::Refused(rejected) => {
                return Poll::Ready(this.call.refuse(Last::Refused(rejected), rejected));
            }
        };
        // Who is admitted and answered at once, as nearly every call is, never leaves the first stage.
        if let Poll::Ready(output) = this.operation.as_mut().poll(cx) {
            this.call.answered(output.is_failure());
            return Poll::Ready(output);
        }
        this.stage = Stage::Running(until, None);
        this.watch(cx)
    }
}

impl<F> Attempt<'_, '_, F>
where
    F: Future,
    F::Output: FromRejected,
{
    fn go_on(&mut self, cx: &mut Context<'_>) -> Poll<F::Output> {
        if let Stage::Queued(admission) = &mut self.stage {
            match ready!(admission.as_mut().poll(cx)) {
                Ok((pass, permit, until)) => {
                    (self.call.pass, self.call.permit) = (pass, permit);
                    self.stage = Stage::Running(until, None);
                }
                Err((last, rejected)) => return Poll::Ready(self.call.refuse(last, rejected)),
            }
        }
        if let Poll::Ready(output) = self.operation.as_mut().poll(cx) {
            self.call.answered(output.is_failure());
            return Poll::Ready(output);
        }
        self.watch(cx)
    }

    // The timer beside an operation that has not answered yet.
    #[inline]
    fn watch(&mut self, cx: &mut Context<'_>) -> Poll<F::Output> {
        let Stage::Running(until, timer) = &mut self.stage else { return Poll::Pending };
        let until = *until;
        if until == Instant::FAR {
            return Poll::Pending;
        }
        let timer = timer.get_or_insert_with(|| Box::pin(timeout::expired(until)));
        ready!(timer.as_mut().poll(cx));
        Poll::Ready(self.call.ran_out(until))
    }
}

impl<F> fmt::Debug for Attempt<'_, '_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attempt").field("call", &self.call).finish_non_exhaustive()
    }
}

const TIME_IS_UP: Rejected = Rejected::new(Key::Timeout, Refusal::Elapsed);

fn in_time(at: Instant, deadline: Instant) -> Result<(), Rejected> {
    let late = at >= deadline && deadline != Instant::FAR;
    if late { Err(TIME_IS_UP) } else { Ok(()) }
}
