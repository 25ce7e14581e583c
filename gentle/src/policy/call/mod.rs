//! One call: admission, attempts, and what follows each.

mod attempt;
mod begun;
mod doors;
mod first;
mod lane;
mod last;
mod pause;
mod race;
mod trace;

use std::future::Future;
use std::ops::ControlFlow;
use std::pin::{Pin, pin};
use std::time::Duration;

use tracing::Span;

pub use attempt::{Alone, Attempt};
pub use pause::Pause;

use super::judge::Judge;
use super::rate_limit::{Limiter, Tap};
use super::retry::{Course, Retrying, Schedule};
use super::{Again, ByOutcome, Caller, Event, FromRejected, Outcome, Policies, Verdict};
use crate::time::{Instant, now};
use begun::Begun;
use first::First;
use lane::Lane;
use last::Last;
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
    /// Whether the first attempt went well and left nothing to do.
    done: bool,
    under_way: Option<UnderWay<'a>>,
}

/// What there is to know about a call that is not over with its first attempt.
#[derive(Debug)]
struct UnderWay<'a> {
    /// Holds a permit until the operation is really gone: the caller owns that, so it is dropped after `attempt` has
    /// returned.
    lane: Lane<'a>,
    course: Option<Box<Course>>,
}

impl<'a> UnderWay<'a> {
    const fn new(lane: Lane<'a>) -> Self {
        Self { lane, course: None }
    }
}

impl Drop for UnderWay<'_> {
    #[cold]
    fn drop(&mut self) {
        self.lane.close();
    }
}

impl<'a> Call<'a> {
    #[inline]
    pub(super) const fn new(policies: &'a Policies) -> Self {
        Self { policies, done: false, under_way: None }
    }

    /// A call of one who comes with a key, or at a cost of its own: it is under way from the beginning, so that others
    /// carry nothing along for it.
    #[inline]
    pub(super) fn of_caller(caller: &'a Caller<'a>) -> Self {
        let under_way = Some(UnderWay::new(Lane::of_caller(caller)));
        Self { policies: caller.policies(), done: false, under_way }
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

    /// Makes one attempt with nothing before it and no limit to it: that of a retry alone, which refuses nothing.
    ///
    /// # Cancel safety
    ///
    /// `operation` belongs to the caller and ends when the caller drops it.
    #[inline]
    pub fn alone<'c, F>(&'c mut self, operation: Pin<&'c mut F>) -> Alone<'c, 'a, F>
    where
        F: Future,
        F::Output: Outcome,
    {
        self.alone_as(operation, ByOutcome)
    }

    /// Makes one attempt like [`alone`](Self::alone), and lets `judge` say what its outcome is.
    #[inline]
    pub fn alone_as<'c, F, J>(&'c mut self, operation: Pin<&'c mut F>, judge: J) -> Alone<'c, 'a, F, J>
    where
        F: Future,
        J: Judge<F::Output>,
    {
        Alone::new(self, operation, judge)
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
        if !self.repeats(&outcome, &judge) {
            return ControlFlow::Break(outcome);
        }
        match self.pause(retry, || judge.retry_after(&outcome)) {
            Some(pause) => ControlFlow::Continue(pause),
            None => ControlFlow::Break(outcome),
        }
    }

    // What a policy has made of an attempt is not an outcome like others, but plain judges call it a failure all the same.
    #[inline]
    fn repeats<R, J: Judge<R>>(&self, outcome: &R, judge: &J) -> bool {
        if J::PLAIN {
            return judge.retries(outcome);
        }
        match self.last() {
            Last::Refused(_) => true,
            Last::CutOff => judge.retries_cut_off(outcome),
            Last::None | Last::Late | Last::Answered(_) => judge.retries(outcome),
        }
    }

    /// A copy of an argument for this attempt; a later one may need it again.
    #[inline]
    pub fn again<T: Again>(&self, argument: &T) -> T {
        argument.again()
    }

    /// How many attempts have been made.
    pub fn attempts(&self) -> u32 {
        self.under_way.as_ref().map_or(self.done.into(), |under_way| under_way.lane.attempts())
    }

    /// Makes the attempt that was settled last the last one, although another was to follow: there is nothing to make
    /// it with. Without this word the call counts as given up.
    pub fn no_more(&mut self) {
        self.lane().no_more();
    }

    /// When the whole call must have ended: [`Instant::FAR`] if never, or before its first attempt.
    pub fn deadline(&self) -> Instant {
        self.under_way.as_ref().map_or(Instant::FAR, |under_way| under_way.lane.deadline())
    }

    /// Leaves the call no more time than until this moment.
    pub(super) fn ends_by(&mut self, deadline: Instant) {
        self.lane().ends_by(deadline);
    }

    /// How the operation has ended, if that is what the call ends with: `None` where gentle has made the outcome.
    pub(super) fn verdict(&self) -> Option<Verdict> {
        match &self.under_way {
            Some(under_way) => under_way.lane.verdict(),
            None => self.done.then_some(Verdict::Success),
        }
    }

    #[inline]
    fn settled(&self) -> u32 {
        self.under_way.as_ref().map_or(0, |under_way| under_way.lane.made())
    }

    fn last(&self) -> Last {
        match &self.under_way {
            Some(under_way) => under_way.lane.last(),
            None if self.done => Last::Answered(Verdict::Success),
            None => Last::None,
        }
    }

    /// The rate limit that the call goes by.
    fn tap(&self) -> Option<Tap<'a>> {
        match &self.under_way {
            Some(under_way) => under_way.lane.tap(),
            None => self.policies.rate_limit.as_ref().map(Limiter::tap),
        }
    }

    #[inline]
    fn lane(&mut self) -> &mut Lane<'a> {
        &mut self.under_way().lane
    }

    #[inline]
    fn under_way(&mut self) -> &mut UnderWay<'a> {
        self.under_way.get_or_insert_with(|| {
            let lane = Lane::first(self.policies);
            UnderWay::new(if self.done { lane.after_success() } else { lane })
        })
    }

    /// An attempt beside the one of this call, from now on, that has its deadline.
    fn beside(&mut self, at: Instant) -> Self {
        let lane = self.lane().beside(at);
        Self { under_way: Some(UnderWay::new(lane)), ..Self::new(self.policies) }
    }

    #[inline]
    const fn is_under_way(&self) -> bool {
        self.under_way.is_some()
    }

    /// Takes the answer of the first attempt. One that went well needs no more; should a judge repeat even that, the call
    /// begins at this moment, which is the one at which it began, for the answer was there at once.
    #[expect(
        clippy::inline_always,
        reason = "it has one caller in each function, whose every call goes through it"
    )]
    #[inline(always)]
    fn answered_first(&mut self, first: First<'a>, verdict: Verdict) {
        if verdict == Verdict::Success && first.count() {
            first.end();
            self.done = true;
        } else {
            self.fell_short_first(first, verdict);
        }
    }

    /// Goes on with a call whose first attempt is not all there is to it.
    #[cold]
    #[inline(never)]
    fn proceed(&mut self, first: First<'a>) -> &mut Lane<'a> {
        &mut self.under_way.insert(UnderWay::new(first.proceed())).lane
    }

    /// Goes on with a call whose first attempt has to be admitted step by step.
    #[cold]
    #[inline(never)]
    fn proceed_slowly(&mut self, begun: Begun) {
        self.under_way = Some(UnderWay::new(Lane::new(self.policies, begun)));
    }

    #[cold]
    #[inline(never)]
    fn fell_short_first(&mut self, first: First<'a>, verdict: Verdict) {
        self.proceed(first).answered(verdict);
    }

    /// Takes the answer of a first attempt that was made alone.
    #[inline]
    fn answered_alone(&mut self, verdict: Verdict) {
        if verdict == Verdict::Success {
            self.policies.succeeded();
            self.done = true;
        } else {
            self.fell_short(verdict);
        }
    }

    #[cold]
    fn fell_short(&mut self, verdict: Verdict) {
        self.lane().answered(verdict);
    }

    // What follows a failure; `None` when it is final.
    #[cold]
    fn pause(&mut self, retry: &Retrying, asked: impl FnOnce() -> Option<Duration>) -> Option<Pause> {
        let policies = self.policies;
        let UnderWay { lane, course } = self.under_way();
        let last = lane.last();
        if matches!(last, Last::Late) {
            return None;
        }
        let span = lane.span();
        let _entered = span.as_ref().map(Span::enter);
        let at = now();
        let elapsed = lane.settle(at);
        let (policy, attempts) = (policies.name(), lane.made());
        let hint = if matches!(last, Last::None | Last::Answered(_)) { asked() } else { None };
        let delay = retry.follow(
            course,
            attempts,
            || policies.retry_now(),
            |schedule| delay(schedule, last, elapsed, hint),
        );
        let Some(delay) = delay else {
            tracing::debug!(policy, attempts, ?elapsed, "the last attempt failed");
            return None;
        };
        let (due, deadline) = (at + delay, lane.deadline());
        // Who knows that there will be no time left is told why, not that there is none.
        if hint.is_some_and(|hint| at + hint >= deadline) && deadline != Instant::FAR {
            return None;
        }
        // A delay that would end after the deadline is not slept either, and costs no budget: the next attempt comes
        // at once and is refused for lack of time, so that the caller sees a timeout rather than the last failure.
        if due >= deadline && deadline != Instant::FAR {
            // Where nothing comes before an attempt there is nobody who could refuse it.
            if lane.is_alone() {
                return None;
            }
            lane.end(at);
            return Some(Pause(None));
        }
        if !retry.pay(at) {
            tracing::debug!(policy, attempts, ?elapsed, "the retry budget is spent");
            return None;
        }
        tracing::debug!(policy, attempts, ?elapsed, ?delay, "retrying");
        lane.tell(|name, attempts, elapsed| Event::RetryScheduled { name, attempts, elapsed, delay });
        lane.pause();
        Some(Pause((!delay.is_zero()).then_some(due)))
    }
}

fn delay(schedule: &mut Schedule, last: Last, elapsed: Duration, hint: Option<Duration>) -> Option<Duration> {
    match (last, hint) {
        (Last::Refused(retry_after), _) => schedule.next_after(elapsed, retry_after?),
        (_, Some(hint)) => schedule.next_after(elapsed, hint),
        (_, None) => schedule.next(elapsed),
    }
}
