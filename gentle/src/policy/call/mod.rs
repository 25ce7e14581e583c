//! One call: admission, attempts, and what follows each.

mod attempt;
mod lane;
mod pause;
mod race;

use std::future::Future;
use std::ops::ControlFlow;
use std::pin::{Pin, pin};
use std::time::Duration;

pub use attempt::Attempt;
pub use pause::Pause;

use super::judge::Judge;
use super::retry::{Course, Retrying, Schedule};
use super::{Again, ByOutcome, Caller, FromRejected, Outcome, Policies, Verdict};
use crate::time::{Instant, now};
use lane::{First, Lane, Last};
use race::{Race, beside};

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
    /// Who comes with a key or at a cost of its own.
    caller: Option<&'a Caller<'a>>,
    /// When it began, of one that makes no attempts; [`DONE`] when the first one went well and left nothing to do.
    begun: Instant,
    under_way: Option<UnderWay<'a>>,
}

/// A moment at which no call begins.
const DONE: Instant = Instant::FAR;

/// What there is to know about a call that is not over with its first attempt.
#[derive(Debug)]
struct UnderWay<'a> {
    /// Holds a permit until the operation is really gone: the caller owns that, so it is dropped after `attempt` has
    /// returned.
    lane: Lane<'a>,
    begun: Instant,
    course: Option<Box<Course>>,
}

impl<'a> UnderWay<'a> {
    /// One that begins now, or has `begun` before, where that is known.
    #[cold]
    fn begin(policies: &'a Policies, caller: Option<&'a Caller<'a>>, begun: Instant) -> Self {
        let (at, deadline) = lane::begin(policies);
        let begun = if begun == Instant::UNKNOWN || begun == DONE { at } else { begun };
        Self { begun, ..Self::new(Lane::new(policies, caller, at, deadline)) }
    }

    const fn new(lane: Lane<'a>) -> Self {
        Self { begun: lane.at(), lane, course: None }
    }
}

impl<'a> Call<'a> {
    #[inline]
    pub(super) const fn new(policies: &'a Policies, caller: Option<&'a Caller<'a>>) -> Self {
        Self { policies, caller, begun: Instant::UNKNOWN, under_way: None }
    }

    /// A call that begins now and not with its first attempt.
    #[inline]
    pub(super) fn begun(policies: &'a Policies) -> Self {
        let begun = if policies.is_timed() { now() } else { Instant::UNKNOWN };
        Self { begun, ..Self::new(policies, None) }
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
        self.attempt_as(operation, ByOutcome)
    }

    /// Makes one attempt like [`attempt`](Self::attempt), and lets `judge` say what its outcome is.
    #[inline]
    pub fn attempt_as<'c, F, J>(&'c mut self, operation: Pin<&'c mut F>, judge: J) -> Attempt<'c, 'a, F, J>
    where
        F: Future,
        F::Output: FromRejected,
        J: Judge<F::Output>,
    {
        Attempt::new(self, operation, judge)
    }

    /// Makes one attempt, and where there is a [hedge](super::hedge) others beside it when it is slow. `operation` makes
    /// an operation for each; they run at the same time.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future drops all of them, their places in a queue and the timers, and gives back tokens that were not
    /// used. The permit of the first is kept like that of [`attempt`](Self::attempt), those of the others are not.
    pub async fn hedged<M, F>(&mut self, operation: M) -> F::Output
    where
        M: FnMut() -> F,
        F: Future,
        F::Output: FromRejected,
    {
        self.hedged_as(operation, ByOutcome).await
    }

    /// Makes attempts like [`hedged`](Self::hedged), and lets `judge` say what their outcomes are.
    ///
    /// # Cancel safety
    ///
    /// As for [`hedged`](Self::hedged).
    pub async fn hedged_as<M, F, J>(&mut self, mut operation: M, judge: J) -> F::Output
    where
        M: FnMut() -> F,
        F: Future,
        F::Output: FromRejected,
        J: Judge<F::Output> + Copy + Unpin,
    {
        let first = pin!(operation());
        self.race(first, operation, judge).await
    }

    /// The `first` attempt, and `more` of them beside it.
    pub(super) fn race<'c, M, F, J>(
        &'c mut self,
        first: Pin<&'c mut F>,
        mut more: M,
        judge: J,
    ) -> impl Future<Output = F::Output> + use<'c, 'a, M, F, J>
    where
        M: FnMut() -> F,
        F: Future,
        F::Output: FromRejected,
        J: Judge<F::Output> + Copy + Unpin,
    {
        let terms = self.policies.hedge_terms();
        if let (Some(terms), 0) = (terms, self.settled()) {
            terms.earn();
        }
        let another = move |call| beside(call, more(), judge);
        Race::new(Attempt::new(self, first, judge), terms, another)
    }

    /// Decides over the outcome of an attempt: hands it back, or says how long to pause before the next one.
    #[inline]
    pub fn settle<R: Outcome>(&mut self, outcome: R) -> ControlFlow<R, Pause> {
        self.settle_as(outcome, ByOutcome)
    }

    /// Decides like [`settle`](Self::settle), and lets `judge` say what the outcome is.
    #[inline]
    pub fn settle_as<R, J: Judge<R>>(&mut self, outcome: R, judge: J) -> ControlFlow<R, Pause> {
        if let Some(UnderWay { lane, .. }) = &mut self.under_way {
            lane.let_go();
        }
        let Some(retry) = &self.policies.retry else { return ControlFlow::Break(outcome) };
        if self.settled() == 0 {
            retry.earn();
        }
        let refused = !J::PLAIN && matches!(self.last(), Last::Refused(_));
        if !judge.retries(&outcome) && !refused {
            return ControlFlow::Break(outcome);
        }
        match self.pause(retry, || judge.retry_after(&outcome)) {
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
        let unsettled = matches!(self.last(), Last::Answered(_) | Last::Refused(_));
        self.settled().saturating_add(unsettled.into())
    }

    /// When the whole call must have ended: [`Instant::FAR`] if never, or before its first attempt.
    pub fn deadline(&self) -> Instant {
        self.under_way.as_ref().map_or(Instant::FAR, |under_way| under_way.lane.deadline())
    }

    #[inline]
    fn settled(&self) -> u32 {
        self.under_way.as_ref().map_or(0, |under_way| under_way.lane.made())
    }

    fn last(&self) -> Last {
        match &self.under_way {
            Some(under_way) => under_way.lane.last(),
            None if self.begun == DONE => Last::Answered(Verdict::Success),
            None => Last::None,
        }
    }

    #[inline]
    fn lane(&mut self) -> &mut Lane<'a> {
        &mut self.under_way().lane
    }

    #[inline]
    fn under_way(&mut self) -> &mut UnderWay<'a> {
        self.under_way.get_or_insert_with(|| UnderWay::begin(self.policies, self.caller, self.begun))
    }

    /// A call beside this one, from now on, that has its deadline.
    fn beside(&mut self, at: Instant) -> Self {
        let lane = Lane::new(self.policies, self.caller, at, self.lane().deadline());
        Self { under_way: Some(UnderWay::new(lane)), ..Self::new(self.policies, self.caller) }
    }

    #[inline]
    const fn is_under_way(&self) -> bool {
        self.under_way.is_some()
    }

    /// Takes the answer of the first attempt. One that went well needs no more, unless a `judge` could repeat even that.
    #[inline]
    fn answered_first(&mut self, first: First<'a>, verdict: Verdict, plain: bool) {
        let rest = if plain && verdict == Verdict::Success { first.went_well() } else { Some(first) };
        match rest {
            Some(first) => self.proceed(first.proceed()).answered(verdict),
            None => self.begun = DONE,
        }
    }

    /// Goes on with a call whose first attempt is not all there is to it.
    #[cold]
    fn proceed(&mut self, lane: Lane<'a>) -> &mut Lane<'a> {
        &mut self.under_way.insert(UnderWay::new(lane)).lane
    }

    // What follows a failure; `None` when it is final.
    #[cold]
    fn pause(&mut self, retry: &Retrying, asked: impl FnOnce() -> Option<Duration>) -> Option<Pause> {
        let policies = self.policies;
        let UnderWay { lane, begun, course } = self.under_way();
        let last = lane.take_last();
        if matches!(last, Last::Late) {
            return None;
        }
        lane.made_one_more();
        let at = now();
        if *begun == Instant::UNKNOWN {
            *begun = at;
        }
        let (elapsed, attempts) = (at - *begun, lane.made());
        let delay = retry.follow(
            course,
            attempts,
            || policies.retry_now(),
            |schedule| delay(schedule, last, elapsed, asked),
        )?;
        let (due, deadline) = (at + delay, lane.deadline());
        // A delay that would end after the deadline is not slept either, and costs no budget: the next attempt comes
        // at once and is refused for lack of time, so that the caller sees a timeout rather than the last failure.
        if due >= deadline && deadline != Instant::FAR {
            // Where there was no attempt of ours there is none that could be refused.
            if matches!(last, Last::None) {
                return None;
            }
            lane.end(at);
            return Some(Pause(None));
        }
        let policy = policies.name();
        if !retry.pay(at) {
            tracing::debug!(policy, attempts, "the retry budget is spent");
            return None;
        }
        tracing::debug!(policy, attempts, ?elapsed, ?delay, "retrying");
        Some(Pause((!delay.is_zero()).then_some(due)))
    }
}

fn delay(
    schedule: &mut Schedule,
    last: Last,
    elapsed: Duration,
    asked: impl FnOnce() -> Option<Duration>,
) -> Option<Duration> {
    match last {
        Last::Refused(rejected) if rejected.is_timeout() => None,
        Last::Refused(rejected) => schedule.next_after(elapsed, rejected.retry_after?),
        Last::None | Last::Late | Last::Answered(_) => match asked() {
            Some(hint) => schedule.next_after(elapsed, hint),
            None => schedule.next(elapsed),
        },
    }
}
