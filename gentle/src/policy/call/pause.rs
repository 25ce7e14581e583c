use std::future::{Future, IntoFuture};
use std::pin::Pin;

use tokio::task::coop::consume_budget;

use crate::time::{Instant, sleep_until};

/// The time between two attempts.
#[derive(Debug)]
#[must_use = "the next attempt is due when the pause is over"]
pub struct Pause(pub(super) Option<Instant>);

impl IntoFuture for Pause {
    type Output = ();
    type IntoFuture = Pin<Box<dyn Future<Output = ()> + Send>>;

    /// Waits. Nothing is lost when the future is dropped.
    fn into_future(self) -> Self::IntoFuture {
        match self.0 {
            Some(due) => Box::pin(sleep_until(due)),
            None => Box::pin(consume_budget()),
        }
    }
}
