//! Between boot and shutdown: what becomes of each `run`.

use tracing::{debug, error};

use super::State;
use super::driver::{Driver, Happening, JobKind, Stage};
use super::failure;
use crate::Error;
use crate::service::Result;
use crate::time::Instant;

impl Driver {
    /// Watches until the program is to end, or a `run` fails that it cannot do without.
    pub(super) async fn supervise(&mut self) {
        loop {
            match self.next(Instant::FAR, true).await {
                Happening::Done(job, result) if job.kind == JobKind::Run => {
                    if let Some(error) = self.run_ended(job.node, result) {
                        self.end.run.push(error);
                        return;
                    }
                }
                Happening::Done(..) | Happening::Due(_) => {}
                Happening::Halt | Happening::Late => return,
            }
        }
    }

    /// Takes note of how a `run` ended; gives the error back when the program cannot go on without it.
    pub(super) fn run_ended(&mut self, node: usize, result: Result) -> Option<Error> {
        let name = self.shared.name(node);
        let Err(cause) = result else {
            debug!(service = name, "its run has returned");
            return None;
        };
        let failed = failure::run_failed(&self.shared, node, cause);
        error!(service = name, "{failed}");
        if self.slots[node].stage == Stage::Up {
            self.shared.set(node, State::Failed(failed.clone()));
        }
        self.slots[node].failed = Some(failed.clone());
        (!self.shared.graph.nodes[node].optional).then_some(failed)
    }
}
