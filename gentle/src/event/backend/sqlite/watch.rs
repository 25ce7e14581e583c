use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::{oneshot, watch};

use super::engine::Waiting;
use super::writer::{Op, Writer};
use crate::time::{Instant, Wall, now, sleep_until};

/// Makes the writer look again when something falls due, and, while somebody waits, when another process may have
/// written. Ends with the writer.
pub(super) async fn watch(writer: Weak<Writer>, mut waiting: watch::Receiver<Waiting>, poll: Duration) {
    loop {
        let state = *waiting.borrow_and_update();
        let due = state.next_due.map_or(Instant::FAR, Wall::instant);
        let polled = if state.somebody { now() + poll } else { Instant::FAR };
        let asked: fn(oneshot::Sender<()>) -> Op = tokio::select! {
            changed = waiting.changed() => match changed {
                Ok(()) => continue,
                Err(_) => return,
            },
            () = sleep_until(due), if due < Instant::FAR => Op::Look,
            () = sleep_until(polled), if polled < Instant::FAR => Op::Poll,
        };
        let Some(writer) = writer.upgrade() else { return };
        look(&writer, asked).await;
    }
}

async fn look(writer: &Arc<Writer>, asked: fn(oneshot::Sender<()>) -> Op) {
    let (looked, answer) = oneshot::channel();
    writer.submit(asked(looked));
    // No answer means that the runtime is shutting down, and this task with it.
    let _ = answer.await;
}
