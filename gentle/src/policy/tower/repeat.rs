/// How a request is had again for another attempt.
///
/// Chosen by [`GentleLayer::clone_request`](super::GentleLayer::clone_request) and
/// [`GentleLayer::try_clone_request`](super::GentleLayer::try_clone_request).
#[diagnostic::on_unimplemented(
    message = "retry: another attempt needs this request again",
    label = "`{Req}` cannot be had again",
    note = "help: `clone_request()` needs a request that is `Clone`; `try_clone_request(…)` takes a function `&Request -> Option<Request>`"
)]
pub trait Repeat<Req>: Send + Sync + 'static {
    /// A copy of `request`; `None` when it is to be sent once only.
    fn repeat(&self, request: &Req) -> Option<Req>;
}

/// Each request is sent once, so it need not be `Clone`: what a [`GentleLayer`](super::GentleLayer) does at first.
#[derive(Clone, Copy, Debug)]
pub struct Once;

impl<Req> Repeat<Req> for Once {
    fn repeat(&self, _: &Req) -> Option<Req> {
        None
    }
}

/// Each request is cloned for the case that it is needed again.
#[derive(Clone, Copy, Debug)]
pub struct CloneRequest;

#[diagnostic::do_not_recommend]
impl<Req: Clone> Repeat<Req> for CloneRequest {
    fn repeat(&self, request: &Req) -> Option<Req> {
        Some(request.clone())
    }
}

#[diagnostic::do_not_recommend]
impl<Req, C> Repeat<Req> for C
where
    C: Fn(&Req) -> Option<Req> + Send + Sync + 'static,
{
    fn repeat(&self, request: &Req) -> Option<Req> {
        self(request)
    }
}
