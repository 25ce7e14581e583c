//! What generated code names, and nobody else: it changes without notice.

#[cfg(feature = "chaos")]
mod chaos;
mod cost;
mod feature;
mod topic;

use crate::BoxError;
use crate::event::Delivery;
use crate::service;

pub use cost::{Cost, cost};
pub use feature::{BuiltWith, ChaosFeature, built_with};
pub use inventory::submit;
// Without a name that the user can write the compiler would call `Event` sealed.
pub use serde::Serialize;
pub use serde::de::DeserializeOwned;
pub use topic::{NoEvent, TopicOf, same_topic};

/// Tells the compiler what a block returns. It stands behind `if false` and is never called.
pub fn returns<R>() -> R {
    unreachable!("it only names a type")
}

/// What `each` names, as a borrowed key: of a reference itself, of anything else a reference to it.
pub trait AsPolicyKey {
    /// The key.
    fn as_policy_key(&self) -> &Self {
        self
    }
}

impl<T: ?Sized> AsPolicyKey for T {}

/// An argument for the call; what stands beside the body needs it too.
pub fn kept<T: Kept>(argument: &T) -> T {
    argument.kept()
}

/// An argument that can be named beside the body, in a fallback or a rule: everything that is `Clone`.
#[diagnostic::on_unimplemented(
    message = "gentle: what is named in a fallback or a rule has to be there after the call [G085]",
    label = "`{Self}` is not `Clone`",
    note = "help: take it by reference, derive `Clone`, wrap it in `Arc`, or do not name it there"
)]
pub trait Kept {
    /// A copy.
    fn kept(&self) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Clone> Kept for T {
    fn kept(&self) -> Self {
        self.clone()
    }
}

/// The value of a field that says nothing about where it comes from.
pub fn unset<T: Unset>() -> T {
    T::unset()
}

/// A field that needs no word about where its value comes from: everything that is `Default`.
#[diagnostic::on_unimplemented(
    message = "service: a field of type `{Self}` gets no value [G765]",
    label = "neither injected nor `Default`",
    note = "help: if it is a service write `Svc<{Self}>`; if it is configuration put `#[config]` before the field; else derive `Default`"
)]
pub trait Unset {
    /// Its value.
    fn unset() -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Default> Unset for T {
    fn unset() -> Self {
        T::default()
    }
}

/// What a constructor returns: the value, or why there is none.
#[diagnostic::on_unimplemented(
    message = "service: a constructor cannot return `{Self}` [G766]",
    label = "is not a value or an error",
    note = "help: return `Result<T, E>`, where `T` is what it makes and `E` is an error, `anyhow::Error` or `String`"
)]
pub trait Made {
    /// What is made.
    type Value;

    /// The value, or the error as a boxed one.
    ///
    /// # Errors
    ///
    /// The constructor's own.
    fn made(self) -> service::Result<Self::Value>;
}

#[diagnostic::do_not_recommend]
impl<T, E: Into<BoxError>> Made for Result<T, E> {
    type Value = T;

    fn made(self) -> service::Result<T> {
        self.map_err(Into::into)
    }
}

/// A copy of the event.
pub fn owned<E: Owned>(delivery: &Delivery<E>) -> E {
    delivery.event().copied()
}

/// An event that a handler may take by value: everything that is `Clone`.
#[diagnostic::on_unimplemented(
    message = "event_handler: `{Self}` is taken by value and is not `Clone` [G962]",
    label = "other handlers need it too",
    note = "help: write `&{Self}`, or `Arc<{Self}>` to keep it, or derive `Clone`"
)]
pub trait Owned {
    /// A copy.
    fn copied(&self) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Clone> Owned for T {
    fn copied(&self) -> Self {
        self.clone()
    }
}

/// A copy of an argument, for one of several calls at once.
pub fn beside<T: Beside>(argument: &T) -> T {
    argument.beside()
}

/// An argument that several calls may have at once: everything that is `Clone`.
#[diagnostic::on_unimplemented(
    message = "hedge: another call beside the first one needs this argument too [G611]",
    label = "`{Self}` is not `Clone`",
    note = "help: take it by reference, derive `Clone`, or wrap it in `Arc`"
)]
pub trait Beside {
    /// A copy.
    fn beside(&self) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Clone> Beside for T {
    fn beside(&self) -> Self {
        self.clone()
    }
}
