use std::future::Future;
use std::pin::Pin;

use gentle_dsl::Key;

use crate::policy::bulkhead::{End, Gate, Permit};
use crate::policy::chaos::Strike;
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
    begun: Instant,
    deadline: Instant,
    pass: Pass,
    permit: Option<Permit<'a>>,
}

/// It is inside the bulkhead.
const PERMIT: u32 = 1;
/// It is one of those that decide whether the circuit closes.
const PROBE: u32 = 2;
/// It went well, and nothing has come after it.
const WELL: u32 = 4;
/// It failed, and nothing has come after it.
const BADLY: u32 = 8;
/// It ended with an error that nobody counts, and nothing has come after it.
const EITHER: u32 = 16;
/// Beside one of these: what it ended with was not made by the operation.
const OURS: u32 = 32;
const ENDED: u32 = WELL | BADLY | EITHER | OURS;

/// What became of the last attempt, as far as the return value cannot tell.
#[derive(Clone, Copy, Debug)]
pub(super) enum Last {
    /// No attempt has been made since the last one was settled.
    None,
    /// The operation answered: a failure may be repeated.
    Answered(Verdict),
    /// The time of the attempt was up before the operation answered, or it failed on purpose: that may be repeated too.
    CutOff,
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
        matches!(self, Self::Answered(Verdict::Failure) | Self::CutOff)
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

impl<'a> First<'a> {
    /// Admission where nothing stands in the way, as nearly always. Otherwise nothing has happened, and the lane begins
    /// at the beginning.
    #[expect(
        clippy::inline_always,
        reason = "it has one caller in each function, whose every call goes through it"
    )]
    #[inline(always)]
    pub(super) fn try_enter(policies: &'a Policies) -> Result<Self, Lane<'a>> {
        let (begun, deadline) = begin(policies);
        let slowly = || Lane::new(policies, begun, deadline);
        if begun >= deadline {
            return Err(slowly());
        }
        let sheds = || policies.valve().is_some_and(|valve| !valve.is_calm());
        if policies.chaos.is_some() || sheds() {
            return Err(slowly());
        }
        let pass = match &policies.circuit_breaker {
            Some(breaker) => breaker.try_pass().ok_or_else(slowly)?,
            None => Pass::NONE,
        };
        if let Some(limiter) = &policies.rate_limit {
            if !limiter.tap().try_take(begun) {
                return Err(slowly());
            }
        }
        let mut permit = None;
        if let Some(gate) = &policies.bulkhead {
            permit = gate.try_enter_silently();
            if permit.is_none() {
                if let Some(limiter) = &policies.rate_limit {
                    limiter.tap().give_back(begun);
                }
                return Err(slowly());
            }
        }
        Ok(Self { policies, begun, deadline, pass, permit })
    }

    #[inline]
    pub(super) const fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Ends an attempt that went well, unless there is more to do about that.
    #[expect(clippy::inline_always, reason = "the end of nearly every call")]
    #[inline(always)]
    pub(super) fn went_well(self) -> Option<Self> {
        match &self.policies.circuit_breaker {
            Some(breaker) if !breaker.count(self.pass) => return Some(self),
            _ => {}
        }
        if self.policies.valve().is_some() {
            self.tell_valve();
        }
        None
    }

    #[cold]
    fn tell_valve(&self) {
        if let Some(valve) = self.policies.valve() {
            valve.ended(self.begun, false, self.policies.name());
        }
    }

    /// The lane of a call that is not over yet.
    #[cold]
    pub(super) fn proceed(self) -> Lane<'a> {
        let mut lane = Lane::new(self.policies, self.begun, self.deadline);
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
    (begun, policies.ends(begun))
}

/// The same for a call that is made in another one.
#[cold]
fn begin_within(policies: &Policies, inherited: Instant) -> (Instant, Instant) {
    let begun = now();
    let left = policies.timeout.as_ref().map_or(inherited, |limits| limits.left_of(inherited));
    (begun, policies.ends(begun).min(left))
}

impl<'a> Lane<'a> {
    pub(super) const fn new(policies: &'a Policies, begun: Instant, deadline: Instant) -> Self {
        let (at, pass) = (begun, Pass::NONE);
        Self { policies, caller: None, deadline, at, pass, made: 0, held: 0, last: Last::None }
    }

    /// The lane of one who comes with a key, or at a cost of its own.
    pub(super) fn of_caller(caller: &'a Caller<'a>) -> Self {
        let (begun, deadline) = begin(caller.policies());
        Self { caller: Some(caller), ..Self::new(caller.policies(), begun, deadline) }
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

    /// The lane of an attempt beside this one, from now on. It is not the first of its call, so it need not be let in again.
    pub(super) fn beside(&self, at: Instant) -> Self {
        Self { caller: self.caller, made: 1, ..Self::new(self.policies, at, self.deadline) }
    }

    /// Another attempt, beside this one, has come to this, and the call with it.
    pub(super) const fn overtaken(&mut self, last: Last) {
        self.last = last;
        self.goes_on();
        self.held |= match last {
            Last::Answered(Verdict::Success) => WELL,
            Last::Answered(Verdict::Failure) => BADLY,
            Last::Answered(Verdict::Ignored) => EITHER,
            _ => 0,
        };
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

    /// There will be another attempt: how this one ended is not how the call ends.
    pub(super) const fn goes_on(&mut self) {
        self.held &= !ENDED;
    }

    /// Begins another attempt.
    pub(super) fn begin(&mut self) {
        self.let_go();
        self.goes_on();
        // A later attempt begins later, if anybody asks when.
        if self.made > 0 {
            let asked = self.policies.is_timed() || self.deadline != Instant::FAR;
            self.at = if asked { now() } else { Instant::UNKNOWN };
        }
    }

    /// Admission where nothing stands in the way. Otherwise nothing has happened.
    #[inline]
    pub(super) fn try_enter(&mut self) -> bool {
        // A throttle decides once for a call, and by its lot.
        let sheds = || self.made == 0 && self.policies.valve().is_some_and(|valve| !valve.is_calm());
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
        self.throttled().inspect_err(|rejected| self.last = Last::Refused(*rejected))?;
        let pass = match self.breaker() {
            Some(breaker) => {
                breaker.pass(self.at, policies.name()).map(|pass| Some(Held::new(breaker, pass)))
            }
            None => Ok(None),
        };
        let queued = pass.and_then(|pass| self.queue(pass));
        if let Err(rejected) = &queued {
            self.last = Last::Refused(*rejected);
        }
        queued
    }

    // Once for the whole call.
    fn throttled(&self) -> Result<(), Rejected> {
        match self.policies.valve() {
            Some(valve) if self.made == 0 => valve.admit(self.at, self.policies.name(), fastrand::u32(..)),
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
            waited.inspect_err(|rejected| self.last = Last::Refused(*rejected))?;
        self.at = at;
        if permit {
            self.held |= PERMIT;
        }
        self.pass_is(pass);
        Ok(())
    }

    fn wait(&self, pass: Option<Held<'a>>, token: Option<Token<'a>>) -> Wait<'a> {
        let doors = Doors { name: self.policies.name(), tap: self.tap(), gate: self.gate() };
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
        self.held |= match verdict {
            Verdict::Success => WELL,
            Verdict::Failure => BADLY,
            Verdict::Ignored => EITHER,
        };
        if let Some(breaker) = self.breaker() {
            if verdict != Verdict::Success || !breaker.count(self.pass) {
                self.judged(verdict);
            }
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

    #[cold]
    fn judged(&mut self, verdict: Verdict) {
        let Some(breaker) = self.breaker() else { return };
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
            self.tell_bulkhead(End::CutOff);
            self.last = Last::Refused(elapsed);
        } else {
            self.failed();
        }
        R::from_rejected(elapsed)
    }

    /// An error that stands for one of the operation's.
    pub(super) fn failed(&mut self) {
        self.answered(Verdict::Failure);
        self.last = Last::CutOff;
        self.held |= OURS;
    }

    /// How the operation has ended, if it has and nothing came after it.
    pub(super) const fn verdict(&self) -> Option<Verdict> {
        match self.held & ENDED {
            WELL => Some(Verdict::Success),
            BADLY => Some(Verdict::Failure),
            EITHER => Some(Verdict::Ignored),
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
    fn ended(&self) {
        if let (Some(valve), true) = (self.policies.valve(), self.held & (WELL | BADLY) != 0) {
            valve.ended(self.at, self.held & BADLY != 0, self.policies.name());
        }
    }

    /// What befalls the operation of this attempt on purpose.
    pub(super) fn strike(&self) -> Option<Strike> {
        let mischief = self.policies.chaos.as_ref()?;
        mischief.strike(|| self.policies.chaos_now(), self.policies.name())
    }
}

impl Drop for Lane<'_> {
    #[cold]
    fn drop(&mut self) {
        self.let_go();
        self.ended();
    }
}

/// What an attempt may have to wait for.
struct Doors<'a> {
    /// Whose they are.
    name: &'a str,
    tap: Option<Tap<'a>>,
    gate: Option<&'a Gate>,
}

impl<'a> Doors<'a> {
    /// A token whose call never comes to run, because the bulkhead refuses it or it is given up in the queue, is not used:
    /// dropped, it goes back. A circuit that has opened while the call waited refuses it.
    async fn wait(
        self,
        pass: Option<Held<'a>>,
        mut token: Option<Token<'a>>,
        mut at: Instant,
        deadline: Instant,
    ) -> Result<Admitted, Rejected> {
        let mut permit = None;
        loop {
            if let (Some(tap), None) = (self.tap, &token) {
                let (one, since) = tap.acquire(at, deadline).await?;
                (token, at) = (Some(one), since);
            }
            if let Some(gate) = self.gate {
                let (entered, since) = gate.enter(at, deadline).await?;
                (permit, at) = (Some(entered), since);
            }
            // Who was in the queue when the other side asked to be left alone does not come with an old token.
            match self.tap {
                Some(tap) if tap.is_closed(at) => (token, permit) = (None, None),
                _ => break,
            }
        }
        if is_late(at, deadline) {
            return Err(TIME_IS_UP);
        }
        let pass = match pass {
            Some(pass) => pass.renew(at, self.name)?,
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
}

const TIME_IS_UP: Rejected = Rejected::new(Key::Timeout, Refusal::Elapsed);

fn is_late(at: Instant, deadline: Instant) -> bool {
    at >= deadline && deadline != Instant::FAR
}
