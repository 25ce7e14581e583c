//! What the files under test show of themselves, and nobody looks at in a model.

use std::time::Duration;

use gentle_dsl::Trip;

/// Whose a state machine is.
pub(crate) struct Policies;

#[allow(clippy::unused_self, reason = "what it stands for has something to say")]
impl Policies {
    pub(crate) const fn name(&self) -> &'static str {
        ""
    }

    pub(crate) fn tell<'a>(&self, event: impl FnOnce() -> Event<'a>) {
        let _ = event();
    }
}

impl std::fmt::Debug for Policies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Policies")
    }
}

#[allow(clippy::enum_variant_names, reason = "there are others where it comes from")]
pub(crate) enum Event<'a> {
    CircuitOpened { name: &'a str, sign: Option<Trip>, lasting: Duration },
    CircuitWouldOpen { name: &'a str, sign: Trip },
    CircuitProbing { name: &'a str },
    CircuitClosed { name: &'a str },
}

#[derive(Default)]
pub(crate) struct Facts;

impl Facts {
    pub(crate) const fn new() -> Self {
        Self
    }

    pub(crate) fn with(self, _: impl Into<std::borrow::Cow<'static, str>>, _: impl Sized) -> Self {
        self
    }
}
