//! `Rules`: what is a failure, what is worth another attempt, and when to come back.
//!
//! **Use it** where not every error is alike. Without rules every error is a failure of the other side: a circuit breaker
//! counts it and a retry repeats it. A wrong input is not, and no attempt will mend it.
//!
//! In an attribute the rules are keys; [`Policies::call_as`](super::Policies::call_as) and
//! [`Handler::judged_by`](super::handler::Gently::judged_by) take them as a value.
//!
//! | key | asked | says |
//! |---|---|---|
//! | `failure_if` | of every outcome | a circuit breaker and a throttle count it, and a retry repeats it |
//! | `retry_if` | of every outcome that might be repeated | a retry repeats it, whatever `failure_if` says |
//! | `retry_after` | of every failure | when to come back: no attempt is made before that |
//!
//! **A rule is asked** either about the error or about the whole outcome, whichever its argument is:
//! `fn(&E) -> bool` is asked about errors alone, and `fn(&Result<T, E>) -> bool` about all there is. So a rule can look at
//! a response that is `Ok` and says "not now".
//!
//! **Ignored** is what `failure_if`, asked about an error, says no to: it is neither a success nor a failure. A circuit
//! breaker forgets it, a probe makes room for another, and a retry hands it on. Asked about the whole outcome, what is not
//! a failure is a success.
//!
//! **Refusals are not asked about.** What another policy refused is repeated if it says when, and never counts. An attempt
//! that `timeout = "… each attempt"` has cut off is a failure in any case; `retry_if` is asked whether to repeat it.
//!
//! **A retry-after** is heeded: the pause is that long at least. One that is beyond the ceiling of the back-off, its
//! `within` or the time of the call ends the retrying, and the error comes back. It also closes the function's own rate
//! limit for that long, so that those in line do not run into the same wall.
//!
//! **Cost:** a rule is one call of a function, and of `retry_if` and `retry_after` only after a failure.
//!
//! ```
//! use gentle::policy::{Policies, Rules};
//!
//! # #[derive(Debug, PartialEq)] enum PayError { Busy, NoSuchAccount, Rejected(gentle::Rejected) }
//! # impl From<gentle::Rejected> for PayError { fn from(r: gentle::Rejected) -> Self { Self::Rejected(r) } }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let gently = Policies::parse(r#"retry = "const(5ms), 3 attempts", circuit_breaker = "5 in a row""#)?;
//! let rules = Rules::new().failure_if(|error: &PayError| *error == PayError::Busy);
//!
//! let mut calls = 0;
//! let paid = gently.call_as(&rules, || {
//!     calls += 1;
//!     async { Err::<(), _>(PayError::NoSuchAccount) }
//! });
//! assert_eq!(paid.await, Err(PayError::NoSuchAccount));
//! assert_eq!(calls, 1, "nobody's failure: neither repeated nor counted");
//! # Ok(())
//! # }
//! ```

use std::fmt;
use std::time::Duration;

use super::{Fallible, Judge, Outcome, Verdict};

/// The rules by which outcomes of type `R` are judged: a [`Judge`] that is put together of functions.
///
/// The other parameters are the functions it has been given. A method whose name ends in `_err` is asked about the error,
/// and a closure for it need not name the type of its argument.
///
/// # Examples
///
/// ```
/// use gentle::policy::Rules;
/// use std::io::{Error, ErrorKind};
///
/// fn busy(error: &Error) -> bool { error.kind() == ErrorKind::WouldBlock }
///
/// type Answer = Result<u32, Error>;
///
/// let by_path = Rules::<Answer>::new().retry_if(busy);
/// let by_closure = Rules::<Answer>::new().retry_if_err(|error| error.kind() == ErrorKind::WouldBlock);
/// let about_it_all = Rules::<Answer>::new().retry_if(|outcome: &Answer| matches!(outcome, Ok(0)));
/// # drop((by_path, by_closure, about_it_all));
/// ```
pub struct Rules<R, A = (), B = (), C = ()> {
    retry_if: Question<A, R, bool>,
    failure_if: Question<B, R, Verdict>,
    retry_after: Question<C, R, Duration>,
}

/// A function, and how it is asked. That is a plain pointer, so that what the function cannot answer is one mistake, at
/// the place where it is given.
struct Question<F, R, T> {
    function: F,
    ask: fn(&F, &R) -> Option<T>,
}

impl<R> Rules<R> {
    /// Every error is a failure, and a retry repeats every failure.
    pub fn new() -> Self
    where
        R: Outcome,
    {
        Self {
            failure_if: Question { function: (), ask: |(), outcome| Some(plain(outcome)) },
            ..Self::nothing_fails()
        }
    }

    /// No outcome is a failure by itself: for a return type that has no errors, and the `retry_if` that knows better.
    pub fn nothing_fails() -> Self {
        Self {
            retry_if: Question { function: (), ask: |(), _| None },
            failure_if: Question { function: (), ask: |(), _| None },
            retry_after: Question { function: (), ask: |(), _| None },
        }
    }
}

impl<R: Outcome> Default for Rules<R> {
    fn default() -> Self {
        Self::new()
    }
}

fn plain<R: Outcome>(outcome: &R) -> Verdict {
    if outcome.is_failure() { Verdict::Failure } else { Verdict::Success }
}

impl<R, A, B, C> Rules<R, A, B, C> {
    /// A retry repeats what `rule` says yes to, and nothing else.
    pub fn retry_if<F, By>(self, rule: F) -> Rules<R, F, B, C>
    where
        F: Asks<R, By>,
    {
        let Self { retry_if: _, failure_if, retry_after } = self;
        Rules { retry_if: Question { function: rule, ask: F::ask }, failure_if, retry_after }
    }

    /// [`retry_if`](Self::retry_if) for a closure about the error.
    pub fn retry_if_err<F>(self, rule: F) -> Rules<R, F, B, C>
    where
        R: Fallible,
        F: Fn(&R::Error) -> bool,
    {
        let Self { retry_if: _, failure_if, retry_after } = self;
        Rules {
            retry_if: Question { function: rule, ask: |rule, outcome| outcome.error().map(rule) },
            failure_if,
            retry_after,
        }
    }

    /// What `rule` says yes to is a failure, and nothing else: a circuit breaker and a throttle count it, and a retry
    /// repeats it where it has no rule of its own.
    pub fn failure_if<F, By>(self, rule: F) -> Rules<R, A, F, C>
    where
        F: Asks<R, By>,
    {
        let ask = |rule: &F, outcome: &R| Some(verdict(rule.ask(outcome), F::OTHERWISE));
        let Self { retry_if, failure_if: _, retry_after } = self;
        Rules { retry_if, failure_if: Question { function: rule, ask }, retry_after }
    }

    /// [`failure_if`](Self::failure_if) for a closure about the error.
    pub fn failure_if_err<F>(self, rule: F) -> Rules<R, A, F, C>
    where
        R: Fallible,
        F: Fn(&R::Error) -> bool,
    {
        let ask = |rule: &F, outcome: &R| Some(verdict(outcome.error().map(rule), Verdict::Ignored));
        let Self { retry_if, failure_if: _, retry_after } = self;
        Rules { retry_if, failure_if: Question { function: rule, ask }, retry_after }
    }

    /// A failure that `hint` has a duration for says itself when to come back.
    pub fn retry_after<F, By>(self, hint: F) -> Rules<R, A, B, F>
    where
        F: Hints<R, By>,
    {
        let Self { retry_if, failure_if, retry_after: _ } = self;
        Rules { retry_if, failure_if, retry_after: Question { function: hint, ask: F::hint } }
    }

    /// [`retry_after`](Self::retry_after) for a closure about the error.
    pub fn retry_after_err<F>(self, hint: F) -> Rules<R, A, B, F>
    where
        R: Fallible,
        F: Fn(&R::Error) -> Option<Duration>,
    {
        let Self { retry_if, failure_if, retry_after: _ } = self;
        let ask = |hint: &F, outcome: &R| outcome.error().and_then(hint);
        Rules { retry_if, failure_if, retry_after: Question { function: hint, ask } }
    }
}

fn verdict(failed: Option<bool>, otherwise: Verdict) -> Verdict {
    match failed {
        None => Verdict::Success,
        Some(true) => Verdict::Failure,
        Some(false) => otherwise,
    }
}

impl<R, A, B, C> Judge<R> for Rules<R, A, B, C> {
    #[inline]
    fn verdict(&self, outcome: &R) -> Verdict {
        let known = self.failure_if.ask(outcome);
        known.unwrap_or_else(|| verdict(self.retry_if.ask(outcome), Verdict::Success))
    }

    fn retries(&self, outcome: &R) -> bool {
        let asked = self.retry_if.ask(outcome);
        asked.unwrap_or_else(|| self.verdict(outcome) == Verdict::Failure)
    }

    fn retries_cut_off(&self, outcome: &R) -> bool {
        self.retry_if.ask(outcome).unwrap_or(true)
    }

    fn retry_after(&self, outcome: &R) -> Option<Duration> {
        self.retry_after.ask(outcome)
    }
}

impl<F, R, T> Question<F, R, T> {
    #[inline]
    fn ask(&self, outcome: &R) -> Option<T> {
        (self.ask)(&self.function, outcome)
    }
}

impl<F: Clone, R, T> Clone for Question<F, R, T> {
    fn clone(&self) -> Self {
        Self { function: self.function.clone(), ask: self.ask }
    }
}

impl<R, A: Clone, B: Clone, C: Clone> Clone for Rules<R, A, B, C> {
    fn clone(&self) -> Self {
        Self {
            retry_if: self.retry_if.clone(),
            failure_if: self.failure_if.clone(),
            retry_after: self.retry_after.clone(),
        }
    }
}

impl<R, A, B, C> fmt::Debug for Rules<R, A, B, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rules").finish_non_exhaustive()
    }
}

/// That a rule is asked about the error.
#[derive(Debug)]
pub enum AboutError {}

/// That a rule is asked about the whole outcome.
#[derive(Debug)]
pub enum AboutOutcome {}

/// A rule for outcomes of type `R`: a function about the error, or about all of it, which the compiler finds out (`By`).
#[diagnostic::on_unimplemented(
    message = "gentle: `{Self}` cannot be asked about `{R}` [G088]",
    label = "neither about its error nor about all of it",
    note = "help: give a function from a reference to `bool`, `|error: &MyError| …` or `|outcome: &{R}| …`, or the path of one"
)]
pub trait Asks<R, By> {
    /// The verdict on what it says no to.
    const OTHERWISE: Verdict;

    /// What it says; `None` where it is not asked.
    fn ask(&self, outcome: &R) -> Option<bool>;
}

#[diagnostic::do_not_recommend]
impl<T, E, F: Fn(&E) -> bool> Asks<Result<T, E>, AboutError> for F {
    const OTHERWISE: Verdict = Verdict::Ignored;

    fn ask(&self, outcome: &Result<T, E>) -> Option<bool> {
        outcome.as_ref().err().map(self)
    }
}

#[diagnostic::do_not_recommend]
impl<R, F: Fn(&R) -> bool> Asks<R, AboutOutcome> for F {
    const OTHERWISE: Verdict = Verdict::Success;

    fn ask(&self, outcome: &R) -> Option<bool> {
        Some(self(outcome))
    }
}

/// Where to read when to come back after an outcome of type `R`: in the error, or in all of it (`By`).
#[diagnostic::on_unimplemented(
    message = "gentle: `{Self}` cannot read a retry-after in `{R}` [G089]",
    label = "neither in its error nor in all of it",
    note = "help: give a function from a reference to `Option<Duration>`, `|error: &MyError| …` or `|outcome: &{R}| …`, or the path of one"
)]
pub trait Hints<R, By> {
    /// How long to stay away, if it says so.
    fn hint(&self, outcome: &R) -> Option<Duration>;
}

#[diagnostic::do_not_recommend]
impl<T, E, F: Fn(&E) -> Option<Duration>> Hints<Result<T, E>, AboutError> for F {
    fn hint(&self, outcome: &Result<T, E>) -> Option<Duration> {
        outcome.as_ref().err().and_then(self)
    }
}

#[diagnostic::do_not_recommend]
impl<R, F: Fn(&R) -> Option<Duration>> Hints<R, AboutOutcome> for F {
    fn hint(&self, outcome: &R) -> Option<Duration> {
        self(outcome)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Answer = Result<u32, &'static str>;

    fn busy(error: &&str) -> bool {
        *error == "busy"
    }

    fn shown(judge: &impl Judge<Answer>, outcome: Answer) -> (Verdict, bool) {
        (judge.verdict(&outcome), judge.retries(&outcome))
    }

    fn hint(judge: &impl Judge<Answer>, outcome: Answer) -> Option<Duration> {
        judge.retry_after(&outcome)
    }

    #[test]
    fn without_rules_every_error_is_a_failure_to_be_repeated() {
        let rules = Rules::new();
        assert_eq!(shown(&rules, Ok(1)), (Verdict::Success, false));
        assert_eq!(shown(&rules, Err("busy")), (Verdict::Failure, true));
        assert_eq!(hint(&rules, Err("busy")), None);
    }

    #[test]
    fn an_error_that_is_no_failure_is_ignored_and_not_repeated() {
        let typed = Rules::new().failure_if(|error: &&str| *error == "busy");
        let untyped = Rules::<Answer>::new().failure_if_err(|error| *error == "busy");
        let path = Rules::new().failure_if(busy);
        let of = |outcome| [shown(&typed, outcome), shown(&untyped, outcome), shown(&path, outcome)];
        assert_eq!(of(Err("busy")), [(Verdict::Failure, true); 3]);
        assert_eq!(of(Err("wrong")), [(Verdict::Ignored, false); 3]);
        assert_eq!(of(Ok(1)), [(Verdict::Success, false); 3]);
    }

    #[test]
    fn a_rule_about_the_outcome_knows_failures_that_are_ok() {
        let rules = Rules::new().failure_if(|outcome: &Answer| *outcome == Ok(0));
        assert_eq!(shown(&rules, Ok(0)), (Verdict::Failure, true));
        assert_eq!(shown(&rules, Err("busy")), (Verdict::Success, false));
    }

    #[test]
    fn what_is_repeated_need_not_be_a_failure_and_the_other_way_round() {
        let rules = Rules::new().failure_if(busy).retry_if(|error: &&str| *error == "wrong");
        assert_eq!(shown(&rules, Err("busy")), (Verdict::Failure, false));
        assert_eq!(shown(&rules, Err("wrong")), (Verdict::Ignored, true));
        let rules = Rules::new().retry_if(|outcome: &Answer| outcome.is_ok());
        assert_eq!(shown(&rules, Ok(1)), (Verdict::Success, true));
        assert_eq!(shown(&rules, Err("busy")), (Verdict::Failure, false));
    }

    #[test]
    fn a_failure_that_is_ok_is_repeated_beside_a_rule_about_errors() {
        let rules = Rules::new().failure_if(|outcome: &Answer| *outcome == Ok(0)).retry_if(busy);
        assert_eq!(shown(&rules, Ok(0)), (Verdict::Failure, true));
    }

    #[test]
    fn a_number_is_repeated_by_its_rule_alone() {
        let rules = Rules::<u32>::nothing_fails().retry_if(|number: &u32| *number == 0);
        assert_eq!((rules.verdict(&0), rules.retries(&0)), (Verdict::Failure, true));
        assert_eq!((rules.verdict(&1), rules.retries(&1)), (Verdict::Success, false));
    }

    #[test]
    fn a_retry_after_is_read_in_the_error_or_in_the_outcome() {
        let second = Duration::from_secs(1);
        let in_error = Rules::new().retry_after(|error: &&str| busy(error).then_some(second));
        let untyped = Rules::<Answer>::new().retry_after_err(|error| busy(error).then_some(second));
        assert_eq!(hint(&in_error, Err("busy")), Some(second));
        assert_eq!(hint(&untyped, Err("busy")), Some(second));
        assert_eq!(hint(&in_error, Ok(0)), None);
        let in_outcome = Rules::new().retry_after(|outcome: &Answer| outcome.is_ok().then_some(second));
        assert_eq!(hint(&in_outcome.clone(), Ok(0)), Some(second));
    }
}
