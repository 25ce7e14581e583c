use std::fmt;

use super::Handler;

/// One handler that a crate brings: what `#[event_handler]` leaves behind for the app to collect.
///
/// A crate that nobody names is not linked and so registers nothing: `gentle::link!(the_crate)` names it.
pub struct Registration {
    make: fn() -> Handler,
}

inventory::collect!(Registration);

impl Registration {
    /// A registration of what `make` returns.
    pub const fn new(make: fn() -> Handler) -> Self {
        Self { make }
    }

    /// What it registers.
    pub fn handler(&self) -> Handler {
        (self.make)()
    }

    /// Everything that the crates of this program register, in order of package, file and line.
    pub fn linked() -> Vec<Handler> {
        let mut found: Vec<Handler> = inventory::iter::<Self>().map(Self::handler).collect();
        found.sort_by_key(Handler::place);
        found
    }
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Registration").field(&self.handler()).finish()
    }
}
