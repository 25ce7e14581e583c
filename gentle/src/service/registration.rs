use std::fmt;

use super::{Component, Definition};

/// One service that a crate brings: what `#[service]` leaves behind for the app to collect.
///
/// A crate that nobody names is not linked and so registers nothing: `gentle::link!(the_crate)` names it.
///
/// # Examples
///
/// ```
/// use gentle::service::{Component, Context, Definition, Registration, Service};
///
/// struct Cache;
///
/// impl Service for Cache {}
///
/// impl Component for Cache {
///     fn definition() -> Definition {
///         Definition::new("cache", gentle::here!(), |_| Ok(Cache))
///     }
/// }
///
/// static CACHE: Registration = Registration::of::<Cache>();
/// assert_eq!(CACHE.definition().name(), "cache");
/// ```
pub struct Registration {
    define: fn() -> Definition,
}

inventory::collect!(Registration);

impl Registration {
    /// A registration of what `define` returns.
    pub const fn new(define: fn() -> Definition) -> Self {
        Self { define }
    }

    /// The registration of a service type.
    pub const fn of<T: Component>() -> Self {
        Self::new(T::definition)
    }

    /// What it registers.
    pub fn definition(&self) -> Definition {
        (self.define)()
    }

    /// Everything that the crates of this program register, in order of package, file and line.
    pub fn linked() -> Vec<Definition> {
        let mut found: Vec<Definition> = inventory::iter::<Self>().map(Self::definition).collect();
        found.sort_by_key(Definition::place);
        found
    }
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Registration").field(&self.definition()).finish()
    }
}
