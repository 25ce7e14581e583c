//! What few functions have: beside the policies themselves, so that the others pay no room for it.

use gentle_dsl::{PolicySet, Setting};

use super::cache::Store;
use super::throttle::Valve;

/// The states of a throttle and of a cache, where there are.
#[derive(Debug)]
pub(super) struct Rare {
    pub(super) throttle: Option<Valve>,
    pub(super) cache: Option<Store>,
}

impl Rare {
    /// As the policies in force say.
    pub(super) fn new(now: &PolicySet) -> Self {
        Self {
            throttle: now.throttle.map(|throttle| Valve::new(throttle.on().as_ref())),
            cache: now.cache.map(|cache: Setting<_>| Store::new(cache.on())),
        }
    }
}
