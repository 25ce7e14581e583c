use std::sync::OnceLock;
use std::time::Duration;

use tokio::time::Instant;

// Moments are counted from a day before the first one read, so that a clock of another (paused) runtime that lies a
// little behind is still after zero.
const HEAD_START: Duration = Duration::from_secs(24 * 60 * 60);

static ANCHOR: OnceLock<Instant> = OnceLock::new();

/// Nanoseconds since a day before the first moment read.
pub(crate) fn nanos() -> u64 {
    let anchor = *ANCHOR.get_or_init(Instant::now);
    let read = Instant::now();
    let since = read.saturating_duration_since(anchor);
    let behind = anchor.saturating_duration_since(read);
    u64::try_from((HEAD_START + since).saturating_sub(behind).as_nanos()).unwrap_or(u64::MAX)
}
