use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// A handle to a service: what is injected where a field or an argument says `Svc<T>`.
///
/// It is at once the value and an edge of the graph. Cloning is cheap, and it never goes stale: the value is built
/// once per app and survives every restart of its service.
///
/// # Examples
///
/// ```
/// use gentle::service::Svc;
///
/// struct Clock { offset: u64 }
///
/// let clock = Svc::new(Clock { offset: 3 });
/// let same = clock.clone();
/// assert_eq!(same.offset, clock.offset);
/// ```
pub struct Svc<T: ?Sized>(Arc<T>);

impl<T> Svc<T> {
    /// A handle to `value` outside any app: for tests of what takes a `Svc`.
    pub fn new(value: T) -> Self {
        Self(Arc::new(value))
    }
}

impl<T: ?Sized> Svc<T> {
    /// The shared value itself, for code that wants an `Arc`.
    pub fn into_arc(self) -> Arc<T> {
        self.0
    }
}

impl<T: ?Sized> From<Arc<T>> for Svc<T> {
    fn from(value: Arc<T>) -> Self {
        Self(value)
    }
}

impl<T: ?Sized> Clone for Svc<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: ?Sized> Deref for Svc<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for Svc<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Svc").field(&&*self.0).finish()
    }
}
