use super::Mischief;
use crate::policy::Policies;

/// The chaos of some policies, to switch it on and off where no variable does: in a test.
///
/// # Examples
///
/// ```
/// use gentle::policy::Policies;
///
/// let shaky = Policies::parse(r#"chaos = "5% fail""#)?;
/// let chaos = shaky.chaos().unwrap();
/// chaos.start(42);
/// assert!(chaos.is_on());
/// chaos.stop();
/// assert!(!chaos.is_on());
/// # Ok::<(), gentle::policy::Mistakes>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Switch<'a> {
    policies: &'a Policies,
    mischief: &'a Mischief,
}

impl Policies {
    /// The chaos among them, to switch it on and off (feature `chaos`).
    pub fn chaos(&self) -> Option<Switch<'_>> {
        self.chaos.as_ref().map(|mischief| Switch { policies: self, mischief })
    }
}

impl Switch<'_> {
    /// From now on it strikes, whatever the environment says: always in the same way with the same number.
    pub fn start(&self, seed: u64) {
        self.mischief.start(|| self.policies.chaos_now(), seed);
    }

    /// From now on nothing happens, whatever the environment says.
    pub fn stop(&self) {
        self.mischief.stop();
    }

    /// Whether it strikes.
    pub fn is_on(&self) -> bool {
        self.mischief.is_roused()
    }
}
