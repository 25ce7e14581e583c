use std::any::Any;

use super::shelves::Kind;
use super::{State, Store};
use crate::policy::{Policies, PolicyKey};

/// The answers that the cache of some policies holds, to look at them and to forget them.
///
/// # Examples
///
/// ```
/// use gentle::policy::Policies;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let kept = Policies::parse(r#"cache = "1m each user""#)?;
/// let ask = |points| async move { Ok::<u32, gentle::Rejected>(points) };
/// assert_eq!(kept.cached("ada", || ask(7)).await?, 7);
/// assert_eq!(kept.cached("ada", || ask(8)).await?, 7);
///
/// kept.cache().unwrap().forget("ada");
/// assert_eq!(kept.cached("ada", || ask(8)).await?, 8);
/// assert_eq!(kept.cache().unwrap().state().to_string(), "1 kept; 1 hits, 2 misses, 0 stale, 0 coalesced");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Answers<'a>(&'a Store);

impl Policies {
    /// The cache among them, to look at it and to forget what it holds.
    pub fn cache(&self) -> Option<Answers<'_>> {
        self.store().map(Answers)
    }
}

impl Answers<'_> {
    /// What it holds and what it has done.
    pub fn state(&self) -> State {
        let kept = self.0.shelves.all().map(Kind::len).sum();
        self.0.tally.state(kept)
    }

    /// Forgets the answers for this key, of every operation under these policies. What is asked already and comes
    /// later is not kept either.
    pub fn forget<K: PolicyKey>(&self, key: K) {
        let hash = self.0.hash(&key);
        let is = |kept: &dyn Any| kept.downcast_ref().is_some_and(|kept| key.is(kept));
        self.0.shelves.all().for_each(|shelf| shelf.forget(hash, &is));
    }

    /// Forgets all answers, also those that are on their way.
    pub fn clear(&self) {
        self.0.shelves.all().for_each(Kind::clear);
    }
}
