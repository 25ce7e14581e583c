//! Dispatching where no app runs: a binary of its own, for a running app is found by every task of its process.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use gentle::error::Kind;
use gentle::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(topic = "ping")]
struct Ping;

#[tokio::test]
async fn dispatching_without_an_app_says_where_to_call_it_from() {
    let error = dispatch(Ping).await.unwrap_err();

    assert_eq!(error.kind(), Kind::NoApp);
    assert_eq!(
        error.to_string(),
        "no app is running here\n\
         help: call this from a service or a handler, or start an `App` first"
    );
}
