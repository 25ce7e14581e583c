//! Our side of the wire: a small client of the score service.

use std::{error::Error, time::Duration};

use gentle::Rejected;
use http::{Response, StatusCode, Uri, header::RETRY_AFTER};
use http_body_util::BodyExt;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde::Deserialize;

/// What to wait for when the service is too busy to say.
const DEFAULT_RETRY_AFTER: Duration = Duration::from_secs(1);

/// What the score service says about a player.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Score {
    /// Whose points these are.
    pub player: u64,
    /// The points.
    pub points: u32,
}

/// Why there is no score.
#[derive(Debug, thiserror::Error)]
pub enum ScoreError {
    /// The service had trouble of its own.
    #[error("the score service answered {status}")]
    Failed {
        /// What it answered.
        status: StatusCode,
    },
    /// No answer came through, or none that can be read.
    #[error("no answer from the score service: {0}")]
    Http(HttpError),
    /// Our own manners refused the call, or cut it off.
    #[error(transparent)]
    Rejected(#[from] Rejected),
    /// The service was called too often.
    #[error("the score service asks for a pause of {retry_after:?}")]
    Throttled {
        /// How long it wants to be left alone.
        retry_after: Duration,
    },
}

type HttpError = Box<dyn Error + Send + Sync>;

/// Asks the score service, once per call: pauses, timeouts and second attempts are the caller's affair.
#[derive(Clone, Debug)]
pub struct ScoreClient {
    url: String,
    http: Client<HttpConnector, String>,
}

impl ScoreClient {
    /// A client of the service at `url`, such as `http://127.0.0.1:40123`.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), http: Client::builder(TokioExecutor::new()).build_http() }
    }

    /// The score of a player.
    ///
    /// # Errors
    ///
    /// When the service cannot be reached, answers with an error, or has had enough of us.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future hangs up; the service may have counted the call.
    pub async fn score(&self, player: u64) -> Result<Score, ScoreError> {
        let response = self.get(&format!("/players/{player}/score")).await.map_err(ScoreError::Http)?;
        match response.status() {
            StatusCode::OK => {
                serde_json::from_slice(response.body()).map_err(|error| ScoreError::Http(error.into()))
            }
            StatusCode::TOO_MANY_REQUESTS => {
                Err(ScoreError::Throttled { retry_after: retry_after(&response) })
            }
            status => Err(ScoreError::Failed { status }),
        }
    }

    /// Reads the whole answer, whatever it is, so that its connection can serve the next call.
    async fn get(&self, path: &str) -> Result<Response<Vec<u8>>, HttpError> {
        let uri: Uri = format!("{}{path}", self.url).parse()?;
        let (head, body) = self.http.get(uri).await?.into_parts();
        Ok(Response::from_parts(head, body.collect().await?.to_bytes().into()))
    }
}

fn retry_after<T>(response: &Response<T>) -> Duration {
    let seconds = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    seconds.map_or(DEFAULT_RETRY_AFTER, Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::external::{ScoreService, points};

    #[tokio::test]
    async fn reads_the_score_of_a_player() {
        let service = ScoreService::start().await.unwrap();
        let score = ScoreClient::new(service.url()).score(7).await.unwrap();

        assert_eq!(score, Score { player: 7, points: points(7) });
    }

    #[tokio::test]
    async fn tells_a_failure_from_a_throttled_call() {
        let service = ScoreService::start().await.unwrap();
        let client = ScoreClient::new(service.url());
        let (mut failed, mut throttled) = (0, 0);
        for player in 1..=11 {
            match client.score(player).await {
                Ok(score) => assert_eq!(score.points, points(player)),
                Err(ScoreError::Failed { status }) => {
                    assert_eq!(status, 500);
                    failed += 1;
                }
                Err(ScoreError::Throttled { retry_after }) => {
                    assert_eq!(retry_after, Duration::from_secs(1));
                    throttled += 1;
                }
                Err(error) => panic!("{error}"),
            }
        }

        let summary = service.log().summary();
        assert_eq!((summary.failed, summary.throttled), (failed, throttled));
        assert!(failed > 0);
    }

    #[tokio::test]
    async fn says_when_nobody_answers() {
        let service = ScoreService::start().await.unwrap();
        service.stop().await;

        let error = ScoreClient::new(service.url()).score(7).await.unwrap_err();
        assert!(matches!(error, ScoreError::Http(_)), "{error}");
    }

    #[test]
    fn a_pause_is_read_from_the_header_or_assumed() {
        let with = |value: &str| Response::builder().header(RETRY_AFTER, value).body(()).unwrap();

        assert_eq!(retry_after(&with("3")), Duration::from_secs(3));
        assert_eq!(retry_after(&with("soon")), DEFAULT_RETRY_AFTER);
        assert_eq!(retry_after(&Response::new(())), DEFAULT_RETRY_AFTER);
    }
}
