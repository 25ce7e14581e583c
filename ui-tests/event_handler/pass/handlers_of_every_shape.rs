//! By reference, shared and copied; every return type; every key.

use std::sync::Arc;

use gentle::event::{Outcome, Registration};
use gentle::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, Event)]
#[event(topic = "score.read")]
struct ScoreRead {
    player: u64,
}

#[service]
struct Database;

impl Service for Database {}

mod handlers {
    use super::*;

    #[event_handler(topic = "score.read", concurrency = 16, retry = "exp(100ms..30s), 10 attempts")]
    async fn r#match(event: &ScoreRead, db: Svc<Database>) -> Result<(), std::io::Error> {
        let _ = (event.player, db);
        Ok(())
    }
}

#[event_handler(name = "shared", retry(off), timeout(10s), lease = "1m", drain(5s))]
async fn shared(cx: Context, event: Arc<ScoreRead>, dispatcher: Dispatcher) -> Outcome {
    let _ = (event.player, cx, dispatcher);
    Outcome::Done
}

#[event_handler(concurrency(4))]
async fn owned(ScoreRead { player }: ScoreRead, db: Option<Svc<Database>>) -> Result<Outcome, String> {
    let _ = (player, db);
    Ok(Outcome::Done)
}

#[event_handler]
async fn alone(_: &ScoreRead) {}

fn main() {
    let path = module_path!();
    let mut names: Vec<String> = Registration::linked().iter().map(|found| found.name().to_owned()).collect();
    names.sort_unstable();
    let mut expected =
        [format!("{path}::alone"), format!("{path}::handlers::match"), format!("{path}::owned"), "shared".to_owned()];
    expected.sort_unstable();
    assert_eq!(names, expected);
}
