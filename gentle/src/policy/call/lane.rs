use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use gentle_dsl::Key;
use tracing::Span;

use super::begun::{Begun, SEEN};
use super::doors::{Doors, TIME_IS_UP, is_late};
use super::last::Last;
use super::trace::{Trace, is_heard};
use crate::policy::bulkhead::{End, Gate, Permit};
use crate::policy::chaos::Strike;
use crate::policy::circuit_breaker::{Breaker, Held, Pass};
use crate::policy::judge::Verdict;
use crate::policy::policies::{MEASURED, TIMED, TRACED, WATCHED};
use crate::policy::rate_limit::{Limiter, Tap, Token};
use crate::policy::{Caller, Ending, Event, FromRejected, Policies, Refusal, Rejected};
use crate::time::{Instant, now};

/// What one attempt goes through and what it holds meanwhile: pass, token, permit, in this order.
///
/// What it holds are plain words, so that an attempt to which nothing happens moves nothing about. Dropped, it gives
/// everything back.
#[derive(Debug)]
pub(super) struct Lane<'a> {
    policies: &'a Policies,
    /// When the call began, where that is known.
    begun: Instant,
    /// For whom, where it matters.
    caller: Option<&'a Caller<'a>>,
    deadline: Instant,
    /// When the attempt began, and then when it was admitted.
    at: Instant,
    pass: Pass,
    /// How many attempts have been made and settled.
    made: u32,
    held: u32,
    last: Last,
    trace: Option<Box<Trace>>,
}

/// It is inside the bulkhead.
const PERMIT: u32 = 1;
/// It is one of those that decide whether the circuit closes.
const PROBE: u32 = 2;
/// Its success is counted.
const COUNTED: u32 = 4;
/// It was settled, and is one of those made.
const SETTLED: u32 = 8;
/// The pause before the next one lasts.
const PAUSING: u32 = 16;
/// It was made without anything before it.
const ALONE: u32 = 32;
/// It belongs to an attempt beside the one of the call.
const BESIDE: u32 = 64;
/// The throttle has been told of it.
const TOLD: u32 = 128;

/// An attempt that waits, with what it holds already.
pub(super) type Wait<'a> = Pin<Box<dyn Future<Output = Result<Admitted, Rejected>> + Send + 'a>>;

/// An attempt that has waited and may begin. Nothing comes between this and its [lane](Lane::entered).
pub(super) struct Admitted {
    pub(super) pass: Pass,
    pub(super) permit: bool,
    pub(super) at: Instant,
}

impl<'a> Lane<'a> {
    /// The lane of a call that begins now.
    pub(super) fn first(policies: &'a Policies) -> Self {
        Self::new(policies, Begun::now(policies))
    }

    /// The lane of one who comes with a key, or at a cost of its own.
    pub(super) fn of_caller(caller: &'a Caller<'a>) -> Self {
        let mut lane = Self::first(caller.policies());
        lane.caller = Some(caller);
        lane
    }

    /// The same for a call whose first attempt went well, is counted, and is repeated nevertheless.
    pub(super) fn after_success(mut self) -> Self {
        self.last = Last::Answered(Verdict::Success);
        self.held |= COUNTED | TOLD;
        self
    }

    #[inline]
    fn breaker(&self) -> Option<&'a Breaker> {
        self.caller.map_or(self.policies.circuit_breaker.as_ref(), Caller::breaker)
    }

    #[inline]
    pub(super) fn tap(&self) -> Option<Tap<'a>> {
        self.caller.map_or_else(|| self.policies.rate_limit.as_ref().map(Limiter::tap), Caller::tap)
    }

    #[inline]
    fn gate(&self) -> Option<&'a Gate> {
        self.caller.map_or(self.policies.bulkhead.as_ref(), Caller::gate)
    }

    /// The lane of a call to which nothing has happened since it began.
    pub(super) fn new(policies: &'a Policies, begun: Begun) -> Self {
        let Begun { at: mut begun, deadline, mut flags } = begun;
        if is_heard() {
            flags |= TRACED;
            begun = if begun == Instant::UNKNOWN { now() } else { begun };
        }
        Self {
            policies,
            caller: None,
            begun,
            deadline,
            at: begun,
            pass: Pass::NONE,
            made: 0,
            held: flags & SEEN,
            last: Last::None,
            trace: (flags & TRACED != 0).then(|| Box::new(Trace::of(policies.name()))),
        }
    }

    /// The same after it was admitted at once.
    pub(super) fn with(mut self, pass: Pass, permit: Option<Permit<'a>>) -> Self {
        self.pass = pass;
        if let Some(permit) = permit {
            permit.keep();
            self.held |= PERMIT;
        }
        self
    }

    /// The lane of an attempt beside one of this lane, from now on: it is no call of its own.
    pub(super) fn beside(&self, at: Instant) -> Self {
        let begun = Begun { at, deadline: self.deadline, flags: self.held & WATCHED };
        let mut lane = Self::new(self.policies, begun);
        lane.caller = self.caller;
        lane.held |= BESIDE;
        lane
    }

    /// Another attempt, beside this one, has come to this. What went well is counted there.
    pub(super) fn overtaken(&mut self, last: Last) {
        self.last = last;
        if matches!(last, Last::Answered(Verdict::Success)) {
            self.held |= COUNTED;
        }
    }

    /// When the attempt was admitted, where anybody has asked; that of a call that has made none, when it began.
    pub(super) const fn at(&self) -> Instant {
        self.at
    }

    pub(super) const fn deadline(&self) -> Instant {
        self.deadline
    }

    pub(super) const fn last(&self) -> Last {
        self.last
    }

    /// From now on there is no time left.
    pub(super) const fn end(&mut self, at: Instant) {
        self.deadline = at;
    }

    // Who comes in first does so for the whole call.
    const fn is_first(&self) -> bool {
        self.made == 0 && self.held & BESIDE == 0
    }

    /// How many attempts have been made and settled.
    pub(super) const fn made(&self) -> u32 {
        self.made
    }

    /// How many attempts have been made, with the last one.
    pub(super) const fn attempts(&self) -> u32 {
        let settled = self.held & SETTLED != 0 || matches!(self.last, Last::None | Last::Late);
        self.made.saturating_add(!settled as u32)
    }

    /// The attempt is over, and perhaps not the last one. Returns how long the call lasts already.
    pub(super) fn settle(&mut self, at: Instant) -> Duration {
        self.made = self.made.saturating_add(1);
        self.held |= SETTLED;
        self.attempt_ended(at);
        if self.begun == Instant::UNKNOWN {
            self.begun = at;
        }
        at - self.begun
    }

    /// From now on the call waits for its next attempt.
    pub(super) const fn pause(&mut self) {
        self.held |= PAUSING;
    }

    /// There is no next attempt after all: the last one was it.
    pub(super) const fn no_more(&mut self) {
        self.held &= !PAUSING;
    }

    /// Begins an attempt.
    pub(super) fn begin(&mut self) {
        self.let_go();
        if !matches!(self.last, Last::None) {
            self.begin_again();
        }
        if let Some(trace) = &mut self.trace {
            trace.attempt(self.policies.name(), self.made.saturating_add(1));
        }
    }

    /// Begins an attempt that nothing comes before.
    pub(super) fn begin_alone(&mut self) {
        self.begin();
        self.held |= ALONE;
        if self.at == Instant::UNKNOWN && self.held & SEEN != 0 {
            self.at = now();
        }
    }

    /// Whether there is nobody who could refuse an attempt.
    pub(super) const fn is_alone(&self) -> bool {
        self.held & ALONE != 0
    }

    fn begin_again(&mut self) {
        self.take_back_success();
        if self.held & PAUSING != 0 {
            self.policies.tally().retried();
        }
        self.held &= SEEN | BESIDE;
        self.last = Last::None;
        // A later attempt begins later, if anybody asks when.
        let asked = self.policies.flags() & TIMED != 0 || self.deadline != Instant::FAR;
        if asked || self.at != Instant::UNKNOWN {
            self.at = now();
        }
    }

    // What went well and is repeated nevertheless was not the end.
    fn take_back_success(&mut self) {
        if self.held & COUNTED != 0 {
            self.policies.tally().taken_back();
            self.held &= !COUNTED;
        }
    }

    /// Admission where nothing stands in the way. Otherwise nothing has happened.
    #[inline]
    pub(super) fn try_enter(&mut self) -> bool {
        // A throttle decides once for a call, and by its lot.
        let sheds = || self.is_first() && self.policies.valve().is_some_and(|valve| !valve.is_calm());
        if self.at >= self.deadline || self.policies.chaos.is_some() || sheds() {
            return false;
        }
        let pass = match self.breaker().map(Breaker::try_pass) {
            Some(None) => return false,
            Some(Some(pass)) => pass,
            None => Pass::NONE,
        };
        let tap = self.tap();
        if tap.is_some_and(|tap| !tap.try_take(self.at)) {
            return false;
        }
        if let Some(gate) = self.gate() {
            let Some(permit) = gate.try_enter() else {
                if let Some(tap) = tap {
                    tap.give_back(self.at);
                }
                return false;
            };
            permit.keep();
            self.held |= PERMIT;
        }
        self.pass = pass;
        true
    }

    /// Admission step by step: nothing to wait for, a wait, or a refusal.
    #[cold]
    pub(super) fn enter(&mut self) -> Result<Option<Wait<'a>>, Rejected> {
        let deadline = self.deadline;
        if self.at == Instant::UNKNOWN {
            self.at = now();
        }
        if is_late(self.at, deadline) {
            // Of a call that has made attempts the pause before this one would have been too long.
            let again = self.made > 0;
            let late = if again { Rejected::new(Key::Timeout, Refusal::TooLong) } else { TIME_IS_UP };
            self.refused(late, Last::Late);
            return Err(late);
        }
        let queued = self.throttled().and_then(|()| self.passed()).and_then(|pass| self.queue(pass));
        if let Err(rejected) = &queued {
            self.refused(*rejected, Last::refused(rejected));
        }
        queued
    }

    fn passed(&self) -> Result<Option<Held<'a>>, Rejected> {
        let pass = |breaker: &'a Breaker| Ok(Held::new(breaker, breaker.pass(self.at, self.policies)?));
        self.breaker().map(pass).transpose()
    }

    fn refused(&mut self, rejected: Rejected, last: Last) {
        self.last = last;
        self.policies.tally().refused(rejected.policy);
        self.tell(|name, attempts, elapsed| Event::AttemptRefused { name, rejected, attempts, elapsed });
    }

    /// Tells those who watch since the call began, with the attempts that are settled and the time since then.
    pub(super) fn tell(&self, event: impl FnOnce(&'a str, u32, Duration) -> Event<'a>) {
        if self.held & WATCHED != 0 {
            let policies = self.policies;
            policies.tell(|| event(policies.name(), self.made, now() - self.begun));
        }
    }

    // Once for the whole call.
    fn throttled(&self) -> Result<(), Rejected> {
        match self.policies.valve() {
            Some(valve) if self.is_first() => valve.admit(self.at, self.policies, fastrand::u32(..)),
            _ => Ok(()),
        }
    }

    // Who is refused at once pays for no wait.
    fn queue(&mut self, pass: Option<Held<'a>>) -> Result<Option<Wait<'a>>, Rejected> {
        let token = match self.tap() {
            Some(tap) => {
                let token = tap.try_acquire(self.at);
                if token.is_none() {
                    tap.admits_waiting(self.at, self.deadline)?;
                    return Ok(Some(self.wait(pass, None)));
                }
                token
            }
            None => None,
        };
        if let Some(gate) = self.gate() {
            let Some(permit) = gate.try_enter() else {
                gate.admits_waiting()?;
                return Ok(Some(self.wait(pass, token)));
            };
            permit.keep();
            self.held |= PERMIT;
        }
        if let Some(token) = token {
            token.spend();
        }
        if let Some(pass) = pass {
            self.pass_is(pass.into_pass());
        }
        Ok(None)
    }

    /// Takes over what an attempt has got while it waited, or why it was refused.
    pub(super) fn entered(&mut self, waited: Result<Admitted, Rejected>) -> Result<(), Rejected> {
        let Admitted { pass, permit, at } =
            waited.inspect_err(|rejected| self.refused(*rejected, Last::refused(rejected)))?;
        self.at = at;
        if permit {
            self.held |= PERMIT;
        }
        self.pass_is(pass);
        Ok(())
    }

    fn wait(&self, pass: Option<Held<'a>>, token: Option<Token<'a>>) -> Wait<'a> {
        let doors = Doors { policies: self.policies, tap: self.tap(), gate: self.gate() };
        Box::pin(doors.wait(pass, token, self.at, self.deadline))
    }

    fn pass_is(&mut self, pass: Pass) {
        self.pass = pass;
        if pass.is_probe() {
            self.held |= PROBE;
        }
    }

    /// Until when the attempt may run.
    pub(super) fn until(&self) -> Instant {
        let attempt = self.policies.timeout.as_ref().map_or(Instant::FAR, |limits| limits.attempt(self.at));
        attempt.min(self.deadline)
    }

    pub(super) fn answered(&mut self, verdict: Verdict) {
        self.last = Last::Answered(verdict);
        match verdict {
            Verdict::Success => self.tell_bulkhead(End::Well),
            Verdict::Failure => self.tell_bulkhead(End::Failed),
            Verdict::Ignored => {}
        }
        let counted = self.judged(verdict);
        self.held &= !PROBE;
        if verdict == Verdict::Success {
            self.held |= COUNTED;
            if !counted {
                self.policies.succeeded();
            }
        } else if verdict == Verdict::Failure {
            self.tell(|name, made, elapsed| Event::AttemptFailed { name, attempts: made + 1, elapsed });
        }
    }

    // Where the limit adapts.
    fn tell_bulkhead(&self, end: End) {
        let held = self.held & PERMIT != 0;
        let gate = if held { self.gate() } else { None };
        if let Some(gate) = gate.filter(|gate| gate.adapts()) {
            gate.learn(self.at, end);
        }
    }

    // Whether a success is counted for all calls already.
    fn judged(&self, verdict: Verdict) -> bool {
        let Some(breaker) = self.breaker() else { return false };
        if verdict == Verdict::Success && breaker.count(self.pass) {
            return self.counts_for_all(breaker);
        }
        if verdict == Verdict::Ignored {
            breaker.give_back(self.pass);
            return false;
        }
        breaker.answered(self.pass, self.at, verdict == Verdict::Failure, self.policies)
            && self.counts_for_all(breaker)
    }

    // One that is kept for a key goes with it, and what it has counted too.
    fn counts_for_all(&self, breaker: &Breaker) -> bool {
        self.policies.circuit_breaker.as_ref().is_some_and(|own| std::ptr::eq(own, breaker))
    }

    /// The attempt that might have run until this moment has not answered.
    #[cold]
    pub(super) fn ran_out<R: FromRejected>(&mut self, until: Instant) -> R {
        let elapsed = Rejected::new(Key::Timeout, Refusal::Elapsed);
        self.refused(elapsed, Last::Refused(None));
        if until == self.deadline {
            self.tell_bulkhead(End::CutOff);
        } else {
            self.failed();
        }
        R::from_rejected(elapsed)
    }

    /// The operation has not run, on purpose.
    pub(super) fn struck(&mut self, rejected: Rejected) {
        self.refused(rejected, Last::Refused(None));
        self.failed();
    }

    // An error that stands for one of the operation's.
    fn failed(&mut self) {
        self.answered(Verdict::Failure);
        self.last = Last::CutOff;
    }

    /// How the operation has ended, if it has and nothing came after it.
    pub(super) const fn verdict(&self) -> Option<Verdict> {
        match self.last {
            Last::Answered(verdict) if self.held & PAUSING == 0 => Some(verdict),
            _ => None,
        }
    }

    /// Leaves it no more time than until this moment.
    pub(super) fn ends_by(&mut self, deadline: Instant) {
        self.deadline = self.deadline.min(deadline);
    }

    /// Gives back what the attempt holds.
    pub(super) fn let_go(&mut self) {
        if self.held & PERMIT != 0 {
            if let Some(gate) = self.gate() {
                gate.leave();
            }
        }
        if self.held & PROBE != 0 {
            if let Some(breaker) = self.breaker() {
                breaker.give_back(self.pass);
            }
        }
        self.held &= !(PERMIT | PROBE);
    }

    // What it was that the call ended with, if an operation did it.
    fn tell_throttle(&self) {
        let Some(valve) = self.policies.valve().filter(|_| self.held & (TOLD | PAUSING) == 0) else { return };
        let failed = match self.last {
            Last::Answered(Verdict::Success) => false,
            Last::Answered(Verdict::Failure) | Last::CutOff => true,
            Last::None | Last::Answered(Verdict::Ignored) | Last::Late | Last::Refused(_) => return,
        };
        valve.ended(self.at, failed, self.policies.name());
    }

    /// What befalls the operation of this attempt on purpose.
    pub(super) fn strike(&self) -> Option<Strike> {
        let mischief = self.policies.chaos.as_ref()?;
        mischief.strike(|| self.policies.chaos_now(), self.policies.name())
    }

    /// What the operation runs in, where somebody listens.
    pub(super) fn inside(&self) -> Option<Span> {
        self.trace.as_ref().map(|trace| trace.inside())
    }

    /// What everything about the call happens in, where somebody listens.
    pub(super) fn span(&self) -> Option<Span> {
        self.trace.as_ref().map(|trace| trace.call().clone())
    }

    fn attempt_ended(&mut self, at: Instant) {
        let outcome = self.last.ending().as_str();
        if let Some(trace) = &mut self.trace {
            trace.attempt_ended(outcome, at - self.at);
        }
    }

    /// Notes the end of the call.
    pub(super) fn close(&mut self) {
        self.let_go();
        if self.held & BESIDE != 0 {
            return;
        }
        self.tell_throttle();
        if self.held & !(ALONE | TOLD) == COUNTED && self.made == 0 {
            return;
        }
        let at = if self.held & SEEN != 0 { now() } else { self.begun };
        let elapsed = at - self.begun;
        let (ending, attempts) = self.conclude(at);
        if self.held & COUNTED == 0 {
            self.policies.tally().ended(ending, attempts);
        } else if attempts > 1 {
            self.policies.tally().repeated(attempts);
        }
        if self.held & MEASURED != 0 {
            self.policies.took(elapsed);
        }
        if let Some(trace) = &self.trace {
            trace.ended(ending, attempts, elapsed);
        }
        self.tell(|name, _, _| Event::Ended { name, ending, attempts, elapsed });
    }

    fn conclude(&mut self, at: Instant) -> (Ending, u32) {
        if self.held & PAUSING != 0 {
            self.take_back_success();
            return (Ending::Cancelled, self.made);
        }
        self.attempt_ended(at);
        let under_way = matches!(self.last, Last::None);
        (self.last.ending(), self.attempts().saturating_add(under_way.into()))
    }
}

impl Drop for Lane<'_> {
    #[cold]
    fn drop(&mut self) {
        self.let_go();
    }
}
