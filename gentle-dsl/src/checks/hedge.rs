//! A hedge that can never start.

use core::time::Duration;

use super::{attempt, on, whole};
use crate::{
    hedge::{Hedge, HedgeDelay},
    mistake::Mistake,
    policies::PolicySet,
    value::DurationText,
};

/// A further call starts before the first one is cut off, or not at all.
pub(super) fn never_starts(set: &PolicySet) -> Option<Mistake> {
    let hedge = on(set.hedge)?;
    let earliest = hedge.delay().earliest()?;
    let limits = [(whole(set), "the call"), (attempt(set), "each attempt")];
    let limits = limits.into_iter().filter_map(|(limit, what)| Some((limit?, what)));
    let (limit, what) = limits.min_by_key(|(limit, _)| *limit)?;
    if earliest < limit {
        return None;
    }
    let text = brief(&hedge);
    let delay = DurationText(earliest).to_string();
    let start = text.find(&delay).unwrap_or(0);
    let mistake = Mistake::new("G601", "hedge", "the hedge can never start")
        .with_label(format!("{what} is cut off at {}", DurationText(limit)))
        .with_picture(&text, start..start + delay.len());
    Some(mistake.with_help(help(hedge.delay(), limit)))
}

/// A quarter of the time leaves enough for the further call.
fn help(delay: HedgeDelay, limit: Duration) -> String {
    let quarter = limit / 4;
    if quarter.is_zero() {
        return "write `after p95`".into();
    }
    let better = match delay {
        HedgeDelay::Fixed(_) => HedgeDelay::Fixed(quarter),
        HedgeDelay::Percentile { percentile, .. } => {
            HedgeDelay::Percentile { percentile, at_least: Some(quarter) }
        }
    };
    format!("write a delay below the timeout, e.g. `{better}`, or `after p95`")
}

/// The hedge as people write it: without what is assumed anyway.
fn brief(hedge: &Hedge) -> String {
    let most = if hedge.most() == 1 { String::new() } else { format!(", max {}", hedge.most()) };
    format!("{}{most}{}", hedge.delay(), hedge.budget_text())
}
