//! Attempts that come too late.

use core::time::Duration;

use super::{attempt, on, whole};
use crate::{
    mistake::Mistake,
    policies::PolicySet,
    retry::{Jitter, Tries},
    value::DurationText,
};

/// Nobody reads a note about attempts further on than this.
const FARTHEST: u32 = 1_000;

/// The attempts that find no time left when the ones before took as long as they may.
pub(super) fn too_late(set: &PolicySet) -> Option<Mistake> {
    let (retry, limit) = (on(set.retry)?, whole(set)?);
    let Tries::Attempts(attempts) = retry.tries() else { return None };
    let each = match attempt(set) {
        Some(each) => each,
        // Without a limit an attempt may take no time, and so may a delay that chance shortens.
        None if retry.jittered() == Jitter::Off => Duration::ZERO,
        None => return None,
    };
    let mut starts = Duration::ZERO;
    for (delay, number) in retry.backoff().delays().zip(2..=attempts.min(FARTHEST)) {
        starts = starts.saturating_add(each).saturating_add(delay);
        if starts >= limit {
            let limit = DurationText(limit);
            let message = format!("attempts {number} onward cannot run inside the timeout of {limit}");
            let why = if each.is_zero() {
                format!("the delays before take {}", DurationText(starts))
            } else {
                format!("when each one before takes its {}", DurationText(each))
            };
            let mistake = Mistake::new("G502", "retry", message).with_label(why);
            return Some(mistake.with_help("give the call more time, or make fewer attempts"));
        }
    }
    None
}
