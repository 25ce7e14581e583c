//! What dispatching does in a process where no app runs: a binary of its own, for apps are found process-wide.

use std::time::{Duration, SystemTime};

use gentle::error::Kind;
use gentle::event::{Event, dispatch, dispatch_at, dispatch_in, try_dispatch};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Ping;

impl Event for Ping {
    const TOPIC: &'static str = "ping";
}

/// That it has a topic, and is an event at all, the compiler has seen to.
#[tokio::test]
async fn gevent_8_an_event_needs_an_app_to_go_to() {
    let answers = [
        dispatch(Ping).await,
        try_dispatch(Ping).await,
        dispatch_in(Duration::from_secs(1), Ping).await,
        dispatch_at(SystemTime::now(), Ping).await,
    ];
    for answer in answers {
        assert_eq!(answer.unwrap_err().kind(), Kind::NoApp);
    }
}
