use super::Rejected;

/// What an operation returns, as far as a retry and a circuit breaker must know it: whether it failed.
///
/// Implemented for every `Result`, under whatever alias.
#[diagnostic::on_unimplemented(
    message = "retry: this return type cannot fail [G310]",
    label = "a retry needs to see a failure",
    note = "help: return a `Result`, or give `retry_if = |v: &{Self}| ...`"
)]
pub trait Outcome {
    /// Whether a retry may repeat the operation, and a circuit breaker counts a failure.
    fn is_failure(&self) -> bool;
}

impl<T, E> Outcome for Result<T, E> {
    fn is_failure(&self) -> bool {
        self.is_err()
    }
}

/// A return type that can carry a policy's refusal: every `Result<T, E>` with `E: From<Rejected>`.
///
/// `anyhow::Error` and `Box<dyn Error + Send + Sync>` have that already; an error type of your own needs one line.
#[diagnostic::on_unimplemented(
    message = "gentle: `{Self}` cannot carry a policy's refusal [G066]",
    label = "a refused or timed-out call must return an error",
    note = "help: return `Result<T, E>` where `E` is made from `gentle::Rejected`: add the variant `Rejected(#[from] gentle::Rejected)` to a thiserror enum, or write `impl From<gentle::Rejected> for E`"
)]
pub trait FromRejected: Outcome {
    /// The return value of a call that was refused.
    fn from_rejected(rejected: Rejected) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T, E: From<Rejected>> FromRejected for Result<T, E> {
    fn from_rejected(rejected: Rejected) -> Self {
        Err(E::from(rejected))
    }
}

/// A return type with an error in it: every `Result`, under whatever alias.
#[diagnostic::on_unimplemented(
    message = "gentle: `{Self}` has no error [G090]",
    label = "this is not a `Result`",
    note = "help: return a `Result`; or, in `retry_if` and the like, name the type of the closure's argument: `|outcome: &{Self}| …`"
)]
pub trait Fallible {
    /// What a success holds.
    type Value;
    /// What a failure holds.
    type Error;

    /// The error, if it is one.
    fn error(&self) -> Option<&Self::Error>;

    /// Its error, or all of it where it is a success.
    ///
    /// # Errors
    ///
    /// It is a success.
    fn into_error(self) -> Result<Self::Error, Self>
    where
        Self: Sized;
}

#[diagnostic::do_not_recommend]
impl<T, E> Fallible for Result<T, E> {
    type Value = T;
    type Error = E;

    fn error(&self) -> Option<&E> {
        self.as_ref().err()
    }

    fn into_error(self) -> Result<E, Self> {
        match self {
            Err(error) => Ok(error),
            success => Err(success),
        }
    }
}

/// An argument that a second attempt can have again: everything that is `Clone`.
#[diagnostic::on_unimplemented(
    message = "retry: a second attempt needs this argument again [G311]",
    label = "`{Self}` is not `Clone`",
    note = "help: take it by reference, derive `Clone`, or wrap it in `Arc`"
)]
pub trait Again {
    /// A copy for one more attempt.
    fn again(&self) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Clone> Again for T {
    fn again(&self) -> Self {
        self.clone()
    }
}
