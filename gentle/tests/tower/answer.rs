use std::convert::Infallible;

use tower::service_fn;

use super::*;

#[derive(Debug, PartialEq)]
enum Own {
    Inner,
    Rejected(Rejected),
}

impl From<Rejected> for Own {
    fn from(rejected: Rejected) -> Self {
        Self::Rejected(rejected)
    }
}

#[tokio::test(start_paused = true)]
async fn boxed_errors_are_those_of_the_service_or_the_refusal() {
    let inner = || service_fn(|()| async { Err::<(), _>(std::io::Error::other("oh dear")) });
    let service = layer(r#"rate_limit = "1/h reject""#).layer(inner());
    let error = service.clone().oneshot(()).await.unwrap_err();
    assert_eq!(error.downcast_ref::<std::io::Error>().unwrap().to_string(), "oh dear");
    assert_eq!(refusal(service.oneshot(()).await), (Key::RateLimit, Refusal::Full));
    let service = layer(r#"rate_limit = "1/h reject""#).layer(layer(r#"bulkhead = "1""#).layer(inner()));
    let error = service.clone().oneshot(()).await.unwrap_err();
    assert!(error.downcast_ref::<std::io::Error>().is_some(), "a box is not boxed again");
}

#[tokio::test(start_paused = true)]
async fn own_errors_are_not_boxed() {
    let service = service_fn(|()| async { Err::<(), _>(Own::Inner) });
    let service = layer(r#"rate_limit = "1/h reject""#).own_error().layer(service);
    assert_eq!(service.clone().oneshot(()).await, Err(Own::Inner));
    let Err(Own::Rejected(rejected)) = service.oneshot(()).await else { panic!("refused") };
    assert_eq!(rejected.policy, Key::RateLimit);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_can_be_a_response_and_is_still_repeated_if_it_says_when() {
    let never_fails = service_fn(|_: u32| async { Ok::<_, Infallible>("served".to_owned()) });
    let gently = layer(r#"rate_limit = "1/100ms reject", retry = "const(1ms), 2 attempts""#);
    let gently = gently.clone_request().respond(|rejected: Rejected| rejected.policy.to_string());
    let service = gently.layer(never_fails);
    let answers = (0..3).map(|_| tokio::spawn(timed(service.clone().oneshot(0))));
    let mut answers = answers.collect::<Vec<_>>().into_iter();
    let mut next = async || answers.next().unwrap().await.unwrap();
    assert_eq!(next().await, (Ok("served".into()), Duration::ZERO));
    assert_eq!(next().await, (Ok("served".into()), millis(100)));
    assert_eq!(next().await, (Ok("rate_limit".into()), millis(100)));
}

/// What tonic asks of the service under a client and of a layer of a server.
fn grpc<S, B>(service: S) -> S
where
    S: Service<axum::http::Request<B>, Response = axum::http::Response<B>> + Clone + Send + Sync + 'static,
    S::Error: Into<BoxError> + Send + 'static,
    S::Future: Send + 'static,
{
    service
}

#[tokio::test(start_paused = true)]
async fn a_service_of_a_grpc_stack_stays_one() {
    use axum::http::{Request, Response};
    let routes = service_fn(|_: Request<String>| async { Ok::<_, Infallible>(Response::new(String::new())) });
    let client = grpc(layer(r#"bulkhead = "1", timeout = "1s""#).layer(grpc(routes)));
    assert!(client.oneshot(Request::new(String::new())).await.is_ok());
    let respond = |rejected: Rejected| Response::new(rejected.to_string());
    let server = grpc(layer(r#"rate_limit = "1/h reject""#).respond(respond).layer(routes));
    assert!(server.clone().oneshot(Request::new(String::new())).await.unwrap().body().is_empty());
    let refused = server.oneshot(Request::new(String::new())).await.unwrap();
    assert!(refused.body().contains("rate_limit: full"));
}
