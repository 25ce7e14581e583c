use std::future::Future;
use std::pin::Pin;

use gentle_dsl::Key;

use crate::policy::bulkhead::{Gate, Permit};
use crate::policy::circuit_breaker::{Breaker, Held, Pass};
use crate::policy::deadline::inherited;
use crate::policy::judge::Verdict;
use crate::policy::rate_limit::{Limiter, Tap, Token};
use crate::policy::{Caller, FromRejected, Policies, Refusal, Rejected};
use crate::time::{Instant, now};

/// What one attempt goes through and what it holds meanwhile: pass, token, permit, in this order.
///
/// What it holds are plain words, so that an attempt to which nothing happens moves nothing about. Dropped, it gives
/// everything back.
#[derive(Debug)]
pub(super) struct Lane<'a> {
    policies: &'a Policies,
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
}

/// The first attempt of a call, admitted at once.
pub(super) struct First<'a> {
    policies: &'a Policies,
    caller: Option<&'a Caller<'a>>,
    begun: Instant,
    deadline: Instant,
    pass: Pass,
    permit: Option<Permit<'a>>,
}

/// It is inside the bulkhead.
const PERMIT: u32 = 1;
/// It is one of those that decide whether the circuit closes.
const PROBE: u32 = 2;

/// What became of the last attempt, as far as the return value cannot tell.
#[derive(Clone, Copy, Debug)]
pub(super) enum Last {
    /// No attempt has been made since the last one was settled.
    None,
    /// The operation answered, or an attempt of its own ran out of time: a failure may be repeated.
    Answered(Verdict),
    /// The time was up before an attempt could be made.
    Late,
    /// A policy refused: to be repeated only if it said when.
    Refused(Rejected),
}

impl Last {
    /// It is over, and nobody has to try again.
    pub(super) const fn is_good(self) -> bool {
        matches!(self, Self::Answered(Verdict::Success | Verdict::Ignored))
    }

    /// It has failed, and one beside it may do better. What is refused is refused for all.
    pub(super) const fn may_be_outdone(self) -> bool {
        matches!(self, Self::Answered(Verdict::Failure))
    }
}

/// An attempt that waits, with what it holds already.
pub(super) type Wait<'a> = Pin<Box<dyn Future<Output = Result<Admitted, Rejected>> + Send + 'a>>;

/// An attempt that has waited and may begin. Nothing comes between this and its [lane](Lane::entered).
pub(super) struct Admitted {
    pass: Pass,
    permit: bool,
    at: Instant,
}

/// The policies on the way, each with the state that this attempt meets.
#[derive(Clone, Copy)]
struct Doors<'a> {
    breaker: Option<&'a Breaker>,
    tap: Option<Tap<'a>>,
    gate: Option<&'a Gate>,
}

impl<'a> Doors<'a> {
    #[inline]
    fn of(policies: &'a Policies) -> Self {
        Self {
            breaker: policies.circuit_breaker.as_ref(),
            tap: policies.rate_limit.as_ref().map(Limiter::tap),
            gate: policies.bulkhead.as_ref(),
        }
    }

    #[inline]
    fn of_caller(caller: &'a Caller<'a>) -> Self {
        Self { breaker: caller.breaker(), tap: caller.tap(), gate: caller.gate() }
    }

    fn before(policies: &'a Policies, caller: Option<&'a Caller<'a>>) -> Self {
        caller.map_or_else(|| Self::of(policies), Self::of_caller)
    }
}

#[inline]
fn breaker<'a>(policies: &'a Policies, caller: Option<&'a Caller<'a>>) -> Option<&'a Breaker> {
    match caller {
        None => policies.circuit_breaker.as_ref(),
        Some(caller) => caller.breaker(),
    }
}

impl<'a> First<'a> {
    /// Admission where nothing stands in the way, as nearly always. Otherwise nothing has happened, and the lane begins
    /// at the beginning.
    #[expect(
        clippy::inline_always,
        reason = "it has one caller in each function, whose every call goes through it"
    )]
    #[inline(always)]
    pub(super) fn try_enter(policies: &'a Policies) -> Result<Self, Lane<'a>> {
        Self::try_pass(policies, None, Doors::of(policies))
    }

    /// The same for one who comes with a key or at a cost of its own.
    #[inline]
    pub(super) fn try_enter_as(policies: &'a Policies, caller: &'a Caller<'a>) -> Result<Self, Lane<'a>> {
        Self::try_pass(policies, Some(caller), Doors::of_caller(caller))
    }

    #[expect(clippy::inline_always, reason = "each of its two callers knows half of it in advance")]
    #[inline(always)]
    fn try_pass(
        policies: &'a Policies,
        caller: Option<&'a Caller<'a>>,
        doors: Doors<'a>,
    ) -> Result<Self, Lane<'a>> {
        let (begun, deadline) = begin(policies);
        let slowly = || Lane::new(policies, caller, begun, deadline);
        if begun >= deadline {
            return Err(slowly());
        }
        let pass = match doors.breaker {
            Some(breaker) => breaker.try_pass().ok_or_else(slowly)?,
            None => Pass::NONE,
        };
        if let Some(tap) = doors.tap {
            if !tap.try_take(begun) {
                return Err(slowly());
            }
        }
        let mut permit = None;
        if let Some(gate) = doors.gate {
            permit = gate.try_enter();
            if permit.is_none() {
                if let Some(tap) = doors.tap {
                    tap.give_back();
                }
                return Err(slowly());
            }
        }
        Ok(Self { policies, caller, begun, deadline, pass, permit })
    }

    #[inline]
    pub(super) const fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Ends an attempt that went well, unless there is more to do about that.
    #[inline]
    pub(super) fn went_well(self) -> Option<Self> {
        match breaker(self.policies, self.caller) {
            Some(breaker) if !breaker.count(self.pass) => Some(self),
            _ => None,
        }
    }

    /// The lane of a call that is not over yet.
    pub(super) fn proceed(self) -> Lane<'a> {
        let mut lane = Lane::new(self.policies, self.caller, self.begun, self.deadline);
        lane.pass = self.pass;
        if let Some(permit) = self.permit {
            permit.keep();
            lane.held = PERMIT;
        }
        lane
    }
}

/// When a call begins and when it must have ended.
#[inline]
pub(super) fn begin(policies: &Policies) -> (Instant, Instant) {
    let inherited = inherited();
    if inherited != Instant::FAR {
        return begin_within(policies, inherited);
    }
    // A retry that only counts never needs the time of a call that goes well.
    let begun = if policies.is_timed() { now() } else { Instant::UNKNOWN };
    (begun, policies.timeout.as_ref().map_or(Instant::FAR, |limits| limits.whole(begun)))
}

/// The same for a call that is made in another one.
#[cold]
fn begin_within(policies: &Policies, inherited: Instant) -> (Instant, Instant) {
    let begun = now();
    let own = policies.timeout.as_ref().map(|limits| limits.whole(begun).min(limits.left_of(inherited)));
    (begun, own.unwrap_or(inherited))
}

impl<'a> Lane<'a> {
    pub(super) const fn new(
        policies: &'a Policies,
        caller: Option<&'a Caller<'a>>,
        begun: Instant,
        deadline: Instant,
    ) -> Self {
        let (at, pass) = (begun, Pass::NONE);
        Self { policies, caller, deadline, at, pass, made: 0, held: 0, last: Last::None }
    }

    /// Another attempt, beside this one, has come to this.
    pub(super) const fn overtaken(&mut self, last: Last) {
        self.last = last;
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

    /// What became of the attempt, once.
    pub(super) fn take_last(&mut self) -> Last {
        std::mem::replace(&mut self.last, Last::None)
    }

    /// From now on there is no time left.
    pub(super) const fn end(&mut self, at: Instant) {
        self.deadline = at;
    }

    /// How many attempts have been made and settled.
    pub(super) const fn made(&self) -> u32 {
        self.made
    }

    pub(super) const fn made_one_more(&mut self) {
        self.made = self.made.saturating_add(1);
    }

    /// Begins another attempt.
    pub(super) fn begin(&mut self) {
        self.let_go();
        // A later attempt begins later.
        if self.made > 0 {
            self.at = Instant::UNKNOWN;
        }
    }

    /// Admission step by step: nothing to wait for, a wait, or a refusal.
    #[cold]
    pub(super) fn enter(&mut self) -> Result<Option<Wait<'a>>, Rejected> {
        let (policies, deadline) = (self.policies, self.deadline);
        if self.at == Instant::UNKNOWN {
            self.at = now();
        }
        if is_late(self.at, deadline) {
            self.last = Last::Late;
            // Of a call that has made attempts the pause before this one would have been too long.
            let again = self.made > 0;
            return Err(if again { Rejected::new(Key::Timeout, Refusal::TooLong) } else { TIME_IS_UP });
        }
        let doors = Doors::before(policies, self.caller);
        let pass = match doors.breaker {
            Some(breaker) => {
                breaker.pass(self.at, policies.name()).map(|pass| Some(Held::new(breaker, pass)))
            }
            None => Ok(None),
        };
        let queued = pass.and_then(|pass| self.queue(doors, pass));
        if let Err(rejected) = &queued {
            self.last = Last::Refused(*rejected);
        }
        queued
    }

    // Who is refused at once pays for no wait.
    fn queue(&mut self, doors: Doors<'a>, pass: Option<Held<'a>>) -> Result<Option<Wait<'a>>, Rejected> {
        let (policies, deadline, at) = (self.policies, self.deadline, self.at);
        let token = match doors.tap {
            Some(tap) => {
                let token = tap.try_acquire(at);
                if token.is_none() {
                    tap.admits_waiting(at, deadline)?;
                    return Ok(Some(Box::pin(wait(policies.name(), doors, pass, None, at, deadline))));
                }
                token
            }
            None => None,
        };
        if let Some(gate) = doors.gate {
            let Some(permit) = gate.try_enter() else {
                gate.admits_waiting()?;
                return Ok(Some(Box::pin(wait(policies.name(), doors, pass, token, at, deadline))));
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
            waited.inspect_err(|rejected| self.last = Last::Refused(*rejected))?;
        self.at = at;
        if permit {
            self.held |= PERMIT;
        }
        self.pass_is(pass);
        Ok(())
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
        if let Some(breaker) = breaker(self.policies, self.caller) {
            if verdict != Verdict::Success || !breaker.count(self.pass) {
                self.judged(verdict);
            }
        }
    }

    #[cold]
    fn judged(&mut self, verdict: Verdict) {
        let Some(breaker) = breaker(self.policies, self.caller) else { return };
        if verdict == Verdict::Ignored {
            breaker.give_back(self.pass);
        } else {
            breaker.answered(self.pass, self.at, verdict == Verdict::Failure, self.policies.name());
        }
        self.held &= !PROBE;
    }

    /// The attempt that might have run until this moment has not answered.
    #[cold]
    pub(super) fn ran_out<R: FromRejected>(&mut self, until: Instant) -> R {
        let elapsed = Rejected::new(Key::Timeout, Refusal::Elapsed);
        if until == self.deadline {
            self.last = Last::Refused(elapsed);
        } else {
            self.answered(Verdict::Failure);
        }
        R::from_rejected(elapsed)
    }

    /// Gives back what the attempt holds.
    pub(super) fn let_go(&mut self) {
        if self.held & PERMIT != 0 {
            if let Some(gate) = Doors::before(self.policies, self.caller).gate {
                gate.leave();
            }
        }
        if self.held & PROBE != 0 {
            if let Some(breaker) = breaker(self.policies, self.caller) {
                breaker.give_back(self.pass);
            }
        }
        self.held = 0;
    }
}

impl Drop for Lane<'_> {
    #[cold]
    fn drop(&mut self) {
        self.let_go();
    }
}

/// A token whose call never comes to run, because the bulkhead refuses it or it is given up in the queue, is not used:
/// dropped, it goes back. A circuit that has opened while the call waited refuses it.
async fn wait<'a>(
    name: &'a str,
    doors: Doors<'a>,
    pass: Option<Held<'a>>,
    mut token: Option<Token<'a>>,
    mut at: Instant,
    deadline: Instant,
) -> Result<Admitted, Rejected> {
    if let (Some(tap), None) = (doors.tap, &token) {
        let (one, since) = tap.acquire(at, deadline).await?;
        (token, at) = (Some(one), since);
    }
    let mut permit = None;
    if let Some(gate) = doors.gate {
        let (entered, since) = gate.enter(at, deadline).await?;
        (permit, at) = (Some(entered), since);
    }
    if is_late(at, deadline) {
        return Err(TIME_IS_UP);
    }
    let pass = match pass {
        Some(pass) => pass.renew(at, name)?,
        None => Pass::NONE,
    };
    if let Some(token) = token {
        token.spend();
    }
    let inside = permit.is_some();
    if let Some(permit) = permit {
        permit.keep();
    }
    Ok(Admitted { pass, permit: inside, at })
}

const TIME_IS_UP: Rejected = Rejected::new(Key::Timeout, Refusal::Elapsed);

fn is_late(at: Instant, deadline: Instant) -> bool {
    at >= deadline && deadline != Instant::FAR
}
