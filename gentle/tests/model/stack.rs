//! All policies together, one after the other: a program without threads, futures and wake-ups, in which every call
//! looks again and again whether it can go on.

use gentle::policy::{Key, PolicySet, Refusal, Setting, Timeout};

use crate::breaker::{Breaker, Pass};
use crate::bucket::{Impatient, Rate};
use crate::bulkhead::{Entry, Gate};
use crate::retry::Retrying;
use crate::said::{After, Answer, Op, Said, What};
use crate::time::{FAR, Time, nanos};

/// The policies of one name and the calls under them.
pub(crate) struct Stack {
    pub(crate) set: PolicySet,
    pub(crate) breaker: Option<Breaker>,
    rate: Option<Rate>,
    gate: Option<Gate>,
    retry: Option<Retrying>,
    calls: Vec<Call>,
    pub(crate) said: Vec<Said>,
}

struct Call {
    script: Vec<Op>,
    stage: Stage,
    /// When it began, where anybody wants to know.
    begun: Option<Time>,
    deadline: Time,
    /// How many operations have begun, and how many attempts are settled.
    tried: usize,
    made: u32,
    /// When the attempt was admitted.
    at: Time,
    pass: Option<Pass>,
    /// When its token was taken, as long as it is not used.
    token: Option<Time>,
    inside: bool,
}

#[derive(Clone, Copy)]
enum Stage {
    New,
    /// The next attempt begins.
    Next,
    ForToken,
    ForPermit(Time),
    /// It may run until, and answers at.
    Running(Time, Time),
    Paused(Time),
    Over,
}

/// What an attempt has come to.
enum Last {
    Answered,
    /// The time was up before it.
    Late,
    Refused,
}

/// The value, where it is named and not off.
fn on<T>(setting: Option<Setting<T>>) -> Option<T> {
    setting.and_then(Setting::on)
}

impl Stack {
    pub(crate) fn new(set: PolicySet) -> Self {
        Self {
            set,
            breaker: set.circuit_breaker.map(|setting| Breaker::new(setting.on())),
            rate: set.rate_limit.map(|setting| Rate::new(setting.on())),
            gate: set.bulkhead.map(|setting| Gate::new(setting.on())),
            retry: set.retry.map(|setting| Retrying::new(setting.on())),
            calls: Vec::new(),
            said: Vec::new(),
        }
    }

    /// Takes over what is named in `change`.
    pub(crate) fn change(&mut self, change: &PolicySet, at: Time) {
        if let (Some(setting), Some(breaker)) = (change.circuit_breaker, &mut self.breaker) {
            breaker.set(setting.on(), at);
            self.set.circuit_breaker = Some(setting);
        }
        if let (Some(setting), Some(rate)) = (change.rate_limit, &mut self.rate) {
            rate.set(setting.on(), at);
            self.set.rate_limit = Some(setting);
        }
        if let (Some(setting), Some(gate)) = (change.bulkhead, &mut self.gate) {
            gate.set(setting.on());
            self.set.bulkhead = Some(setting);
        }
        if let (Some(setting), Some(retry)) = (change.retry, &mut self.retry) {
            retry.set(setting.on(), at);
            self.set.retry = Some(setting);
        }
        if let Some(setting) = change.timeout {
            self.set.timeout = Some(setting);
        }
    }

    pub(crate) fn begin(&mut self, script: Vec<Op>) {
        self.calls.push(Call {
            script,
            stage: Stage::New,
            begun: None,
            deadline: FAR,
            tried: 0,
            made: 0,
            at: 0,
            pass: None,
            token: None,
            inside: false,
        });
    }

    /// The caller loses interest.
    pub(crate) fn give_up(&mut self, call: usize, at: Time) {
        if let Stage::Running(..) = self.calls[call].stage {
            self.say(call, at, What::Cut);
        }
        self.let_go(call, at);
        self.calls[call].stage = Stage::Over;
    }

    /// Lets every call do what it can at this moment, in the order in which they came, until none can do any more. Says
    /// whose turn it was.
    pub(crate) fn settle(&mut self, at: Time, mut turn: impl FnMut(usize)) {
        let mut moved = true;
        while moved {
            moved = false;
            for call in 0..self.calls.len() {
                if self.go_on(call, at) {
                    turn(call);
                    moved = true;
                }
            }
        }
    }

    fn go_on(&mut self, call: usize, at: Time) -> bool {
        let mut moved = false;
        while self.step(call, at) {
            moved = true;
        }
        moved
    }

    // One step, if there is one to do.
    fn step(&mut self, call: usize, at: Time) -> bool {
        match self.calls[call].stage {
            Stage::Over => return false,
            Stage::New => {
                let begun = self.is_timed().then_some(at);
                let whole = self.timeout().and_then(|timeout| timeout.whole());
                let this = &mut self.calls[call];
                this.begun = begun;
                this.deadline = whole.map_or(FAR, |whole| at.saturating_add(nanos(whole)));
                this.stage = Stage::Next;
            }
            Stage::Next => self.attempt(call, at),
            Stage::ForToken => return self.wait_for_token(call, at),
            Stage::ForPermit(until) => return self.wait_for_permit(call, at, until),
            Stage::Running(until, ends) => return self.run(call, at, until, ends),
            Stage::Paused(due) => {
                if at < due {
                    return false;
                }
                self.calls[call].stage = Stage::Next;
            }
        }
        true
    }

    fn attempt(&mut self, call: usize, at: Time) {
        let (deadline, again) = (self.calls[call].deadline, self.calls[call].made > 0);
        if at >= deadline {
            let kind = if again { Refusal::TooLong } else { Refusal::Elapsed };
            return self.ended(call, at, Answer::refused(Key::Timeout, kind, After::Never), &Last::Late);
        }
        if let Some(breaker) = &mut self.breaker {
            match breaker.admit(at) {
                Ok(pass) => self.calls[call].pass = Some(pass),
                Err(left) => {
                    return self.refuse(call, at, Key::CircuitBreaker, Refusal::Open, After::about(left));
                }
            }
        }
        let Some(rate) = &mut self.rate else { return self.before_the_door(call, at) };
        if rate.take_freely(at) {
            self.calls[call].token = Some(at);
            return self.before_the_door(call, at);
        }
        match rate.join(call, at, deadline) {
            Ok(()) => self.calls[call].stage = Stage::ForToken,
            Err((why, wait)) => {
                let (policy, kind) = match why {
                    Impatient::Full => (Key::RateLimit, Refusal::Full),
                    Impatient::QueueFull => (Key::RateLimit, Refusal::QueueFull),
                    Impatient::TooLong => (Key::RateLimit, Refusal::TooLong),
                    Impatient::Deadline => (Key::Timeout, Refusal::TooLong),
                };
                self.refuse(call, at, policy, kind, After::Exactly(wait));
            }
        }
    }

    fn wait_for_token(&mut self, call: usize, at: Time) -> bool {
        let Some(rate) = &mut self.rate else { return false };
        if let Err(due) = rate.look(call, at) {
            self.refuse(call, at, Key::RateLimit, Refusal::TooLong, After::Exactly(due - at));
            return true;
        }
        if let Some(taken_at) = rate.comes(call) {
            self.calls[call].token = Some(taken_at);
            self.before_the_door(call, at);
            return true;
        }
        let late = at >= self.calls[call].deadline;
        if late {
            self.refuse(call, at, Key::Timeout, Refusal::Elapsed, After::Never);
        }
        late
    }

    fn before_the_door(&mut self, call: usize, at: Time) {
        let entry = self.gate.as_mut().map(|gate| gate.enter(call, at));
        match entry {
            None => self.enter(call, at),
            Some(Entry::Entered) => {
                self.calls[call].inside = true;
                self.enter(call, at);
            }
            Some(Entry::Waits(until)) => self.calls[call].stage = Stage::ForPermit(until),
            Some(Entry::Full) => self.refuse(call, at, Key::Bulkhead, Refusal::Full, After::Never),
            Some(Entry::QueueFull) => self.refuse(call, at, Key::Bulkhead, Refusal::QueueFull, After::Never),
        }
    }

    fn wait_for_permit(&mut self, call: usize, at: Time, until: Time) -> bool {
        let deadline = self.calls[call].deadline;
        if self.gate.as_mut().is_some_and(|gate| gate.comes(call)) {
            self.calls[call].inside = true;
            self.enter(call, at);
        } else if at >= until.min(deadline) {
            let policy = if deadline < until { Key::Timeout } else { Key::Bulkhead };
            self.refuse(call, at, policy, Refusal::Elapsed, After::Never);
        } else {
            return false;
        }
        true
    }

    // It has everything, and begins unless things have changed while it waited.
    fn enter(&mut self, call: usize, at: Time) {
        let deadline = self.calls[call].deadline;
        if at >= deadline {
            return self.refuse(call, at, Key::Timeout, Refusal::Elapsed, After::Never);
        }
        if let (Some(breaker), Some(pass)) = (&mut self.breaker, self.calls[call].pass) {
            match breaker.renew(pass, at) {
                Ok(pass) => self.calls[call].pass = Some(pass),
                Err(left) => {
                    self.calls[call].pass = None;
                    return self.refuse(call, at, Key::CircuitBreaker, Refusal::Open, After::about(left));
                }
            }
        }
        let attempt = self.timeout().and_then(|timeout| timeout.attempt()).map_or(FAR, nanos);
        let this = &mut self.calls[call];
        this.token = None;
        this.at = at;
        let op = this.script[this.tried % this.script.len()];
        this.tried += 1;
        this.stage = Stage::Running(at.saturating_add(attempt).min(deadline), op.ends(at));
        self.say(call, at, What::Begun);
    }

    fn run(&mut self, call: usize, at: Time, until: Time, ends: Time) -> bool {
        let this = &self.calls[call];
        if at >= ends {
            let op = this.script[(this.tried - 1) % this.script.len()];
            self.say(call, at, What::Ended);
            self.answered(call, at, !op.well);
            self.ended(call, at, if op.well { Answer::Well } else { Answer::Failed }, &Last::Answered);
        } else if at >= until {
            let whole = until == this.deadline;
            self.say(call, at, What::Cut);
            if !whole {
                self.answered(call, at, true);
            }
            let last = if whole { &Last::Refused } else { &Last::Answered };
            self.ended(call, at, Answer::refused(Key::Timeout, Refusal::Elapsed, After::Never), last);
        } else {
            return false;
        }
        true
    }

    fn answered(&mut self, call: usize, at: Time, failed: bool) {
        let (since, pass) = (self.calls[call].at, self.calls[call].pass.take());
        if let (Some(breaker), Some(pass)) = (&mut self.breaker, pass) {
            breaker.answer(pass, at, failed, at - since);
        }
    }

    fn refuse(&mut self, call: usize, at: Time, policy: Key, kind: Refusal, after: After) {
        self.ended(call, at, Answer::refused(policy, kind, after), &Last::Refused);
    }

    // The attempt has come to this; another one follows, or the call is over.
    fn ended(&mut self, call: usize, at: Time, answer: Answer, last: &Last) {
        self.let_go(call, at);
        self.calls[call].stage = match self.follows(call, at, answer, last) {
            Some(due) if due <= at => Stage::Next,
            Some(due) => Stage::Paused(due),
            None => {
                self.say(call, at, What::Over(answer));
                Stage::Over
            }
        };
    }

    // When the next attempt is due.
    fn follows(&mut self, call: usize, at: Time, answer: Answer, last: &Last) -> Option<Time> {
        let this = &mut self.calls[call];
        let retry = self.retry.as_mut()?;
        if this.made == 0 {
            retry.earn();
        }
        if matches!(answer, Answer::Well) || matches!(last, Last::Late) {
            return None;
        }
        this.made += 1;
        let elapsed = at - *this.begun.get_or_insert(at);
        let hint = match (last, answer) {
            (Last::Refused, Answer::Refused(Key::Timeout, ..)) => return None,
            (Last::Refused, Answer::Refused(_, _, after)) => after.hint()?,
            _ => 0,
        };
        let due = at.saturating_add(retry.delay(this.made, elapsed, hint)?);
        if due >= this.deadline {
            this.deadline = at;
            return Some(at);
        }
        retry.pay(at).then_some(due)
    }

    // Gives back what the attempt holds.
    fn let_go(&mut self, call: usize, at: Time) {
        let this = &mut self.calls[call];
        if let Some(gate) = &mut self.gate {
            if std::mem::take(&mut this.inside) {
                gate.leave();
            } else {
                gate.give_up(call);
            }
        }
        if let Some(rate) = &mut self.rate {
            rate.leave(call);
            if let Some(taken_at) = this.token.take().or(rate.comes(call)) {
                rate.give_back(taken_at, at);
            }
        }
        if let (Some(breaker), Some(pass)) = (&mut self.breaker, this.pass.take()) {
            breaker.give_back(pass);
        }
    }

    fn timeout(&self) -> Option<Timeout> {
        on(self.set.timeout)
    }

    // Whether anybody wants to know when a call began.
    fn is_timed(&self) -> bool {
        let within = on(self.set.retry).is_some_and(|retry| retry.limit().is_some());
        let slow = on(self.set.circuit_breaker).is_some_and(|breaker| {
            let over = |trip: &gentle::policy::Trip| {
                matches!(trip, gentle::policy::Trip::Rate { over: Some(_), .. })
            };
            breaker.trips().as_slice().iter().any(over)
        });
        within || slow || self.set.rate_limit.is_some() || self.set.timeout.is_some()
    }

    fn say(&mut self, call: usize, at: Time, what: What) {
        self.said.push(Said { at, call, what });
    }
}
