use super::Policies;

/// That a program contains certain policies: what `#[gentle(…)]` leaves for the runtime to find.
#[derive(Debug)]
pub struct Registration {
    policies: &'static Policies,
}

inventory::collect!(Registration);

impl Registration {
    /// The registration of `policies`.
    pub const fn of(policies: &'static Policies) -> Self {
        Self { policies }
    }

    /// The registered policies.
    pub fn policies(&self) -> &'static Policies {
        self.policies
    }

    /// Every registration linked into this program, in the order of package, file and line.
    pub fn linked() -> Vec<&'static Self> {
        let mut all: Vec<_> = inventory::iter::<Self>.into_iter().collect();
        all.sort_by_key(|registration| registration.policies.place());
        all
    }
}
