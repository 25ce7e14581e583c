//! A real axum router on the loopback, with raw HTTP on the other side.

use std::net::SocketAddr;

use axum::error_handling::HandleErrorLayer;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Router, routing::get};
use gentle::policy::tower::{retry_after, status};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tower::ServiceBuilder;

use super::*;

fn response(rejected: Rejected) -> Response {
    let code = StatusCode::from_u16(status(&rejected)).unwrap();
    match retry_after(&rejected) {
        Some(seconds) => (code, [("retry-after", seconds.to_string())], rejected.to_string()).into_response(),
        None => (code, rejected.to_string()).into_response(),
    }
}

async fn serve(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

async fn send(to: SocketAddr, path: &str) -> TcpStream {
    let mut stream = TcpStream::connect(to).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: gentle\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

async fn receive(mut stream: TcpStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    text
}

/// A request on a connection of its own, and the whole answer.
async fn fetch(to: SocketAddr, path: &str) -> String {
    receive(send(to, path).await).await
}

fn starts(answer: &str, with: &str) {
    assert!(answer.starts_with(with), "{answer}");
}

#[tokio::test]
async fn a_route_answers_429_on_every_connection_and_other_routes_do_not() {
    let limited = get(|| async { "42" }).layer(layer(r#"rate_limit = "2/h reject""#).respond(response));
    let router = Router::new().route("/score", limited).route("/free", get(|| async { "free" }));
    let to = serve(router).await;
    starts(&fetch(to, "/score").await, "HTTP/1.1 200");
    starts(&fetch(to, "/score").await, "HTTP/1.1 200");
    let refused = fetch(to, "/score").await;
    starts(&refused, "HTTP/1.1 429");
    assert!(refused.contains("retry-after: 1800\r\n") && refused.contains("rate_limit: full"), "{refused}");
    starts(&fetch(to, "/free").await, "HTTP/1.1 200");
}

/// Says when it is entered, when it is dropped, and answers when it is let go.
#[derive(Default)]
struct Slow {
    entered: Notify,
    go: Notify,
    left: Notify,
}

struct Leaving(Arc<Slow>);

impl Drop for Leaving {
    fn drop(&mut self) {
        self.0.left.notify_one();
    }
}

fn slow_router(slow: &Arc<Slow>) -> Router {
    let slow = slow.clone();
    let handler = async move || {
        let leaving = Leaving(slow.clone());
        slow.entered.notify_one();
        slow.go.notified().await;
        drop(leaving);
        "42"
    };
    Router::new().route("/slow", get(handler))
}

async fn refusal_handler(error: BoxError) -> Response {
    match error.downcast_ref::<Rejected>() {
        Some(rejected) => response(*rejected),
        None => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

#[tokio::test]
async fn a_full_router_answers_503_and_a_client_that_is_gone_leaves_its_place() {
    let slow = Arc::new(Slow::default());
    let gently =
        ServiceBuilder::new().layer(HandleErrorLayer::new(refusal_handler)).layer(layer(r#"bulkhead = "1""#));
    let to = serve(slow_router(&slow).layer(gently)).await;
    let first = send(to, "/slow").await;
    slow.entered.notified().await;
    starts(&fetch(to, "/slow").await, "HTTP/1.1 503");
    drop(first);
    slow.left.notified().await;
    let second = send(to, "/slow").await;
    slow.entered.notified().await;
    slow.go.notify_one();
    starts(&receive(second).await, "HTTP/1.1 200");
}

#[tokio::test]
async fn a_route_out_of_time_answers_504() {
    let slow = Arc::new(Slow::default());
    let to = serve(slow_router(&slow).layer(layer(r#"timeout = "5ms""#).respond(response))).await;
    starts(&fetch(to, "/slow").await, "HTTP/1.1 504");
}
