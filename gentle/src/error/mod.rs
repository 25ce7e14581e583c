//! The one error of the framework, and where in the source a thing was declared.
//!
//! Outside there is one cheap, cloneable, opaque [`Error`] with predicates for the decisions a program takes;
//! what exactly went wrong is its [`Kind`] and its text. A policy's refusal is not an `Error`: it is
//! `gentle::Rejected`, because it must fit into the user's own error type.

mod kind;
mod place;

use std::fmt;
use std::sync::Arc;

pub use kind::Kind;
pub use place::Place;

/// Any error that may cross a task: what user code returns to gentle.
pub type BoxError = Box<dyn std::error::Error + Send + Sync + 'static>;

/// What gentle itself reports: cheap to clone, with a kind to decide by and a text to act on.
///
/// Several problems found together are one `Error` whose [`all`](Error::all) gives each of them.
///
/// # Examples
///
/// ```
/// use gentle::error::{Error, Kind};
///
/// let error = Error::new(Kind::NoApp, "there is no running app to dispatch to");
/// assert_eq!(error.kind(), Kind::NoApp);
/// assert_eq!(error.to_string(), "there is no running app to dispatch to");
/// ```
#[derive(Clone)]
pub struct Error(Arc<Inner>);

struct Inner {
    kind: Kind,
    message: String,
    service: Option<String>,
    dependency: Option<String>,
    cause: Option<BoxError>,
    all: Vec<Error>,
}

impl Error {
    /// An error of `kind` that says `message`.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self(Arc::new(Inner {
            kind,
            message: message.into(),
            service: None,
            dependency: None,
            cause: None,
            all: Vec::new(),
        }))
    }

    /// One error out of several found together: itself when there is just one, `None` when there is none.
    ///
    /// # Examples
    ///
    /// ```
    /// use gentle::error::{Error, Kind};
    ///
    /// let both = Error::together(vec![Error::new(Kind::Missing, "a"), Error::new(Kind::Circular, "b")]);
    /// assert_eq!(both.map(|error| error.all().count()), Some(2));
    /// ```
    pub fn together(mut errors: Vec<Error>) -> Option<Self> {
        if errors.len() < 2 {
            return errors.pop();
        }
        let kind = errors[0].kind();
        let message = errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n\n");
        let mut together = Self::new(kind, message);
        if let Some(inner) = Arc::get_mut(&mut together.0) {
            inner.all = errors;
        }
        Some(together)
    }

    /// Names the service the error is about.
    pub fn service(self, name: impl Into<String>) -> Self {
        self.with(|inner| inner.service = Some(name.into()))
    }

    /// Names the dependency the error is about.
    pub fn dependency(self, name: impl Into<String>) -> Self {
        self.with(|inner| inner.dependency = Some(name.into()))
    }

    /// Keeps what caused it: the source of the error chain.
    pub fn because(self, cause: impl Into<BoxError>) -> Self {
        self.with(|inner| inner.cause = Some(cause.into()))
    }

    /// What kind of error this is. Of several found together, the kind of the first.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// The service the error is about, where it is about one.
    pub fn service_name(&self) -> Option<&str> {
        self.0.service.as_deref()
    }

    /// The dependency the error is about, where it is about one.
    pub fn dependency_name(&self) -> Option<&str> {
        self.0.dependency.as_deref()
    }

    /// Each error found together with this one; only itself when it came alone.
    pub fn all(&self) -> impl Iterator<Item = &Error> {
        let alone = self.0.all.is_empty().then_some(self);
        alone.into_iter().chain(self.0.all.iter())
    }

    /// Whether the configuration is at fault: `run` ends with exit code 2 for these.
    pub fn is_config(&self) -> bool {
        self.all().any(|error| error.kind() == Kind::Config)
    }

    /// Whether a queue was full: the event was not taken, and a later try may succeed.
    pub fn is_full(&self) -> bool {
        self.kind() == Kind::Full
    }

    /// Whether the work was cut off by a shutdown or a cancelled boot.
    pub fn is_cancelled(&self) -> bool {
        self.kind() == Kind::Cancelled
    }

    // Only ever called while the error is being made, before it can have been cloned.
    fn with(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.0) {
            change(inner);
        }
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.0.kind, self.0.message)?;
        match &self.0.cause {
            Some(cause) => write!(f, " (because {cause})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.cause.as_deref().map(|cause| cause as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_error_together_stays_itself() {
        let only = Error::together(vec![Error::new(Kind::Full, "full")]).unwrap();
        assert!(only.is_full());
        assert_eq!(only.all().count(), 1);
    }

    #[test]
    fn nothing_together_is_no_error() {
        assert!(Error::together(Vec::new()).is_none());
    }

    #[test]
    fn a_cause_is_the_source() {
        let error = Error::new(Kind::StartFailed, "db did not start").because("refused");
        assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "refused");
    }
}
