use super::super::{Judge, Verdict};

/// Errors are failures, and so are the responses that a function says are.
///
/// Chosen by [`GentleLayer::failure_if`](super::GentleLayer::failure_if).
#[derive(Clone, Copy, Debug)]
pub struct FailureIf<F>(pub(super) F);

impl<Res, E, F: Fn(&Res) -> bool> Judge<Result<Res, E>> for FailureIf<F> {
    fn verdict(&self, outcome: &Result<Res, E>) -> Verdict {
        let failed = outcome.as_ref().map_or(true, &self.0);
        if failed { Verdict::Failure } else { Verdict::Success }
    }
}
