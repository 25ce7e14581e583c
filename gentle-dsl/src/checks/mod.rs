//! What several policies of one operation say together.

mod attempts;
mod hedge;

use core::time::Duration;

use crate::{mistake::Mistake, policies::PolicySet, setting::Setting};

/// What contradicts itself in a set of policies, each of which is right alone.
///
/// [`parse_policies`](crate::parse_policies) has looked for it already; this is for sets that were put together from several texts.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use gentle_dsl::{Hedge, HedgeDelay, PolicySet, Setting, Timeout, check_set};
///
/// let hedge = Hedge::new(HedgeDelay::Fixed(Duration::from_secs(5)));
/// let set = PolicySet::new().hedge(Setting::On(hedge)).timeout(Setting::On(Timeout::total(Duration::from_secs(2))));
/// assert_eq!(check_set(&set)[0].code(), "G601");
/// ```
pub fn check_set(set: &PolicySet) -> Vec<Mistake> {
    hedge::never_starts(set).into_iter().collect()
}

/// What in a set of policies is right, but has an effect that its writer may not expect. For the log and the report at start-up.
///
/// # Examples
///
/// ```
/// use gentle_dsl::{notes, parse_policies};
///
/// let set = parse_policies(r#"retry = "const(1ms), 3 attempts", timeout = "4s, 2s each attempt""#)?;
/// assert_eq!(notes(&set)[0].message(), "attempts 3 onward cannot run inside the timeout of 4s");
/// # Ok::<(), gentle_dsl::Mistakes>(())
/// ```
pub fn notes(set: &PolicySet) -> Vec<Mistake> {
    attempts::too_late(set).into_iter().collect()
}

/// The value, where there is one that is not `off`.
fn on<T>(setting: Option<Setting<T>>) -> Option<T> {
    setting.and_then(Setting::on)
}

/// How long the whole call may take.
fn whole(set: &PolicySet) -> Option<Duration> {
    on(set.timeout).and_then(|timeout| timeout.whole())
}

/// How long each attempt may take.
fn attempt(set: &PolicySet) -> Option<Duration> {
    on(set.timeout).and_then(|timeout| timeout.attempt())
}
