use std::fmt;
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};

use super::Call;
use super::first::{First, Unless, needs_lane};
use super::lane::{Lane, Wait};
use crate::policy::deadline::{HandedOn, kept};
use crate::policy::{ByOutcome, FromRejected, Judge, Rejected, Verdict, timeout};
use crate::time::Instant;

/// An attempt under way: see [`Call::attempt`](super::Call::attempt).
#[must_use = "futures do nothing unless they are awaited"]
pub struct Attempt<'c, 'a, F, J = ByOutcome> {
    call: &'c mut Call<'a>,
    operation: Pin<&'c mut F>,
    /// Nothing, as long as nothing was in its way.
    stage: Option<Stage<'a>>,
    judge: J,
}

/// What an attempt is waiting for.
enum Stage<'a> {
    /// Its token and its permit.
    Queued(Wait<'a>),
    /// What befalls it on purpose before its operation runs, until this moment.
    Struck(Instant, Struck),
    /// Its operation, until this moment; the timer is set when the operation does not answer at once.
    Running(Instant, Option<Pin<Box<dyn Future<Output = ()> + Send>>>),
}

/// Ends when the operation may run, or fails in its place; `None` when the time was up before.
type Struck = Pin<Box<dyn Future<Output = Option<Result<(), Rejected>>> + Send>>;

impl<'c, 'a, F, J> Attempt<'c, 'a, F, J> {
    #[inline]
    pub(super) const fn new(call: &'c mut Call<'a>, operation: Pin<&'c mut F>, judge: J) -> Self {
        Self { call, operation, stage: None, judge }
    }

    pub(super) fn call(&mut self) -> &mut Call<'a> {
        self.call
    }

    /// Since when its operation runs, where anybody has asked, and until when it may; `None` while it waits for its turn.
    pub(super) fn runs(&mut self) -> Option<(Instant, Instant)> {
        match self.stage {
            Some(Stage::Struck(until, _) | Stage::Running(until, _)) => Some((self.call.lane().at(), until)),
            Some(Stage::Queued(_)) | None => None,
        }
    }
}

impl<F, J> Future for Attempt<'_, '_, F, J>
where
    F: Future,
    F::Output: FromRejected,
    J: Judge<F::Output> + Unpin,
{
    type Output = F::Output;

    // A first attempt that is admitted and answered at once, as nearly every one is, lives in registers and leaves no
    // trace.
    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        if this.call.is_under_way() {
            return this.go_on(cx);
        }
        let first = match First::try_enter(this.call.policies) {
            Ok(first) => first,
            Err(begun) => {
                this.call.proceed_slowly(begun);
                return this.go_on(cx);
            }
        };
        match poll(first.deadline(), this.operation.as_mut(), cx) {
            Poll::Ready(output) => {
                let verdict = this.judged(&output);
                this.call.answered_first(first, verdict);
                Poll::Ready(output)
            }
            Poll::Pending => {
                this.stage = Some(Stage::Running(this.call.proceed(first).until(), None));
                this.watch(cx)
            }
        }
    }
}

impl<F, J> Attempt<'_, '_, F, J>
where
    F: Future,
    F::Output: FromRejected,
    J: Judge<F::Output>,
{
    fn go_on(&mut self, cx: &mut Context<'_>) -> Poll<F::Output> {
        if let Err(rejected) = ready!(self.admitted(cx)) {
            return Poll::Ready(F::Output::from_rejected(rejected));
        }
        if let Some(output) = ready!(self.struck(cx)) {
            return Poll::Ready(output);
        }
        let lane = self.call.lane();
        let polled = inside(lane, || poll(lane.deadline(), self.operation.as_mut(), cx));
        if let Poll::Ready(output) = polled {
            let verdict = self.judged(&output);
            self.call.lane().answered(verdict);
            return Poll::Ready(output);
        }
        self.watch(cx)
    }

    // Who asks to be left alone is left alone by all calls that go by this rate limit.
    #[inline]
    fn judged(&self, output: &F::Output) -> Verdict {
        if !J::PLAIN {
            if let Some(tap) = self.call.tap() {
                self.judge.retry_after(output).into_iter().for_each(|time| tap.close(time));
            }
        }
        self.judge.verdict(output)
    }

    fn admitted(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Rejected>> {
        let lane = self.call.lane();
        if self.stage.is_none() {
            lane.begin();
            if lane.try_enter() {
                self.stage = Some(admitted(lane));
                return Poll::Ready(Ok(()));
            }
            match lane.enter() {
                Ok(Some(wait)) => self.stage = Some(Stage::Queued(wait)),
                Ok(None) => self.stage = Some(admitted(lane)),
                Err(rejected) => return Poll::Ready(Err(rejected)),
            }
        }
        if let Some(Stage::Queued(wait)) = &mut self.stage {
            let waited = ready!(wait.as_mut().poll(cx));
            if let Err(rejected) = lane.entered(waited) {
                return Poll::Ready(Err(rejected));
            }
            self.stage = Some(admitted(lane));
        }
        Poll::Ready(Ok(()))
    }

    // The failure that stands for the operation's, if one does.
    fn struck(&mut self, cx: &mut Context<'_>) -> Poll<Option<F::Output>> {
        let Some(Stage::Struck(until, strike)) = &mut self.stage else { return Poll::Ready(None) };
        let until = *until;
        let struck = ready!(strike.as_mut().poll(cx));
        self.stage = Some(Stage::Running(until, None));
        let lane = self.call.lane();
        Poll::Ready(match struck {
            Some(Ok(())) => None,
            Some(Err(rejected)) => {
                lane.struck(rejected);
                Some(F::Output::from_rejected(rejected))
            }
            None => Some(lane.ran_out(until)),
        })
    }

    // The timer beside an operation that has not answered yet.
    fn watch(&mut self, cx: &mut Context<'_>) -> Poll<F::Output> {
        let Some(Stage::Running(until, timer)) = &mut self.stage else { return Poll::Pending };
        let until = *until;
        // Whoever is around it ends it then, or nobody does.
        if until >= kept() {
            return Poll::Pending;
        }
        let timer = timer.get_or_insert_with(|| Box::pin(timeout::expired(until)));
        ready!(timer.as_mut().poll(cx));
        Poll::Ready(self.call.lane().ran_out(until))
    }
}

// What is called in it inherits its deadline.
#[inline]
fn poll<F: Future>(deadline: Instant, operation: Pin<&mut F>, cx: &mut Context<'_>) -> Poll<F::Output> {
    let _handed_on = HandedOn::kept(deadline);
    operation.poll(cx)
}

fn admitted<'a>(lane: &Lane<'a>) -> Stage<'a> {
    let until = lane.until();
    match lane.strike() {
        Some(strike) => {
            Stage::Struck(until, Box::pin(async move { timeout::until(until, pin!(strike)).await }))
        }
        None => Stage::Running(until, None),
    }
}

impl<F, J> fmt::Debug for Attempt<'_, '_, F, J> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attempt").field("call", &self.call).finish_non_exhaustive()
    }
}

/// An attempt of a retry alone: see [`Call::alone`](super::Call::alone).
#[must_use = "futures do nothing unless they are awaited"]
pub struct Alone<'c, 'a, F, J = ByOutcome> {
    call: &'c mut Call<'a>,
    operation: Pin<&'c mut F>,
    judge: J,
}

impl<'c, 'a, F, J> Alone<'c, 'a, F, J> {
    #[inline]
    pub(super) fn new(call: &'c mut Call<'a>, operation: Pin<&'c mut F>, judge: J) -> Self {
        if call.is_under_way() || needs_lane(call.policies) {
            call.lane().begin_alone();
        }
        Self { call, operation, judge }
    }
}

impl<F, J> Future for Alone<'_, '_, F, J>
where
    F: Future,
    J: Judge<F::Output> + Unpin,
{
    type Output = F::Output;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = &mut *self;
        if this.call.is_under_way() {
            return this.go_on(cx);
        }
        let unless = Unless::it_panics(this.call.policies);
        let polled = this.operation.as_mut().poll(cx);
        unless.it_did_not();
        match &polled {
            Poll::Ready(output) => this.call.answered_alone(this.judge.verdict(output)),
            // From here on it may be given up.
            Poll::Pending => this.call.lane().begin_alone(),
        }
        polled
    }
}

impl<F, J> Alone<'_, '_, F, J>
where
    F: Future,
    J: Judge<F::Output>,
{
    fn go_on(&mut self, cx: &mut Context<'_>) -> Poll<F::Output> {
        let output = ready!(inside(self.call.lane(), || self.operation.as_mut().poll(cx)));
        self.call.lane().answered(self.judge.verdict(&output));
        Poll::Ready(output)
    }
}

impl<F, J> fmt::Debug for Alone<'_, '_, F, J> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Alone").field("call", &self.call).finish_non_exhaustive()
    }
}

/// Asks the operation, in the span of its attempt where somebody listens.
fn inside<T>(lane: &Lane<'_>, ask: impl FnOnce() -> T) -> T {
    match lane.inside() {
        Some(span) => span.in_scope(ask),
        None => ask(),
    }
}
