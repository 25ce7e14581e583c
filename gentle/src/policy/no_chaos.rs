//! In place of `chaos` where its feature is off: nothing ever happens on purpose.

use std::future::Future;
use std::pin::Pin;

use gentle_dsl::{Chaos, Key, Mistake, Mistakes, PolicySet};

use super::Rejected;

pub(crate) type Strike = Pin<Box<dyn Future<Output = Result<(), Rejected>> + Send>>;

/// There is none.
#[derive(Debug)]
pub(crate) enum Mischief {}

impl Mischief {
    pub(crate) const fn new() -> Option<Self> {
        None
    }

    pub(crate) fn set(&self, _: Option<Chaos>) {
        match *self {}
    }

    pub(crate) fn is_roused(&self) -> bool {
        match *self {}
    }

    pub(crate) fn strike(&self, _: impl FnOnce() -> Option<Chaos>, _: &str) -> Option<Strike> {
        match *self {}
    }
}

pub(super) fn refuse(set: &PolicySet) -> Result<(), Mistakes> {
    if set.chaos.is_none() {
        return Ok(());
    }
    let mistake = Mistake::new("G904", Key::Chaos.as_str(), "gentle is built without its feature `chaos`");
    Err(mistake.with_help("write `features = [\"chaos\"]` beside `gentle` in Cargo.toml").into())
}
