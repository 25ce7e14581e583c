use std::fmt;

/// What a cache can keep: everything that is `Clone` and that all threads may have.
#[diagnostic::on_unimplemented(
    message = "cache: `{Self}` cannot be kept [G704]",
    label = "an answer is kept, and copied for everybody who asks",
    note = "help: derive `Clone` for it and own what it holds, or return an `Arc` of it"
)]
pub trait Answer: Clone + Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Clone + Send + Sync + 'static> Answer for T {}

/// Which part of a return type is kept.
#[doc(hidden)]
pub trait Keeps<R>: fmt::Debug {
    /// The part.
    type Kept: Send + Sync + 'static;

    /// A copy of it, if it is there.
    fn keep(outcome: &R) -> Option<Self::Kept>;

    /// A return value made of it.
    fn give(kept: &Self::Kept) -> R;
}

/// The value in an `Ok`.
#[doc(hidden)]
#[derive(Debug)]
pub enum Values {}

impl<T: Answer, E> Keeps<Result<T, E>> for Values {
    type Kept = T;

    fn keep(outcome: &Result<T, E>) -> Option<T> {
        outcome.as_ref().ok().cloned()
    }

    fn give(kept: &T) -> Result<T, E> {
        Ok(kept.clone())
    }
}

/// The value in an `Ok` and the error in an `Err`.
#[doc(hidden)]
#[derive(Debug)]
pub enum Outcomes {}

impl<T: Answer, E: Answer> Keeps<Result<T, E>> for Outcomes {
    type Kept = Result<T, E>;

    fn keep(outcome: &Result<T, E>) -> Option<Result<T, E>> {
        Some(outcome.clone())
    }

    fn give(kept: &Result<T, E>) -> Result<T, E> {
        kept.clone()
    }
}
