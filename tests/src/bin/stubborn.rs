//! A program with a handler that does not end by itself.

use gentle::prelude::*;
use gentle::service::Result;
use serde::{Deserialize, Serialize};

/// Something that takes for ever.
#[derive(Serialize, Deserialize, Event)]
#[event(topic = "stone")]
struct Stone;

#[event_handler(name = "sisyphus", drain = "1h")]
async fn sisyphus(_: &Stone) {
    println!("rolling");
    std::future::pending::<()>().await;
}

/// Brings the stone, and says when it is asked to end.
#[service]
struct Bringer {
    events: Dispatcher,
}

impl Service for Bringer {
    async fn run(&self, cx: &Context) -> Result {
        self.events.dispatch(Stone).await?;
        cx.stopping().await;
        println!("asked");
        Ok(())
    }
}

fn main() -> Exit {
    gentle::run()
}
