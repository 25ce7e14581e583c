use std::fmt;
use std::ops::ControlFlow;

use gentle_dsl::Key;

use super::Store;
use super::answer::Keeps;
use super::kept::{Answer, Sort};
use super::shelf::{Errand, Found, Shelf, Waited};
use crate::policy::{Call, Event, FromRejected, Outcome, Policies, PolicyKey, Refusal, Rejected, Verdict};
use crate::time::{Instant, now};

/// A call for whose answer somebody has looked in vain: made under its policies, its outcome goes through
/// [`keep`](Self::keep). Given up, it goes to the next who waits for the same answer.
#[doc(hidden)]
pub struct Recall<'a, R, K, V> {
    task: Option<Task<'a, K, V>>,
    /// What is kept of an outcome, and an outcome made of that. Plain functions, so that nothing has to be said of the
    /// types again where one that cannot be kept has been said already.
    keep: fn(&R) -> Option<V>,
    give: fn(&V) -> R,
}

/// What is to be done, and by when, where that is not the call's own affair.
struct Task<'a, K, V> {
    store: &'a Store,
    errand: Errand<'a, K, V>,
    deadline: Instant,
    /// Whose fallback an old answer is, where it is one.
    fallback: Option<&'a Policies>,
}

impl Policies {
    /// Looks for the answer to this key that the operation of that name has given before: it, or the call to be made.
    /// Where the cache says so, it waits for another call that is under way.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future leaves the place of one who waits. Who had just been called to make the call hands that on.
    #[doc(hidden)]
    pub async fn recall<M, R, K>(
        &self,
        key: K,
        whose: &'static str,
        or_stale: bool,
    ) -> ControlFlow<R, Recall<'_, R, K::Owned, M::Kept>>
    where
        M: Keeps<R>,
        R: FromRejected,
        K: PolicyKey,
    {
        let Some(store) = self.store() else { return ControlFlow::Continue(Recall::of::<M>(None)) };
        let fallback = or_stale.then_some(self);
        let terms = store.words.get();
        if !terms.is_on() {
            return ControlFlow::Continue(Recall::of::<M>(None));
        }
        let answers: &Shelf<K::Owned, M::Kept> = store.shelves.get(whose, terms.most, K::same);
        let hash = store.hash(&key);
        let begun = now();
        let mut at = begun;
        loop {
            let follower = match answers.ask(hash, |kept| key.is(kept), || key.keep(), &terms, at) {
                Found::Kept(answer) if answer.sort == Sort::Bad && is_asked(fallback) => {
                    let stale = answers.stale_of(hash, |kept| key.is(kept), &terms, at);
                    return ControlFlow::Break(store.found::<M, R>(self, &stale.unwrap_or(answer)));
                }
                Found::Kept(answer) => return ControlFlow::Break(store.found::<M, R>(self, &answer)),
                Found::Nothing(errand) => {
                    // Who has waited has less time left than the call would have by itself.
                    let deadline = if at == begun { Instant::FAR } else { self.ends(begun) };
                    return ControlFlow::Continue(store.make::<M, R, _>(errand, deadline, fallback));
                }
                Found::Waiting(follower) => follower,
            };
            let deadline = self.ends(begun);
            match follower.wait(deadline, &terms).await {
                Waited::Answer(answer) if answer.sort == Sort::Stale && !is_asked(fallback) => at = now(),
                Waited::Answer(answer) => return ControlFlow::Break(store.shared::<M, R>(self, &answer)),
                Waited::Called(errand) => {
                    return ControlFlow::Continue(store.make::<M, R, _>(errand, deadline, fallback));
                }
                Waited::Late(Some(stale)) if is_asked(fallback) => {
                    return ControlFlow::Break(store.found::<M, R>(self, &stale));
                }
                Waited::Late(_) => {
                    let late = Rejected::new(Key::Timeout, Refusal::Elapsed);
                    return ControlFlow::Break(R::from_rejected(late));
                }
            }
        }
    }
}

/// Whether an old answer may stand in for a failure: the code says so, and nobody has switched it off.
fn is_asked(fallback: Option<&Policies>) -> bool {
    fallback.is_some_and(|policies| !policies.is_fallback_off())
}

impl Store {
    fn make<'a, M: Keeps<R>, R, K>(
        &'a self,
        errand: Errand<'a, K, M::Kept>,
        deadline: Instant,
        fallback: Option<&'a Policies>,
    ) -> Recall<'a, R, K, M::Kept> {
        self.tally.miss();
        Recall::of::<M>(Some(Task { store: self, errand, deadline, fallback }))
    }

    fn found_by<R, V>(&self, of: &Policies, give: fn(&V) -> R, answer: &Answer<V>) -> R {
        match answer.sort {
            Sort::Stale => self.tells_stale(of, answer),
            Sort::Good | Sort::Bad => {
                self.tally.hit();
                of.tell(|| Event::CacheHit { name: of.name() });
            }
        }
        give(&answer.value)
    }

    fn tells_stale<V>(&self, of: &Policies, answer: &Answer<V>) {
        self.tally.stale();
        of.tell(|| Event::CacheStale { name: of.name(), age: answer.age });
    }

    fn found<M: Keeps<R>, R>(&self, of: &Policies, answer: &Answer<M::Kept>) -> R {
        self.found_by(of, M::give, answer)
    }

    fn shared<M: Keeps<R>, R>(&self, of: &Policies, answer: &Answer<M::Kept>) -> R {
        self.tally.coalesced();
        of.tell(|| Event::CacheCoalesced { name: of.name() });
        if answer.sort == Sort::Stale {
            self.tells_stale(of, answer);
        }
        M::give(&answer.value)
    }
}

impl<'a, R, K, V> Recall<'a, R, K, V> {
    fn of<M: Keeps<R, Kept = V>>(task: Option<Task<'a, K, V>>) -> Self {
        Self { task, keep: M::keep, give: M::give }
    }

    /// Tells the call by when it must have ended, where it has waited before.
    pub fn prepare(&self, call: &mut Call<'_>) {
        let deadline = self.task.as_ref().map_or(Instant::FAR, |task| task.deadline);
        if deadline != Instant::FAR {
            call.ends_by(deadline);
        }
    }

    /// Takes the outcome that the call has ended with: keeps it, if it is worth it, and hands it back; or an answer that
    /// is too old in the place of a failure.
    pub fn keep(self, outcome: R, call: &Call<'_>) -> R
    where
        R: Outcome,
    {
        let Some(Task { store, errand, fallback, .. }) = self.task else { return outcome };
        let (terms, at, verdict) = (store.words.get(), now(), call.verdict());
        let good = !outcome.is_failure() && verdict.is_some_and(|verdict| verdict != Verdict::Failure);
        let worth = good || (verdict.is_some() && terms.errors > 0);
        let sort = if good { Sort::Good } else { Sort::Bad };
        let answer = worth.then(|| (self.keep)(&outcome)).flatten().map(|kept| Answer::new(kept, sort));
        let of = fallback.filter(|_| !good && is_asked(fallback));
        let stale = of.and_then(|of| Some((of, errand.stale(&terms, at)?)));
        match (stale, answer) {
            (Some((of, stale)), answer) => {
                errand.keep(&stale, answer, &terms, at);
                store.found_by(of, self.give, &stale)
            }
            (None, Some(answer)) => {
                errand.keep(&answer, Some(answer.clone()), &terms, at);
                outcome
            }
            // The next who waits makes the call.
            (None, None) => outcome,
        }
    }
}

impl<R, K, V> fmt::Debug for Recall<'_, R, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recall").finish_non_exhaustive()
    }
}
