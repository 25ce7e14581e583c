//! The way down: each node when all that depend on it are down.

use std::time::Duration;

use tracing::{debug, warn};

use super::State;
use super::driver::{Driver, Happening, Job, JobKind, Slot, Stage};
use super::failure::{self, Lateness};
use crate::Error;
use crate::service::Result;
use crate::time::{Instant, now};

/// What everybody still gets when the time for shutdown as a whole is over.
const LAST_GRACE: Duration = Duration::from_secs(1);

impl Driver {
    /// Takes down everything that is up. Nobody who hangs or fails keeps the others from their turn.
    pub(super) async fn shut_down(&mut self) {
        let mut late = now() + self.shared.limits.shutdown;
        self.count_dependants();
        for node in 0..self.slots.len() {
            self.drain_if_free(node);
        }
        while self.left > 0 {
            match self.next(late, false).await {
                Happening::Done(job, result) => self.shutdown_done(job, result),
                Happening::Due(node) => self.shutdown_due(node),
                Happening::Late | Happening::Halt => {
                    late = Instant::FAR;
                    self.hurry();
                }
            }
        }
    }

    fn count_dependants(&mut self) {
        let is_up = |slot: &&Slot| slot.stage == Stage::Up;
        self.left = self.slots.iter().filter(is_up).count();
        for node in 0..self.slots.len() {
            let up = |edge: &&crate::service::graph::Dependant| self.slots[edge.node].stage == Stage::Up;
            self.slots[node].open = self.shared.graph.dependants[node].iter().filter(up).count();
        }
    }

    fn drain_if_free(&mut self, node: usize) {
        if self.slots[node].stage == Stage::Up && self.slots[node].open == 0 {
            self.drain(node);
        }
    }

    /// Asks the `run` of `node` to end, then calls its `stop`.
    fn drain(&mut self, node: usize) {
        self.enter(node, Stage::Draining, State::Stopping);
        self.slots[node].began = now();
        self.shared.nodes[node].cx.set_stopping(true);
        match self.slots[node].run {
            Some(_) => self.due_in(node, self.stop_limit(node)),
            None => self.call_stop(node),
        }
    }

    fn call_stop(&mut self, node: usize) {
        self.slots[node].stage = Stage::Stopping;
        self.launch(node, JobKind::Stop);
        self.due_in(node, self.stop_limit(node));
    }

    fn stop_limit(&self, node: usize) -> Duration {
        let own = self.shared.graph.nodes[node].stop_timeout;
        if self.hurried { own.min(LAST_GRACE) } else { own }
    }

    fn shutdown_done(&mut self, job: Job, result: Result) {
        match job.kind {
            JobKind::Run => {
                let failed = self.run_ended(job.node, result);
                self.end.run.extend(failed);
                if self.slots[job.node].stage == Stage::Draining {
                    self.call_stop(job.node);
                }
            }
            JobKind::Stop => {
                let error = result.err().map(|cause| failure::stop_failed(&self.shared, job.node, cause));
                self.down(job.node, error);
            }
            JobKind::Start => {
                self.up_after_all(job.node, &result);
                self.left += usize::from(result.is_ok());
                self.drain_if_free(job.node);
            }
        }
    }

    fn shutdown_due(&mut self, node: usize) {
        let draining = self.slots[node].stage == Stage::Draining;
        let which = if draining { Lateness::Run } else { Lateness::Stop };
        let error = failure::stop_took_too_long(&self.shared, node, which, now() - self.slots[node].began);
        if draining {
            warn!(service = self.shared.name(node), "{error}");
            self.end.stop.push(error.clone());
            self.slots[node].failed = Some(error);
            self.cut_run(node);
            self.call_stop(node);
        } else {
            self.cut(node);
            self.down(node, Some(error));
        }
    }

    /// The time for shutdown is over: everybody who is left gets a last, short turn, all at once.
    fn hurry(&mut self) {
        self.hurried = true;
        for node in 0..self.slots.len() {
            match self.slots[node].stage {
                Stage::Up => self.drain(node),
                Stage::Draining | Stage::Stopping => self.due_in(node, LAST_GRACE),
                _ => {}
            }
        }
        warn!(limit = ?self.shared.limits.shutdown, "shutdown takes too long, stopping everybody at once");
    }

    fn down(&mut self, node: usize, error: Option<Error>) {
        let failed = error.or_else(|| self.slots[node].failed.take());
        let name = self.shared.name(node);
        match &failed {
            Some(error) if error.kind() == crate::error::Kind::StopFailed => {
                self.complain(node, error.clone());
            }
            _ => debug!(service = name, took = ?(now() - self.slots[node].began), "stopped"),
        }
        let state = failed.map_or(State::Stopped, State::Failed);
        self.enter(node, Stage::Down, state);
        self.left -= 1;
        self.release(node);
    }

    fn complain(&mut self, node: usize, error: Error) {
        warn!(service = self.shared.name(node), "{error}");
        for dep in &self.shared.graph.deps[node] {
            let (left, kept) = (self.shared.name(dep.node), self.shared.name(node));
            warn!(service = left, "is stopped although `{kept}`, which depends on it, did not stop");
        }
        self.end.stop.push(error);
    }

    fn release(&mut self, node: usize) {
        for at in 0..self.shared.graph.deps[node].len() {
            let dependency = self.shared.graph.deps[node][at].node;
            let slot = &mut self.slots[dependency];
            slot.open = slot.open.saturating_sub(1);
            self.drain_if_free(dependency);
        }
    }
}
