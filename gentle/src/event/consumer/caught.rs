use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::error::BoxError;
use crate::event::Outcome;
use crate::event::handler::Attempt;

/// An attempt whose panic is an error. It is never polled again after one.
pub(super) struct Caught(Attempt);

impl Caught {
    pub(super) fn new(attempt: Attempt) -> Self {
        Self(attempt)
    }

    /// Calls what may panic before there is a future.
    pub(super) fn call<T>(call: impl FnOnce() -> T) -> Result<T, String> {
        catch_unwind(AssertUnwindSafe(call)).map_err(|panic| words(panic.as_ref()))
    }
}

impl Future for Caught {
    type Output = Result<Outcome, BoxError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let polled = catch_unwind(AssertUnwindSafe(|| self.0.as_mut().poll(cx)));
        polled.unwrap_or_else(|panic| Poll::Ready(Err(words(panic.as_ref()).into())))
    }
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().or(panic.downcast_ref::<String>().map(String::as_str));
    format!("panicked: {}", text.unwrap_or("with something that is no text"))
}
