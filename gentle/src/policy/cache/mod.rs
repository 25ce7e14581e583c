//! `cache`: answers are kept for a while, and who asks for the same again gets the same.
//!
//! **Use it** where an answer stays true for a time and asking costs more than keeping: prices, profiles, a page of a
//! catalogue. Not where a call does something, such as a payment: the second one would not be made. What it keeps is in this
//! process and ends with it.
//!
//! **Read aloud:** `"1m, stale 10m, max 10_000, errors 5s, coalesce, each (user, lang)"` is one minute, stale ten minutes, at
//! most ten thousand, errors five seconds, coalesce, each user and language: an answer is good for a minute; for ten more it
//! is kept for when there is no new one; calls for the same answer at the same time are one call.
//!
//! | written | means |
//! |---|---|
//! | `1m` | an answer is good for so long, from when it came |
//! | `stale 10m` | one that is too old is kept for so much longer, and given where the call fails and `fallback(stale)`, or [`Policies::cached_or_stale`](super::Policies::cached_or_stale), asks for it |
//! | `max 10_000` | so many answers at most; not written, 10 000 |
//! | `errors 5s` | errors of the function are kept too, for so long; they are `Clone` then. Not written: not at all |
//! | `coalesce` | calls for an answer that somebody is getting already wait for it |
//! | `each user`, `each (user, lang)`, `each (order.id())` | what the answer depends on: a [`PolicyKey`](super::PolicyKey) |
//! | `each ()` | nothing: one answer, whatever the arguments are. Only a function without arguments may leave it out |
//!
//! It is the outermost policy but `fallback`: an answer that is there costs no token, no permit and no attempt, and passes
//! an open circuit. What is kept is the outcome of the whole call, after its last attempt. The function returns a
//! `Result`, whose value is an [`Answer`]: `Clone`, and owned. Each function has answers of its own, a generic one for each of
//! its types, and they are told apart by the key; all instances of a type share them, so that a method names what it depends
//! on: `each (self.id, page)`.
//!
//! **What is never kept:** what gentle itself makes of a call, be it refused or cut off. An `Ok` that `failure_if`
//! calls a failure is an error here too.
//!
//! **With `coalesce`** the first one makes the call and the others wait, each for as long as its own timeout allows. If it is
//! given up, panics or fails, the next one makes the call: nobody hangs, and never do two run for one key at the
//! same time. So where many wait for something that is down, they find out one after the other. They find out together
//! where the failure is an answer: with `errors`, and with an old answer in its place.
//!
//! **Beyond `max`** a new answer takes the place of one that is worth nothing any more, or else of one that nobody asked for
//! lately: a hand goes round, spares what was asked for since it last came by, and takes what was not. That is nearly
//! the one that was asked for longest ago. Each new answer also sweeps two places, so that what is too old does not stay.
//!
//! An old answer is not given before the call has failed: there is no asking for a new one in the background.
//!
//! **By value** it is [`Policies::cached`](super::Policies::cached) with a key; [`Policies::call`](super::Policies::call) knows no key and keeps nothing, and neither does
//! a function with `policy = …`, nor a tower layer. [`Policies::cache`](super::Policies::cache) shows what there is, and forgets it.
//!
//! **Cost:** an answer that is there takes a hash of the key, a short lock on one of eight parts, and its own
//! `clone`: about 80 ns. A new one takes a copy of the key and one allocation, and with `coalesce` two more. An answer takes about a
//! hundred bytes beside itself and its key.
//!
//! **What it emits:** [`CacheHit`](super::Event::CacheHit), [`CacheStale`](super::Event::CacheStale) and
//! [`CacheCoalesced`](super::Event::CacheCoalesced). Its state shows what [`Policies::cache`](super::Policies::cache) does.
//!
//! **Cancel safety:** a call given up leaves nothing behind; who waits for its answer goes on.
//!
//! **Live change:** other times hold for what is kept already, a smaller `max` from the next new answer on. `off` asks every
//! time, and forgets nothing. The key and whether errors are kept at all are the code's.
//!
//! ```
//! use gentle::prelude::*;
//! use std::sync::atomic::{AtomicU32, Ordering};
//!
//! static ASKED: AtomicU32 = AtomicU32::new(0);
//!
//! #[gentle(cache = "1m, stale 10m, coalesce, each (user, lang)", fallback(stale))]
//! async fn greeting(user: &str, lang: &str) -> anyhow::Result<String> {
//!     ASKED.fetch_add(1, Ordering::Relaxed);
//!     Ok(if lang == "fr" { format!("Bonjour, {user}") } else { format!("Hello, {user}") })
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> anyhow::Result<()> {
//! assert_eq!(greeting("Ada", "fr").await?, "Bonjour, Ada");
//! assert_eq!(greeting("Ada", "fr").await?, "Bonjour, Ada");
//! assert_eq!(greeting("Ada", "en").await?, "Hello, Ada");
//! assert_eq!(ASKED.load(Ordering::Relaxed), 2);
//! # Ok(())
//! # }
//! ```

mod answer;
mod answers;
mod cached;
mod fits;
mod flight;
mod kept;
mod recall;
mod shard;
mod shelf;
mod shelves;
mod state;
mod terms;

use std::hash::{BuildHasher, Hash, RandomState};

pub use gentle_dsl::Cache;

pub use answer::Answer;
#[doc(hidden)]
pub use answer::{Keeps, Outcomes, Values};
pub use answers::Answers;
pub(crate) use fits::fits;
#[doc(hidden)]
pub use recall::Recall;
pub use state::State;

use shelves::Shelves;
use state::Tally;
use terms::{Terms, Words};

/// The state of one cache.
#[derive(Debug)]
pub(crate) struct Store {
    words: Words,
    tally: Tally,
    hasher: RandomState,
    shelves: Shelves,
}

impl Store {
    pub(crate) fn new(cache: Option<Cache>) -> Self {
        Self {
            words: Words::of(cache),
            tally: Tally::default(),
            hasher: RandomState::new(),
            shelves: Shelves::new(),
        }
    }

    /// Takes over another cache, or none. What is kept stays, and is worth as much as the new words say.
    pub(crate) fn set(&self, cache: Option<Cache>) {
        self.words.set(cache);
    }

    fn hash(&self, key: &impl Hash) -> u64 {
        self.hasher.hash_one(key)
    }
}

#[cfg(test)]
mod model;
