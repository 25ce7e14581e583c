use std::sync::atomic::{AtomicU32, Ordering};

use super::watch::Watch;
use super::{Event, Observing};
use crate::policy::policies::{MEASURED, WATCHED};

/// Those who watch all policies there are.
static ALL: Watch = Watch::new();
/// What holds for the calls of all policies: beside the flags of their own.
static FLAGS: AtomicU32 = AtomicU32::new(0);

/// Tells `observer` what all policies of the process do: those in a `static`, those by value, and those that are made later.
///
/// # Examples
///
/// ```
/// use gentle::policy::{Event, Policies, observe_all};
/// use std::sync::atomic::{AtomicU32, Ordering};
///
/// static REFUSED: AtomicU32 = AtomicU32::new(0);
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let watching = observe_all(|event| {
///     if let Event::AttemptRefused { .. } = event {
///         REFUSED.fetch_add(1, Ordering::Relaxed);
///     }
/// });
/// let once = Policies::parse(r#"rate_limit = "1/h, reject""#)?;
/// for _ in 0..3 {
///     let _ = once.call(|| async { Ok::<_, gentle::Rejected>(()) }).await;
/// }
/// assert_eq!(REFUSED.load(Ordering::Relaxed), 2);
/// drop(watching);
/// # Ok(())
/// # }
/// ```
pub fn observe_all(observer: impl Fn(&Event<'_>) + Send + Sync + 'static) -> Observing<'static> {
    let number = ALL.add(observer, || {
        FLAGS.fetch_or(WATCHED, Ordering::Relaxed);
    });
    Observing::new(None, number)
}

/// Measures how long all calls of the process take, or only those whose policies are to be
/// [measured](super::Policies::measure) themselves.
///
/// # Examples
///
/// ```
/// use gentle::policy::{Policies, measure_all};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// measure_all(true);
/// let policies = Policies::parse(r#"bulkhead = "16""#)?;
/// policies.call(|| async { Ok::<_, gentle::Rejected>(()) }).await?;
/// assert_eq!(policies.numbers().latency.map(|latency| latency.count), Some(1));
/// # Ok(())
/// # }
/// ```
pub fn measure_all(on: bool) {
    if on {
        FLAGS.fetch_or(MEASURED, Ordering::Relaxed);
    } else {
        FLAGS.fetch_and(!MEASURED, Ordering::Relaxed);
    }
}

#[inline]
pub(crate) fn everybodys_flags() -> u32 {
    FLAGS.load(Ordering::Relaxed)
}

#[cold]
pub(crate) fn tell_everybody(event: &Event<'_>) {
    ALL.tell(event);
}

pub(super) fn forget(number: u64) {
    ALL.remove(number, || {
        FLAGS.fetch_and(!WATCHED, Ordering::Relaxed);
    });
}
