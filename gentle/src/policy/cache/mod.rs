//! `cache`: answers that are kept for a while.
mod answer;
mod answers;
mod cached;
mod fitted;
mod flight;
mod kept;
mod recall;
mod shard;
mod shelf;
mod shelves;
mod state;
mod terms;

use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::OnceLock;

pub use gentle_dsl::Cache;

pub use answer::Answer;
#[doc(hidden)]
pub use answer::{Keeps, Outcomes, Values};
pub use answers::Answers;
pub(crate) use fitted::fitted;
#[doc(hidden)]
pub use recall::Recall;
pub use state::State;

use super::Policies;
use shelves::Shelves;
use state::Tally;
use terms::{Terms, Words};

/// The state of one cache.
#[derive(Debug)]
pub(crate) struct Store {
    /// Made with the first call.
    inside: OnceLock<Box<Inside>>,
}

#[derive(Debug)]
struct Inside {
    words: Words,
    tally: Tally,
    hasher: RandomState,
    shelves: Shelves,
}

impl Store {
    pub(crate) const fn new() -> Self {
        Self { inside: OnceLock::new() }
    }

    /// Takes over another cache, or none. What is kept stays, and is worth as much as the new words say.
    pub(crate) fn set(&self, cache: Option<Cache>) {
        self.made(|| cache).words.set(cache);
    }

    fn inside(&self, policies: &Policies) -> &Inside {
        self.made(|| policies.cache_now())
    }

    fn made(&self, cache: impl FnOnce() -> Option<Cache>) -> &Inside {
        self.inside.get_or_init(|| {
            Box::new(Inside {
                words: Words::of(cache()),
                tally: Tally::default(),
                hasher: RandomState::new(),
                shelves: Shelves::new(),
            })
        })
    }
}

impl Inside {
    fn hash(&self, key: &impl Hash) -> u64 {
        self.hasher.hash_one(key)
    }
}

#[cfg(test)]
mod model;
