use super::super::Rejected;
use crate::error::BoxError;

/// What the caller of a service sees of a refusal, and of the service's own errors.
///
/// Chosen by [`GentleLayer::own_error`](super::GentleLayer::own_error) and
/// [`GentleLayer::respond`](super::GentleLayer::respond).
#[diagnostic::on_unimplemented(
    message = "gentle: a service with the error `{E}` cannot carry a policy's refusal in this way",
    label = "a refused or timed-out request must end in something",
    note = "help: boxed errors need `Into<BoxError>`, `own_error()` needs `From<gentle::Rejected>`, `respond(…)` a function from `gentle::Rejected` to the response"
)]
pub trait Answer<Res, E>: Send + Sync + 'static {
    /// The error of the layered service.
    type Error;

    /// An error of the service.
    fn failed(&self, error: E) -> Self::Error;

    /// A refusal by a policy.
    ///
    /// # Errors
    ///
    /// The refusal as an error, where it is one.
    fn refused(&self, rejected: Rejected) -> Result<Res, Self::Error>;
}

/// Errors are boxed, as by tower's own layers: what a [`GentleLayer`](super::GentleLayer) does at first. A refusal is
/// found by `error.downcast_ref::<Rejected>()`.
#[derive(Clone, Copy, Debug)]
pub struct Boxed;

#[diagnostic::do_not_recommend]
impl<Res, E: Into<BoxError>> Answer<Res, E> for Boxed {
    type Error = BoxError;

    fn failed(&self, error: E) -> BoxError {
        error.into()
    }

    fn refused(&self, rejected: Rejected) -> Result<Res, BoxError> {
        Err(rejected.into())
    }
}

/// Errors are the service's own, which can be made from a [`Rejected`].
#[derive(Clone, Copy, Debug)]
pub struct OwnError;

#[diagnostic::do_not_recommend]
impl<Res, E: From<Rejected>> Answer<Res, E> for OwnError {
    type Error = E;

    fn failed(&self, error: E) -> E {
        error
    }

    fn refused(&self, rejected: Rejected) -> Result<Res, E> {
        Err(rejected.into())
    }
}

/// A refusal is a response; errors are the service's own.
#[derive(Clone, Copy, Debug)]
pub struct Respond<R>(pub(super) R);

#[diagnostic::do_not_recommend]
impl<Res, E, R> Answer<Res, E> for Respond<R>
where
    R: Fn(Rejected) -> Res + Send + Sync + 'static,
{
    type Error = E;

    fn failed(&self, error: E) -> E {
        error
    }

    fn refused(&self, rejected: Rejected) -> Result<Res, E> {
        Ok((self.0)(rejected))
    }
}
