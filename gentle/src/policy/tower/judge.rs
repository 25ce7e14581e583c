/// Which responses are failures, beside all errors.
///
/// Chosen by [`GentleLayer::failure_if`](super::GentleLayer::failure_if).
pub trait Judge<Res>: Send + Sync + 'static {
    /// Whether this response is a failure.
    fn is_failure(&self, response: &Res) -> bool;
}

/// Errors are failures and responses are not: what a [`GentleLayer`](super::GentleLayer) does at first.
#[derive(Clone, Copy, Debug)]
pub struct Errors;

impl<Res> Judge<Res> for Errors {
    fn is_failure(&self, _: &Res) -> bool {
        false
    }
}

impl<Res, J> Judge<Res> for J
where
    J: Fn(&Res) -> bool + Send + Sync + 'static,
{
    fn is_failure(&self, response: &Res) -> bool {
        self(response)
    }
}
