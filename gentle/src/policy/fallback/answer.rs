use std::fmt;
use std::future::{Future, Ready, ready};
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

/// What can answer in place of a call that makes a `T` or fails with an `E`: a value, or a function. The compiler finds
/// out which (`By`).
#[diagnostic::on_unimplemented(
    message = "fallback: `{Self}` cannot answer for a `Result<{T}, {E}>` [G086]",
    label = "neither a `{T}` nor a function that makes one",
    note = "help: give a value, or a function of the error that returns `{T}` or `Result<{T}, {E}>`, async or not"
)]
pub trait Answers<T, E, By> {
    /// The answer, on its way.
    type Future: Future<Output = Result<T, E>>;

    /// Asks for the answer.
    fn answer(self, error: E) -> Self::Future;
}

/// What a fallback has made: the answer, a `Result`, or a future of either (`By`).
#[diagnostic::on_unimplemented(
    message = "fallback: `{Self}` is no answer for a `Result<{T}, {E}>` [G087]",
    label = "makes neither a `{T}` nor a `Result<{T}, {E}>`",
    note = "help: let the closure return `{T}` or `Result<{T}, {E}>`, or a future of one of them"
)]
pub trait Answer<T, E, By> {
    /// The answer, on its way.
    type Future: Future<Output = Result<T, E>>;

    /// Waits for it, where it is not there yet.
    fn answer(self) -> Self::Future;
}

/// An answer that is there from the start: everything that is `Default`.
#[diagnostic::on_unimplemented(
    message = "fallback: `{Self}` has no default [G091]",
    label = "nobody has said what the default of `{Self}` is",
    note = "help: derive `Default`, or write the answer itself: `fallback = …`"
)]
pub trait Defaulted {
    /// The default.
    fn defaulted() -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Default> Defaulted for T {
    fn defaulted() -> Self {
        Self::default()
    }
}

/// A function of the error.
#[derive(Debug)]
pub struct Asked<By>(PhantomData<By>);

/// A function of nothing, such as `Vec::new`.
#[derive(Debug)]
pub struct Made<By>(PhantomData<By>);

/// A value, or a future, as it is.
#[derive(Debug)]
pub struct Given<By>(PhantomData<By>);

/// The answer itself, without a `Result`.
#[derive(Debug)]
pub enum Itself {}

/// A `Result`.
#[derive(Debug)]
pub enum Whole {}

/// A future.
#[derive(Debug)]
pub struct Later<By>(PhantomData<By>);

#[diagnostic::do_not_recommend]
impl<T, E, F, A, By> Answers<T, E, Asked<By>> for F
where
    F: FnOnce(E) -> A,
    A: Answer<T, E, By>,
{
    type Future = A::Future;

    fn answer(self, error: E) -> A::Future {
        self(error).answer()
    }
}

#[diagnostic::do_not_recommend]
impl<T, E, F, A, By> Answers<T, E, Made<By>> for F
where
    F: FnOnce() -> A,
    A: Answer<T, E, By>,
{
    type Future = A::Future;

    fn answer(self, _: E) -> A::Future {
        self().answer()
    }
}

#[diagnostic::do_not_recommend]
impl<T, E, A, By> Answers<T, E, Given<By>> for A
where
    A: Answer<T, E, By>,
{
    type Future = A::Future;

    fn answer(self, _: E) -> A::Future {
        Answer::answer(self)
    }
}

#[diagnostic::do_not_recommend]
impl<T, E> Answer<T, E, Itself> for T {
    type Future = Ready<Result<T, E>>;

    fn answer(self) -> Self::Future {
        ready(Ok(self))
    }
}

#[diagnostic::do_not_recommend]
impl<T, E> Answer<T, E, Whole> for Result<T, E> {
    type Future = Ready<Self>;

    fn answer(self) -> Self::Future {
        ready(self)
    }
}

#[diagnostic::do_not_recommend]
impl<T, E, F: Future<Output = T>> Answer<T, E, Later<Itself>> for F {
    type Future = Boxed<F, E>;

    fn answer(self) -> Boxed<F, E> {
        Boxed(Box::pin(self), PhantomData)
    }
}

#[diagnostic::do_not_recommend]
impl<T, E, F: Future<Output = Result<T, E>>> Answer<T, E, Later<Whole>> for F {
    type Future = F;

    fn answer(self) -> F {
        self
    }
}

/// The future of an answer that cannot fail.
///
/// # Cancel safety
///
/// That of the future inside.
#[must_use = "futures do nothing unless they are awaited"]
pub struct Boxed<F, E>(Pin<Box<F>>, PhantomData<fn() -> E>);

impl<F: Future, E> Future for Boxed<F, E> {
    type Output = Result<F::Output, E>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(cx).map(Ok)
    }
}

impl<F, E> fmt::Debug for Boxed<F, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Boxed").finish_non_exhaustive()
    }
}
