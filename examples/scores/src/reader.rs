//! Reads the scores: the only part that calls the external service.

use std::{convert::Infallible, io};

use gentle::{
    Error,
    config::{FromSection, Section},
    prelude::*,
    service::Result,
};
use tokio::task::JoinSet;

use crate::{
    client::{Score, ScoreClient, ScoreError},
    display::Display,
    external::ScoreService,
    saving::ScoreRead,
    scores::Scores,
};

/// How many calls may be on their way, or waiting their turn, at a time.
const AHEAD: usize = 64;

/// The external service: in real life it runs elsewhere.
#[service(name = "external")]
async fn score_service() -> io::Result<ScoreService> {
    ScoreService::start().await
}

/// The client of the external service.
#[service(name = "client")]
#[expect(clippy::unused_async, reason = "a constructor is async; this one has nothing to wait for")]
async fn score_client(external: Svc<ScoreService>) -> Result<ScoreClient, Infallible> {
    Ok(ScoreClient::new(external.url()))
}

/// The score of a player: ten calls a second in bursts of five; a failure is tried again every 500 ms for up to five
/// minutes; a call that hangs is given up after two seconds.
///
/// # Errors
///
/// When the five minutes are over.
#[gentle(rate_limit = "5/500ms", retry = "const(500ms, 5m)", timeout = "2s each attempt")]
pub async fn read_score(client: &ScoreClient, player: u64) -> Result<Score, ScoreError> {
    client.score(player).await
}

/// Whose scores to read: `[service.reader] count = 60`; without it everybody's, on and on.
pub struct Plan {
    count: Option<u64>,
}

impl FromSection for Plan {
    fn from_section(section: &Section) -> Result<Self, Error> {
        let plan = Self { count: section.integer("count") };
        section.finish().map(|()| plan)
    }
}

/// Reads the score of every player that is not saved yet, and dispatches it.
#[service]
pub struct Reader {
    #[config]
    plan: Plan,
    client: Svc<ScoreClient>,
    scores: Svc<Scores>,
    display: Svc<Display>,
    events: Dispatcher,
}

impl Service for Reader {
    async fn start(&self, _: &Context) -> Result {
        self.display.expect(self.plan.count);
        Ok(())
    }

    async fn run(&self, cx: &Context) -> Result {
        self.read_all(cx).await?;
        // What was read is on its way to the table.
        tokio::select! {
            biased;
            () = cx.stopping() => {}
            settled = self.display.until_settled() => {
                settled?;
                cx.shutdown();
            }
        }
        Ok(())
    }
}

impl Reader {
    async fn read_all(&self, cx: &Context) -> Result {
        let saved = self.scores.players().await?;
        let players = 1..=self.plan.count.unwrap_or(u64::MAX);
        let mut calls = JoinSet::new();
        for player in players.filter(|player| !saved.contains(player)) {
            while calls.len() >= AHEAD {
                finished(calls.join_next().await)?;
            }
            if cx.is_stopping() {
                break;
            }
            let (client, display) = (self.client.clone(), self.display.clone());
            calls.spawn(read(client, display, self.events.clone(), cx.clone(), player));
        }
        while !calls.is_empty() {
            finished(calls.join_next().await)?;
        }
        Ok(())
    }
}

/// A call may be given up when the program ends, but what was read is dispatched.
async fn read(
    client: Svc<ScoreClient>,
    display: Svc<Display>,
    events: Dispatcher,
    cx: Context,
    player: u64,
) -> Result {
    let score = tokio::select! {
        score = read_score(&client, player) => score?,
        () = cx.stopping() => return Ok(()),
    };
    events.dispatch(ScoreRead { player, points: score.points }).await?;
    display.progress().read();
    Ok(())
}

fn finished(call: Option<Result<Result, tokio::task::JoinError>>) -> Result {
    call.map_or(Ok(()), |joined| joined?)
}
