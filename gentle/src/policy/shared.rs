use std::ops::Deref;
use std::sync::Arc;

use super::Policies;

/// [`Policies`] that several callers share: their own, counted ones, or those of a `static`.
///
/// A clone is the same policies, with the same state. Made `from` each of the three:
///
/// ```
/// use gentle::policy::{Policies, SharedPolicies};
/// use std::sync::Arc;
///
/// static PAYMENTS: Policies = gentle::policies!(bulkhead = "16");
///
/// let declared = SharedPolicies::from(&PAYMENTS);
/// let counted = SharedPolicies::from(Arc::new(Policies::parse(r#"bulkhead = "16""#)?));
/// let owned = SharedPolicies::from(Policies::parse(r#"bulkhead = "16""#)?);
/// assert_eq!(declared.to_string(), owned.to_string());
/// # drop(counted);
/// # Ok::<(), gentle::policy::Mistakes>(())
/// ```
#[derive(Clone, Debug)]
pub struct SharedPolicies(Held);

#[derive(Clone, Debug)]
enum Held {
    Declared(&'static Policies),
    Counted(Arc<Policies>),
}

impl Deref for SharedPolicies {
    type Target = Policies;

    fn deref(&self) -> &Policies {
        match &self.0 {
            Held::Declared(policies) => policies,
            Held::Counted(policies) => policies,
        }
    }
}

impl From<&'static Policies> for SharedPolicies {
    fn from(policies: &'static Policies) -> Self {
        Self(Held::Declared(policies))
    }
}

impl From<Arc<Policies>> for SharedPolicies {
    fn from(policies: Arc<Policies>) -> Self {
        Self(Held::Counted(policies))
    }
}

impl From<Policies> for SharedPolicies {
    fn from(policies: Policies) -> Self {
        Arc::new(policies).into()
    }
}
