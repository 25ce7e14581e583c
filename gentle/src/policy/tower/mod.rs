//! Policies as [tower] layers, for axum, tonic, hyper and whatever else is a `Service` (feature `tower`).
//!
//! **Use it** where the operation is a service in a stack: around the routes of a server, around a client. Around a
//! function, `#[gentle(…)]` is shorter and costs less.
//!
//! A [`GentleLayer`] is made of the same text as an attribute, and the policies in it nest in the same order, whatever
//! stands beside the layer in its stack:
//!
//! ```
//! use gentle::policy::tower::GentleLayer;
//! use tower::{BoxError, ServiceBuilder, ServiceExt, service_fn};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), BoxError> {
//! let client = ServiceBuilder::new()
//!     .layer(GentleLayer::parse(r#"rate_limit = "5/500ms", timeout = "2s""#)?)
//!     .service(service_fn(|player: u64| async move { Ok::<_, std::io::Error>(40 + player) }));
//! assert_eq!(client.clone().oneshot(2).await?, 42);
//! # Ok(())
//! # }
//! ```
//!
//! **Clones** share one state: the limit is one limit, however often a server clones the service for its connections.
//! The service inside must be `Clone`, because a call owns the one that was made ready.
//!
//! **Readiness** is that of the service inside, and reserves nothing of the policies: who asks and does not call takes
//! nothing from anybody. The request is admitted in the future that `call` returns, so a queue waits there. What the
//! service inside reserved when it became ready is kept meanwhile.
//!
//! # What a refusal becomes
//!
//! | method | the error type | a refusal is | for |
//! |---|---|---|---|
//! | none | `BoxError` | a boxed [`Rejected`](crate::Rejected) | tower stacks, tonic, reqwest; axum with `HandleErrorLayer` |
//! | [`respond(f)`](GentleLayer::respond) | that of the service | the response `f` makes of it | axum; a tonic server, with `Status::into_http` |
//! | [`own_error()`](GentleLayer::own_error) | that of the service | an error made `From<Rejected>` | services of your own |
//!
//! [`status`] and [`retry_after`] say it in HTTP. In a server, write `rate_limit = "100/s reject"`: without `reject`,
//! requests wait for their turn, and so do their connections.
//!
//! With axum's own way, the boxed error arrives in a handler for errors:
//!
//! ```
//! use axum::error_handling::HandleErrorLayer;
//! use axum::http::StatusCode;
//! use axum::{BoxError, Router, routing::get};
//! use gentle::Rejected;
//! use gentle::policy::tower::{GentleLayer, status};
//! use tower::ServiceBuilder;
//!
//! async fn refusal(error: BoxError) -> (StatusCode, String) {
//!     let status = error.downcast_ref::<Rejected>().map_or(500, status);
//!     (StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), error.to_string())
//! }
//!
//! let gently = ServiceBuilder::new()
//!     .layer(HandleErrorLayer::new(refusal))
//!     .layer(GentleLayer::parse(r#"bulkhead = "64", timeout = "5s""#)?);
//! let router: Router = Router::new().route("/score", get(|| async { "42" })).layer(gently);
//! # drop(router);
//! # Ok::<(), gentle::policy::Mistakes>(())
//! ```
//!
//! # What a retry needs
//!
//! Another attempt needs the request again, and not every request can be had twice: a body that streams cannot. So the
//! layer is told how: [`clone_request()`](GentleLayer::clone_request) for requests that are `Clone`,
//! [`try_clone_request(…)`](GentleLayer::try_clone_request) for those that sometimes are, as with
//! `reqwest::Request::try_clone`. A request of which there is no copy is sent once, and a `tracing` event at level
//! `debug` says that it was not retried; a layer with a retry that was told nothing says so at level `warn` when it is
//! put on.
//!
//! All errors are failures, and no response is; [`failure_if`](GentleLayer::failure_if) names those that are, and
//! [`judged_by`](GentleLayer::judged_by) lets [`Rules`](crate::policy::Rules) say all of it, errors and a retry-after included. Each
//! attempt has a service of its own that was made ready, the later ones after the pause and within the timeout of the
//! whole call. A service that cannot be made ready ends the call. A refusal that another layer further in made is an
//! error like others: put policies that shall know of each other into one layer.
//!
//! # Whose request it is
//!
//! Policies that are kept [for each](super::each) key need to know it: [`each`](GentleLayer::each) takes a function from the
//! request to its key, `.each(|request: &Request| request.tenant())`. Without it all requests share one state, and the layer
//! says so at level `warn` when it is put on.
//!
//! **Cost:** one allocation for each call, for a future that has a name; a clone of the service, as tower wants it; and
//! where there is a retry and a way to copy a request, a copy of it before each attempt.
//!
//! **Cancel safety:** dropping the future, as a server does when its client is gone, drops the request, its permit, its
//! place in a queue and its timers. A permit covers the future of the response and not a body that is read later.
//!
//! [tower]: https://docs.rs/tower

mod answer;
mod attempts;
mod judge;
mod keyed;
mod layer;
mod repeat;
mod service;
mod status;

pub use answer::{Answer, Boxed, OwnError, Respond};
pub use judge::FailureIf;
pub use keyed::{ForAll, Keyed};
pub use layer::GentleLayer;
pub use repeat::{CloneRequest, Once, Repeat};
pub use service::{Answering, Gentle};
pub use status::{retry_after, status};
