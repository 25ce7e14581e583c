//! What is called: the same for all.

use std::cell::Cell;
use std::error::Error;
use std::fmt;
use std::future::poll_fn;
use std::task::Poll;

use gentle::Rejected;

/// Why a call failed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Failure;

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it failed")
    }
}

impl Error for Failure {}

impl From<Rejected> for Failure {
    fn from(_: Rejected) -> Self {
        Self
    }
}

pub(crate) type Answer = Result<u64, Failure>;

/// How many keys there are in `keyed_1m`.
pub(crate) const MANY: u64 = 1_000_000;

/// The key of a call: goes through all of them without a pattern that a cache could follow.
pub(crate) const fn of_many(call: u64) -> u64 {
    const STRIDE: u64 = 618_033;
    call.wrapping_mul(STRIDE) % MANY
}

/// An answer at once.
pub(crate) async fn ready(call: u64) -> Answer {
    Ok(call + 1)
}

/// An answer when asked for the second time, as from a socket.
pub(crate) async fn pending_once(call: u64) -> Answer {
    let mut asked = false;
    poll_fn(|cx| {
        if asked {
            return Poll::Ready(());
        }
        asked = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
    Ok(call + 1)
}

/// A failure and an answer in turn.
pub(crate) async fn every_other(call: u64) -> Answer {
    thread_local! {
        static FAILED: Cell<bool> = const { Cell::new(false) };
    }
    let failed = FAILED.get();
    FAILED.set(!failed);
    if failed { Ok(call + 1) } else { Err(Failure) }
}
