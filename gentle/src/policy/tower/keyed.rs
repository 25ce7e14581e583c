use std::hash::Hash;

use super::super::{Caller, Policies};

/// For whom a request comes, where policies are kept for each key.
///
/// Chosen by [`GentleLayer::each`](super::GentleLayer::each).
#[diagnostic::on_unimplemented(
    message = "gentle: this makes no key of a request",
    label = "a key is made of `&{Req}`",
    note = "help: `each(…)` takes a function `&Request -> Key`, where the key is `Clone + Eq + Hash + Send + Sync + 'static`: `String`, a number, a type of your own"
)]
pub trait Keyed<Req>: Send + Sync + 'static {
    /// These policies, for the one whose request it is.
    fn caller<'a>(&self, policies: &'a Policies, request: &Req) -> Caller<'a>;
}

/// Requests have no key: what a [`GentleLayer`](super::GentleLayer) does at first.
#[derive(Clone, Copy, Debug)]
pub struct ForAll;

impl<Req> Keyed<Req> for ForAll {
    fn caller<'a>(&self, policies: &'a Policies, _: &Req) -> Caller<'a> {
        policies.caller()
    }
}

#[diagnostic::do_not_recommend]
impl<Req, F, K> Keyed<Req> for F
where
    F: Fn(&Req) -> K + Send + Sync + 'static,
    K: Clone + Eq + Hash + Send + Sync + 'static,
{
    fn caller<'a>(&self, policies: &'a Policies, request: &Req) -> Caller<'a> {
        policies.each(&self(request))
    }
}
