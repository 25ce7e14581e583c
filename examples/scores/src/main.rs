//! Reads scores from a badly behaved service. For now with its own hands.

pub mod arguments;
pub mod client;
pub mod external;
pub mod progress;

use std::{io, time::Duration};

use tokio::time;

use crate::{
    arguments::Arguments,
    client::{ScoreClient, ScoreError},
    external::{ScoreService, Summary, points},
    progress::Progress,
};

static PROGRESS: Progress = Progress::new();

#[tokio::main]
async fn main() -> io::Result<()> {
    let arguments = Arguments::from_command_line();
    let service = ScoreService::start().await?;
    let client = ScoreClient::new(service.url());
    for player in arguments.players() {
        read(&client, player).await;
    }
    service.stop().await;
    let summary: Summary = service.log().summary();
    PROGRESS.finish(format_args!("{summary}\n{:?}", arguments.file));
    Ok(())
}

async fn read(client: &ScoreClient, player: u64) {
    loop {
        time::sleep(Duration::from_millis(100)).await;
        match time::timeout(Duration::from_secs(2), client.score(player)).await {
            Ok(Ok(score)) => {
                PROGRESS.read();
                PROGRESS.saved(score.player, score.points);
                if score.points == points(player) {
                    PROGRESS.checked();
                }
                return;
            }
            Ok(Err(ScoreError::Throttled { retry_after })) => time::sleep(retry_after).await,
            Ok(Err(error)) => PROGRESS.retry(player, error),
            Err(late) => PROGRESS.retry(player, late),
        }
    }
}
