//! The names of policies do not come before the user's own.

use gentle::policy::Event;
use gentle::{Rejected, gentle};

fn list(event: &Event<'_>) {
    println!("{event}");
}

mod bank {
    pub fn numbers(_: &gentle::policy::Event<'_>) {}
}

struct Bank;

impl Bank {
    fn told(_: &Event<'_>) {}

    #[gentle(bulkhead = "1", on_event = Bank::told)]
    async fn pay(&self) -> Result<u64, Rejected> {
        Ok(1)
    }
}

#[gentle(retry = "on", on_event = list)]
async fn read_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

#[gentle(retry = "on", on_event = bank::numbers)]
async fn read_other(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

#[gentle(timeout = "1s", on_event = |event| if let Event::Ended { attempts, .. } = event { println!("{attempts}") })]
async fn generic<T: Send>(given: T) -> Result<T, Rejected> {
    Ok(given)
}

fn main() {
    drop((read_score(7), read_other(7), Bank.pay(), generic("x")));
}
