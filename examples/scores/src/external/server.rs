//! The bad manners over HTTP.

use std::{
    io,
    net::Ipv4Addr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
    routing,
};
use serde_json::json;
use tokio::{net::TcpListener, sync::watch, time};

use super::{
    log::Log,
    manners::{Answer, Manners},
};

/// How long a call is left hanging, unless somebody gives up first.
const SILENCE: Duration = Duration::from_secs(30);

/// The running score service; it ends when it is dropped.
#[derive(Debug)]
pub struct ScoreService {
    url: String,
    desk: Arc<Mutex<Desk>>,
    stopping: watch::Sender<bool>,
}

impl ScoreService {
    /// Starts the service on a free port of the loopback interface.
    ///
    /// # Errors
    ///
    /// When no port can be had.
    pub async fn start() -> io::Result<Self> {
        Self::start_with(Manners::after(0)).await
    }

    async fn start_with(manners: Manners) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let desk = Arc::new(Mutex::new(Desk { opened: Instant::now(), manners, log: Log::default() }));
        let (stopping, stopped) = watch::channel(false);

        let hall = Hall { desk: Arc::clone(&desk), stopped: stopped.clone() };
        let router = Router::new().route("/players/{player}/score", routing::get(score)).with_state(hall);
        let server = axum::serve(listener, router).with_graceful_shutdown(end(stopped));
        tokio::spawn(server.into_future());
        Ok(Self { url, desk, stopping })
    }

    /// Where it listens, such as `http://127.0.0.1:40123`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The calls seen so far.
    pub fn log(&self) -> Log {
        lock(&self.desk).log.clone()
    }

    /// Ends every call, the hanging ones too, and waits until the last connection is closed.
    pub async fn stop(&self) {
        self.stopping.send_replace(true);
        self.stopping.closed().await;
    }
}

/// The points of a player: any player has some, and always the same, so that what was read can be verified.
pub fn points(player: u64) -> u32 {
    let [high, low, ..] = player.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes();
    u32::from(u16::from_be_bytes([high, low]))
}

/// What every connection shares.
#[derive(Clone)]
struct Hall {
    desk: Arc<Mutex<Desk>>,
    stopped: watch::Receiver<bool>,
}

/// Where calls queue up: one at a time, so that the log and the limit see them in the order of the clock.
#[derive(Debug)]
struct Desk {
    opened: Instant,
    manners: Manners,
    log: Log,
}

impl Desk {
    fn receive(&mut self, player: u64) -> Answer {
        let now = self.opened.elapsed();
        let answer = self.manners.decide(now);
        self.log.add(now, player, answer);
        answer
    }
}

async fn score(State(hall): State<Hall>, Path(player): Path<u64>) -> Response {
    let answer = lock(&hall.desk).receive(player);
    match answer {
        Answer::Failed => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Answer::Hung => hang(hall.stopped).await.into_response(),
        Answer::Ok => Json(json!({ "player": player, "points": points(player) })).into_response(),
        Answer::Throttled => (StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, "1")]).into_response(),
    }
}

/// Says nothing for a long time. A caller who hangs up ends it sooner: the server then drops this future.
async fn hang(stopped: watch::Receiver<bool>) -> StatusCode {
    let _ = time::timeout(SILENCE, end(stopped)).await;
    StatusCode::GATEWAY_TIMEOUT
}

/// Waits until the service is stopped or dropped.
async fn end(mut stopped: watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

/// A call that panicked leaves the desk as good as it was.
fn lock(desk: &Mutex<Desk>) -> MutexGuard<'_, Desk> {
    desk.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::{ScoreClient, ScoreError};

    const DEADLINE: Duration = Duration::from_secs(20);

    /// A service whose next call hangs.
    async fn about_to_hang() -> ScoreService {
        ScoreService::start_with(Manners::after(12)).await.unwrap()
    }

    async fn until(what: &str, condition: impl Fn() -> bool) {
        let wait = async {
            while !condition() {
                tokio::task::yield_now().await;
            }
        };
        time::timeout(DEADLINE, wait).await.unwrap_or_else(|_| panic!("not in time: {what}"));
    }

    #[tokio::test]
    async fn stop_ends_a_hanging_call() {
        let service = about_to_hang().await;
        let client = ScoreClient::new(service.url());
        let call = tokio::spawn(async move { client.score(7).await });
        until("the call hangs", || service.log().summary().hung == 1).await;

        time::timeout(DEADLINE, service.stop()).await.expect("stop is prompt");
        let answer = call.await.unwrap();
        assert!(matches!(answer, Err(ScoreError::Failed { .. })), "{answer:?}");
    }

    #[tokio::test]
    async fn a_hanging_call_ends_with_its_caller() {
        let service = about_to_hang().await;
        let idle = service.stopping.receiver_count();
        let client = ScoreClient::new(service.url());
        let call = tokio::spawn(async move { client.score(7).await });
        until("the call hangs", || service.log().summary().hung == 1).await;
        assert!(service.stopping.receiver_count() > idle);

        call.abort();
        until("the connection closes", || service.stopping.receiver_count() == idle).await;
    }

    #[tokio::test]
    async fn a_dropped_service_ends() {
        let service = ScoreService::start().await.unwrap();
        let client = ScoreClient::new(service.url());
        client.score(7).await.unwrap();
        drop(service);

        let gone = async { while !matches!(client.score(7).await, Err(ScoreError::Http(_))) {} };
        time::timeout(DEADLINE, gone).await.expect("nobody listens any more");
    }

    #[tokio::test]
    async fn stopping_twice_is_stopping_once() {
        let service = ScoreService::start().await.unwrap();

        time::timeout(DEADLINE, async { tokio::join!(service.stop(), service.stop()) }).await.unwrap();
        time::timeout(DEADLINE, service.stop()).await.unwrap();
    }

    #[test]
    fn points_differ_between_players_and_not_between_calls() {
        let all: std::collections::HashSet<_> = (1..=60).map(points).collect();

        assert_eq!(all.len(), 60);
        assert_eq!(points(7), points(7));
    }
}
