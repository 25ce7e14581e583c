use std::sync::{Mutex, MutexGuard, PoisonError};

use gentle_dsl::PolicySet;

/// What the code wrote, and what is in force instead.
#[derive(Debug)]
pub(super) struct Text {
    written: Written,
    /// Only where something was changed: the sentences take more room than all the rest.
    changed: Mutex<Option<Box<PolicySet>>>,
}

#[derive(Debug)]
enum Written {
    Declared(&'static PolicySet),
    Given(Box<PolicySet>),
}

impl Text {
    pub(super) const fn declared(set: &'static PolicySet) -> Self {
        Self { written: Written::Declared(set), changed: Mutex::new(None) }
    }

    pub(super) fn given(set: PolicySet) -> Self {
        Self { written: Written::Given(Box::new(set)), changed: Mutex::new(None) }
    }

    /// What the code wrote.
    pub(super) fn written(&self) -> &PolicySet {
        match &self.written {
            Written::Declared(set) => set,
            Written::Given(set) => set,
        }
    }

    /// What is in force now.
    pub(super) fn now(&self) -> PolicySet {
        self.read(|set| *set)
    }

    /// A part of what is in force now.
    pub(super) fn read<T>(&self, part: impl FnOnce(&PolicySet) -> T) -> T {
        part(self.lock().as_deref().unwrap_or(self.written()))
    }

    /// Changes it, and while nobody else does, whatever else goes with it.
    pub(super) fn change(&self, change: impl FnOnce(&mut PolicySet)) {
        change(self.lock().get_or_insert_with(|| Box::new(*self.written())));
    }

    fn lock(&self) -> MutexGuard<'_, Option<Box<PolicySet>>> {
        self.changed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
