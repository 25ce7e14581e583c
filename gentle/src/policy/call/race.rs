use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::task::coop::unconstrained;

use super::last::Last;
use super::{Attempt, Call};
use crate::policy::hedge::Terms;
use crate::policy::judge::Judge;
use crate::policy::{Event, FromRejected};
use crate::time::{Instant, now, sleep_until};

/// An attempt that gets company when it is slow: see [`Call::hedged`](super::Call::hedged).
///
/// All of them run in the caller's task and are polled together. The first that does not fail wins; the others are
/// dropped before it is handed out.
#[must_use = "futures do nothing unless they are awaited"]
pub(super) struct Race<'c, 'a, F: Future, J, M, E> {
    first: Attempt<'c, 'a, F, J>,
    /// Makes another one.
    more: M,
    terms: Option<&'a Terms>,
    /// When the first began, where nobody else has asked.
    began: Instant,
    /// How many more there may be.
    left: u32,
    timer: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    beside: Option<Box<Beside<E, F::Output>>>,
}

/// The others.
struct Beside<E, R> {
    /// Each with its number: the first beside the attempt itself is 1.
    running: Vec<(u32, Pin<Box<E>>)>,
    /// When the last of them began.
    since: Instant,
    /// How the first attempt failed: what is said when all do.
    failed: Option<R>,
}

/// An attempt beside the first: how it ended, and with what.
pub(super) async fn beside<F, J>(mut call: Call<'_>, operation: F, judge: J) -> (Last, F::Output)
where
    F: Future,
    F::Output: FromRejected,
    J: Judge<F::Output> + Unpin,
{
    let operation = std::pin::pin!(operation);
    let outcome = call.attempt_as(operation, judge).await;
    (call.last(), outcome)
}

// Nothing in it is pinned by itself: what is stands behind a reference or in a box.
impl<F: Future, J, M, E> Unpin for Race<'_, '_, F, J, M, E> {}

impl<'c, 'a, F, J, M, E> Race<'c, 'a, F, J, M, E>
where
    F: Future,
    F::Output: FromRejected,
    J: Judge<F::Output> + Unpin,
    M: FnMut(Call<'a>) -> E,
    E: Future<Output = (Last, F::Output)>,
{
    pub(super) fn new(first: Attempt<'c, 'a, F, J>, terms: Option<&'a Terms>, more: M) -> Self {
        let left = terms.map_or(0, Terms::most);
        Self { first, more, terms, left, began: Instant::UNKNOWN, timer: None, beside: None }
    }

    fn has_failed(&self) -> bool {
        self.beside.as_ref().is_some_and(|beside| beside.failed.is_some())
    }

    /// The first attempt: its outcome when that is the end of it.
    fn poll_first(&mut self, cx: &mut Context<'_>) -> Poll<F::Output> {
        if self.began == Instant::UNKNOWN && self.terms.is_some_and(Terms::learns) {
            self.began = now();
        }
        let Poll::Ready(outcome) = Pin::new(&mut self.first).poll(cx) else { return Poll::Pending };
        let last = self.first.call().last();
        if last.is_good() {
            self.learn();
        }
        match &mut self.beside {
            Some(beside) if last.may_be_outdone() && !beside.running.is_empty() => {
                beside.failed = Some(outcome);
                self.left = 0;
                self.timer = None;
                Poll::Pending
            }
            _ => Poll::Ready(outcome),
        }
    }

    /// The others: the outcome of the first that does not fail, or that of the first attempt when none is left.
    fn poll_beside(&mut self, cx: &mut Context<'_>) -> Poll<F::Output> {
        let Some(beside) = &mut self.beside else { return Poll::Pending };
        let mut won = None;
        beside.running.retain_mut(|(number, attempt)| {
            if won.is_some() {
                return true;
            }
            let Poll::Ready((last, outcome)) = attempt.as_mut().poll(cx) else { return true };
            if last.is_good() {
                won = Some((*number, last, outcome));
            }
            false
        });
        if let Some((number, last, outcome)) = won {
            if beside.failed.is_none() {
                self.learn();
            }
            let since = self.runs().map_or(self.began, |(since, _)| since);
            let call = self.first.call();
            call.lane().overtaken(last);
            let (policies, elapsed) = (call.policies, now() - since);
            tracing::debug!(policy = policies.name(), ?elapsed, "overtaken by a call beside it");
            policies.tell(|| Event::HedgeWon { name: policies.name(), number, elapsed });
            return Poll::Ready(outcome);
        }
        match &mut beside.failed {
            Some(_) if !beside.running.is_empty() => Poll::Pending,
            failed => failed.take().map_or(Poll::Pending, Poll::Ready),
        }
    }

    /// Begins another attempt when the time has come; `false` when there is nothing to do before it has.
    fn begins(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(terms) = self.terms.filter(|_| self.left > 0) else { return false };
        let Some((since, until)) = self.runs() else { return false };
        let timer = match &mut self.timer {
            Some(timer) => timer,
            None => {
                let Some(delay) = terms.delay() else { return false };
                let due = self.beside.as_ref().map_or(since, |beside| beside.since) + delay;
                // What would begin when this is cut off is not worth a timer.
                if due >= until {
                    self.left = 0;
                    return false;
                }
                self.timer.insert(Box::pin(unconstrained(sleep_until(due))))
            }
        };
        if timer.as_mut().poll(cx).is_pending() {
            return false;
        }
        self.timer = None;
        let at = now();
        if !self.pays(terms, at) {
            self.left = 0;
            return false;
        }
        self.left -= 1;
        let number = terms.most() - self.left;
        let policies = self.first.call().policies;
        policies.tell(|| Event::HedgeStarted { name: policies.name(), number, elapsed: at - since });
        let call = self.first.call().beside(at);
        let another = Box::pin((self.more)(call));
        let beside = self.beside.get_or_insert_with(|| Box::new(Beside::new(at)));
        beside.since = at;
        beside.running.push((number, another));
        true
    }

    /// Since when the first attempt runs, and until when it may.
    fn runs(&mut self) -> Option<(Instant, Instant)> {
        let (since, until) = self.first.runs()?;
        if since != Instant::UNKNOWN {
            return Some((since, until));
        }
        if self.began == Instant::UNKNOWN {
            self.began = now();
        }
        Some((self.began, until))
    }

    /// The budget of the hedge pays, or else that of the retry, or nobody has to.
    fn pays(&mut self, terms: &Terms, at: Instant) -> bool {
        let policies = self.first.call().policies;
        let paid = terms.pay(at).or_else(|| Some(policies.retry.as_ref()?.pay(at))).unwrap_or(true);
        let (policy, left) = (policies.name(), self.left);
        if paid {
            tracing::debug!(policy, left, "another call beside a slow one");
        } else {
            tracing::debug!(policy, "the budget for calls beside slow ones is spent");
        }
        paid
    }

    /// The first attempt has taken as long as this, or longer.
    fn learn(&mut self) {
        if let Some(terms) = self.terms.filter(|terms| terms.learns()) {
            let since = self.runs().map_or(self.began, |(since, _)| since);
            terms.took(now() - since);
        }
    }
}

impl<E, R> Beside<E, R> {
    const fn new(since: Instant) -> Self {
        Self { running: Vec::new(), since, failed: None }
    }
}

impl<'a, F, J, M, E> Future for Race<'_, 'a, F, J, M, E>
where
    F: Future,
    F::Output: FromRejected,
    J: Judge<F::Output> + Unpin,
    M: FnMut(Call<'a>) -> E,
    E: Future<Output = (Last, F::Output)>,
{
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = &mut *self;
        let first = if this.has_failed() { Poll::Pending } else { this.poll_first(cx) };
        let mut outcome = first;
        while outcome.is_pending() {
            outcome = this.poll_beside(cx);
            if outcome.is_pending() && !this.begins(cx) {
                return Poll::Pending;
            }
        }
        // Who lost is gone before anybody hears of it.
        this.beside = None;
        this.timer = None;
        outcome
    }
}

impl<F: Future, J, M, E> fmt::Debug for Race<'_, '_, F, J, M, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Race").field("first", &self.first).finish_non_exhaustive()
    }
}
