use std::fmt;
use std::sync::Arc;

use tower_layer::Layer;

use super::super::{ByOutcome, Mistake, Mistakes, Policies, Rejected, SharedPolicies};
use super::{Boxed, CloneRequest, FailureIf, ForAll, Gentle, Once, OwnError, Respond};

/// A [`Layer`] that puts [`Policies`] around a service.
///
/// Every service it makes, and every clone of one, shares the state of these policies. The parameters say how a
/// request is had again (`Q`), what becomes of a refusal (`A`), which outcomes are failures (`F`) and what the key of a
/// request is (`K`); the methods choose them.
///
/// # Examples
///
/// ```
/// use gentle::policy::tower::GentleLayer;
/// use tower::{BoxError, ServiceBuilder, ServiceExt, service_fn};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), BoxError> {
/// let service = ServiceBuilder::new()
///     .layer(GentleLayer::parse(r#"rate_limit = "5/500ms", retry = "3 attempts""#)?.clone_request())
///     .service(service_fn(|number: u32| async move { Ok::<_, BoxError>(2 * number) }));
/// assert_eq!(service.oneshot(21).await?, 42);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct GentleLayer<Q = Once, A = Boxed, F = ByOutcome, K = ForAll> {
    pub(super) policies: SharedPolicies,
    pub(super) repeat: Q,
    pub(super) answer: A,
    pub(super) judge: F,
    pub(super) key: K,
    repeats: bool,
    keyed: bool,
}

impl GentleLayer {
    /// A layer of these policies: of a `static`, in an `Arc`, or its own.
    pub fn new(policies: impl Into<SharedPolicies>) -> Self {
        let (policies, repeat, answer, judge) = (policies.into(), Once, Boxed, ByOutcome);
        Self { policies, repeat, answer, judge, key: ForAll, repeats: false, keyed: false }
    }

    /// A layer of the policies in a text, as in an attribute.
    ///
    /// # Errors
    ///
    /// Every mistake in the text, and a hedge, which a layer cannot do.
    pub fn parse(text: &str) -> Result<Self, Mistakes> {
        let policies = Policies::parse(text)?;
        match Mistakes::collect(policies.hedges().then(hedge_in_a_layer)) {
            Some(mistakes) => Err(mistakes),
            None => Ok(Self::new(policies)),
        }
    }
}

impl<Q, A, F, K> GentleLayer<Q, A, F, K> {
    /// For a retry: a request is cloned before each attempt.
    pub fn clone_request(self) -> GentleLayer<CloneRequest, A, F, K> {
        self.repeated(CloneRequest)
    }

    /// For a retry: `copy` makes another request before each attempt, where that is possible. A request of which there
    /// is no copy is sent once.
    ///
    /// ```
    /// use gentle::policy::tower::GentleLayer;
    ///
    /// # struct Request { body: Option<String> }
    /// impl Request {
    ///     fn try_clone(&self) -> Option<Self> {
    ///         # self.body.clone().map(|body| Self { body: Some(body) })
    ///         /* … */
    ///     }
    /// }
    ///
    /// let layer = GentleLayer::parse(r#"retry = "3 attempts""#)?.try_clone_request(Request::try_clone);
    /// # drop(layer);
    /// # Ok::<(), gentle::policy::Mistakes>(())
    /// ```
    pub fn try_clone_request<Req, C>(self, copy: C) -> GentleLayer<C, A, F, K>
    where
        C: Fn(&Req) -> Option<Req> + Send + Sync + 'static,
    {
        self.repeated(copy)
    }

    /// A refusal is an error of the service's own type, which needs `From<Rejected>`; nothing is boxed.
    pub fn own_error(self) -> GentleLayer<Q, OwnError, F, K> {
        self.answered(OwnError)
    }

    /// A refusal is a response, so that the error type stays what it is: what axum wants of a layer.
    ///
    /// ```
    /// use axum::http::StatusCode;
    /// use axum::response::{IntoResponse, Response};
    /// use axum::{Router, routing::get};
    /// use gentle::Rejected;
    /// use gentle::policy::tower::{GentleLayer, retry_after, status};
    ///
    /// fn refusal(rejected: Rejected) -> Response {
    ///     let status = StatusCode::from_u16(status(&rejected)).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    ///     match retry_after(&rejected) {
    ///         Some(seconds) => (status, [("retry-after", seconds.to_string())], rejected.to_string()).into_response(),
    ///         None => (status, rejected.to_string()).into_response(),
    ///     }
    /// }
    ///
    /// let layer = GentleLayer::parse(r#"rate_limit = "100/s reject", bulkhead = "64""#)?.respond(refusal);
    /// let router: Router = Router::new().route("/score", get(|| async { "42" })).layer(layer);
    /// # drop(router);
    /// # Ok::<(), gentle::policy::Mistakes>(())
    /// ```
    pub fn respond<Res, R>(self, response: R) -> GentleLayer<Q, Respond<R>, F, K>
    where
        R: Fn(Rejected) -> Res + Send + Sync + 'static,
    {
        self.answered(Respond(response))
    }

    /// A response that is a failure: a retry repeats it, and hands it on as it is when it gives up.
    ///
    /// ```
    /// use axum::response::Response;
    /// use gentle::policy::tower::GentleLayer;
    ///
    /// let layer = GentleLayer::parse(r#"retry = "3 attempts""#)?
    ///     .clone_request()
    ///     .failure_if(|response: &Response| response.status().is_server_error());
    /// # drop(layer);
    /// # Ok::<(), gentle::policy::Mistakes>(())
    /// ```
    pub fn failure_if<Res, J>(self, is_failure: J) -> GentleLayer<Q, A, FailureIf<J>, K>
    where
        J: Fn(&Res) -> bool + Send + Sync + 'static,
    {
        self.judged_by(FailureIf(is_failure))
    }

    /// What `judge` says about the `Result` of a request holds, of its responses and of its errors: which are failures,
    /// which are repeated, and when to come back.
    ///
    /// ```
    /// use axum::response::Response;
    /// use gentle::policy::Rules;
    /// use gentle::policy::tower::GentleLayer;
    /// use std::{convert::Infallible, time::Duration};
    ///
    /// type Answer = Result<Response, Infallible>;
    ///
    /// fn retry_after(outcome: &Answer) -> Option<Duration> {
    ///     let header = outcome.as_ref().ok()?.headers().get("retry-after")?;
    ///     header.to_str().ok()?.parse().ok().map(Duration::from_secs)
    /// }
    ///
    /// fn is_busy(outcome: &Answer) -> bool {
    ///     outcome.as_ref().is_ok_and(|response| response.status() == 429)
    /// }
    ///
    /// let layer = GentleLayer::parse(r#"rate_limit = "10/s", retry = "3 attempts""#)?
    ///     .clone_request()
    ///     .judged_by(Rules::<Answer>::new().retry_if(is_busy).retry_after(retry_after));
    /// # drop(layer);
    /// # Ok::<(), gentle::policy::Mistakes>(())
    /// ```
    pub fn judged_by<J>(self, judge: J) -> GentleLayer<Q, A, J, K> {
        let Self { policies, repeat, answer, judge: _, key, repeats, keyed } = self;
        GentleLayer { policies, repeat, answer, judge, key, repeats, keyed }
    }

    /// For policies that are kept [for each](super::super::each) key: the key of a request. It is made once, before the first
    /// attempt; a retry keeps it.
    ///
    /// ```
    /// use axum::extract::Request;
    /// use gentle::policy::tower::GentleLayer;
    ///
    /// fn tenant(request: &Request) -> String {
    ///     let tenant = request.headers().get("x-tenant").and_then(|tenant| tenant.to_str().ok());
    ///     tenant.unwrap_or_default().to_owned()
    /// }
    ///
    /// let layer = GentleLayer::parse(r#"rate_limit = "20/s reject each tenant up to 50_000""#)?.each(tenant);
    /// # drop(layer);
    /// # Ok::<(), gentle::policy::Mistakes>(())
    /// ```
    pub fn each<Req, E, G>(self, key: G) -> GentleLayer<Q, A, F, G>
    where
        G: Fn(&Req) -> E + Send + Sync + 'static,
    {
        let Self { policies, repeat, answer, judge, key: _, repeats, keyed: _ } = self;
        GentleLayer { policies, repeat, answer, judge, key, repeats, keyed: true }
    }

    fn repeated<R>(self, repeat: R) -> GentleLayer<R, A, F, K> {
        let Self { policies, repeat: _, answer, judge, key, repeats: _, keyed } = self;
        GentleLayer { policies, repeat, answer, judge, key, repeats: true, keyed }
    }

    fn answered<B>(self, answer: B) -> GentleLayer<Q, B, F, K> {
        let Self { policies, repeat, answer: _, judge, key, repeats, keyed } = self;
        GentleLayer { policies, repeat, answer, judge, key, repeats, keyed }
    }
}

impl<S, Q: Clone, A: Clone, F: Clone, K: Clone> Layer<S> for GentleLayer<Q, A, F, K> {
    type Service = Gentle<S, Q, A, F, K>;

    fn layer(&self, inner: S) -> Self::Service {
        if self.policies.is_keyed() && !self.keyed {
            let policy = self.policies.name();
            tracing::warn!(policy, "all requests share one state: `each(…)` tells this layer their keys");
        }
        if self.policies.retry.is_some() && !self.repeats {
            let policy = self.policies.name();
            tracing::warn!(
                policy,
                "this layer sends each request once: `clone_request()` lets its retry work"
            );
        }
        if self.policies.hedges() {
            tracing::warn!(policy = self.policies.name(), "{}", hedge_in_a_layer().message());
        }
        Gentle::new(inner, Arc::new(self.clone()))
    }
}

// A service that is ready is ready for one request, and a second one would have to wait for another with what it holds.
fn hedge_in_a_layer() -> Mistake {
    let message = "a layer sends a request to one service at a time, so its hedge has no effect";
    let help = "leave it out, and write it where the request is made: `#[gentle(hedge = \"…\", idempotent)]`";
    Mistake::new("G612", "hedge", message).with_help(help)
}

impl<Q, A, F, K> fmt::Debug for GentleLayer<Q, A, F, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GentleLayer").field("policies", &self.policies).finish_non_exhaustive()
    }
}
