use std::time::Duration;

use crate::error::BoxError;

/// What became of an event, where `Ok` and `Err` do not say enough.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use gentle::event::{IntoOutcome, Outcome};
///
/// fn charge(answer: u16) -> Outcome {
///     match answer {
///         200 => Outcome::Done,
///         429 => Outcome::RetryIn(Duration::from_secs(30)),
///         404 => Outcome::Drop("the customer is gone".into()),
///         _ => Outcome::Dead("the bank refuses for good".into()),
///     }
/// }
/// assert_eq!(charge(200).into_outcome().unwrap(), Outcome::Done);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It is handled and will not come again.
    Done,
    /// It comes again after this time, instead of after the back-off; the attempt counts.
    RetryIn(Duration),
    /// It will never succeed: straight to the dead letters, with this reason.
    Dead(String),
    /// It needs no handling any more, for this reason, which is logged; nothing is kept.
    Drop(String),
}

/// What a handler may return: `()`, [`Outcome`], `Result<(), E>` or `Result<Outcome, E>`.
///
/// An `Err` is a failed attempt: the event comes again after the handler's back-off, and when no attempt is left
/// it goes to the dead letters.
#[diagnostic::on_unimplemented(
    message = "event_handler: a handler cannot return `{Self}` [G961]",
    label = "is not an outcome",
    note = "help: return `()`, `Outcome`, `Result<(), E>` or `Result<Outcome, E>`, where `E` is an error, `anyhow::Error` or `String`"
)]
pub trait IntoOutcome {
    /// The outcome, or the error that made the attempt fail.
    ///
    /// # Errors
    ///
    /// The handler's own.
    fn into_outcome(self) -> Result<Outcome, BoxError>;
}

impl IntoOutcome for () {
    fn into_outcome(self) -> Result<Outcome, BoxError> {
        Ok(Outcome::Done)
    }
}

impl IntoOutcome for Outcome {
    fn into_outcome(self) -> Result<Outcome, BoxError> {
        Ok(self)
    }
}

#[diagnostic::do_not_recommend]
impl<E: Into<BoxError>> IntoOutcome for Result<(), E> {
    fn into_outcome(self) -> Result<Outcome, BoxError> {
        self.map(|()| Outcome::Done).map_err(Into::into)
    }
}

#[diagnostic::do_not_recommend]
impl<E: Into<BoxError>> IntoOutcome for Result<Outcome, E> {
    fn into_outcome(self) -> Result<Outcome, BoxError> {
        self.map_err(Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_return_becomes_an_outcome() {
        assert_eq!(().into_outcome().unwrap(), Outcome::Done);
        assert_eq!(Ok::<(), String>(()).into_outcome().unwrap(), Outcome::Done);
        assert_eq!(
            Ok::<_, anyhow::Error>(Outcome::Dead("x".into())).into_outcome().unwrap(),
            Outcome::Dead("x".into())
        );
        assert_eq!(Err::<(), _>("no").into_outcome().unwrap_err().to_string(), "no");
    }
}
