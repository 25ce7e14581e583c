use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::pin;

use crate::time::Instant;

thread_local! {
    /// When what runs now must have ended.
    static UNTIL: Cell<Instant> = const { Cell::new(Instant::FAR) };
    /// Such a moment at which nobody drops what runs: who has to end by then needs a timer.
    static UNKEPT: Cell<Instant> = const { Cell::new(Instant::FAR) };
}

/// When a call must have ended that is made here and now.
///
/// It is set only while the operation of a call is being polled, so that it is as good as a local of the task, and belongs
/// to no other task of the thread.
#[inline]
pub(crate) fn inherited() -> Instant {
    UNTIL.get()
}

/// When what runs here and now is dropped in any case, by a call around it.
pub(crate) fn kept() -> Instant {
    let until = UNTIL.get();
    if until == UNKEPT.get() { Instant::FAR } else { until }
}

/// While this is held, calls inherit a deadline. Dropped, also by a panic, it brings back the one before.
#[derive(Debug)]
pub(crate) struct HandedOn(Instant);

impl HandedOn {
    /// Hands on a moment at which somebody drops what runs now; it is no later than what is inherited here.
    #[inline]
    pub(crate) fn kept(until: Instant) -> Option<Self> {
        (until != Instant::FAR).then(|| Self(UNTIL.replace(until)))
    }
}

impl Drop for HandedOn {
    #[inline]
    fn drop(&mut self) {
        UNTIL.set(self.0);
    }
}

/// The same for a moment at which nobody drops it.
struct Bounded {
    until: Instant,
    unkept: Instant,
}

impl Bounded {
    fn by(deadline: Instant) -> Self {
        let before = Self { until: UNTIL.get(), unkept: UNKEPT.get() };
        if deadline < before.until {
            UNTIL.set(deadline);
            UNKEPT.set(deadline);
        }
        before
    }
}

impl Drop for Bounded {
    fn drop(&mut self) {
        UNTIL.set(self.until);
        UNKEPT.set(self.unkept);
    }
}

/// The moment until which the current call may take; `None` when there is no limit.
///
/// It is the one that a call would inherit that is made here: of the [`timeout`](super::timeout) around this function,
/// or of [`with_deadline`]. Use it to tell somebody else how long to try, as in a header of a request.
///
/// A task that is spawned inherits nothing.
///
/// # Examples
///
/// ```
/// use gentle::policy::{Policies, deadline};
/// use gentle::time::now;
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let limited = Policies::parse(r#"timeout = "10s""#)?;
/// let left = limited.call(|| async { Ok::<_, gentle::Rejected>(deadline().map(|until| until - now())) }).await?;
/// assert!(left.is_some_and(|left| left <= Duration::from_secs(10)));
/// assert_eq!(deadline(), None);
/// # Ok(())
/// # }
/// ```
pub fn deadline() -> Option<Instant> {
    let until = inherited();
    (until != Instant::FAR).then_some(until)
}

/// Runs `future` with a deadline that the calls in it inherit, or with the one that is already there, whichever is
/// earlier.
///
/// For what drives calls: a transport that is told in a header how long somebody waits, or a handler with a limit of
/// its own. Calls under policies end by then, as timeouts, or do not begin; `future` itself is not cut off.
///
/// # Cancel safety
///
/// Dropping the future drops `future`.
///
/// # Examples
///
/// ```
/// use gentle::policy::{Policies, with_deadline};
/// use gentle::time::now;
/// use std::future::pending;
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let one_at_a_time = Policies::parse(r#"bulkhead = "1""#)?;
/// let call = one_at_a_time.call(pending::<Result<(), gentle::Rejected>>);
/// let answer = with_deadline(now() + Duration::from_millis(5), call).await;
/// assert!(answer.unwrap_err().is_timeout());
/// # Ok(())
/// # }
/// ```
pub async fn with_deadline<F: Future>(deadline: Instant, future: F) -> F::Output {
    let mut future = pin!(future);
    poll_fn(|cx| {
        let _bounded = Bounded::by(deadline);
        future.as_mut().poll(cx)
    })
    .await
}

/// The same for a `future` that the caller drops then.
pub(crate) async fn dropped_at<F: Future>(deadline: Instant, future: F) -> F::Output {
    let mut future = pin!(future);
    poll_fn(|cx| {
        let _handed_on = HandedOn::kept(inherited().min(deadline));
        future.as_mut().poll(cx)
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    const EARLY: Instant = Instant::from_nanos(1_000);
    const LATE: Instant = Instant::from_nanos(2_000);

    #[test]
    fn what_is_handed_on_is_there_until_it_is_let_go() {
        assert_eq!(deadline(), None);
        {
            let _late = HandedOn::kept(LATE);
            assert_eq!(deadline(), Some(LATE));
            {
                let _early = HandedOn::kept(EARLY);
                assert_eq!((inherited(), kept()), (EARLY, EARLY));
            }
            assert_eq!(deadline(), Some(LATE));
        }
        assert_eq!(deadline(), None);
    }

    #[test]
    fn a_panic_brings_back_what_was_before() {
        let _late = HandedOn::kept(LATE);
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            let _early = HandedOn::kept(EARLY);
            std::panic::resume_unwind(Box::new(()));
        }));
        assert!(panicked.is_err());
        assert_eq!(deadline(), Some(LATE));
    }

    #[tokio::test(start_paused = true)]
    async fn a_deadline_only_becomes_earlier() {
        let read = || async { (inherited(), kept()) };
        assert_eq!(with_deadline(LATE, read()).await, (LATE, Instant::FAR), "nobody drops it");
        let inner = with_deadline(EARLY, with_deadline(LATE, read())).await;
        assert_eq!(inner, (EARLY, Instant::FAR), "the outer one holds inside");
        assert_eq!(dropped_at(LATE, with_deadline(EARLY, read())).await, (EARLY, Instant::FAR));
        assert_eq!(with_deadline(LATE, dropped_at(EARLY, read())).await, (EARLY, EARLY));
        assert_eq!(dropped_at(EARLY, with_deadline(LATE, read())).await, (EARLY, EARLY));
        assert_eq!(with_deadline(Instant::FAR, read()).await, (Instant::FAR, Instant::FAR));
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_that_is_spawned_inherits_nothing() {
        let spawned = with_deadline(LATE, async { tokio::spawn(async { deadline() }).await }).await;
        assert!(matches!(spawned, Ok(None)));
    }
}
