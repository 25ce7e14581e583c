//! The way up: each node as soon as what it depends on is settled.

use std::time::Duration;

use tracing::{debug, warn};

use super::State;
use super::driver::{Driver, Happening, Job, JobKind, LET_GO, Slot, Stage};
use super::failure;
use crate::policy::retry::Schedule;
use crate::service::Result;
use crate::time::{Instant, now};
use crate::{BoxError, Error};

/// How far boot is.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Nodes that are neither up nor failed.
    unsettled: usize,
    /// What ends boot.
    fatal: Vec<Error>,
    /// What does not.
    tolerated: Vec<Error>,
    /// Whether the end of boot was told.
    told: bool,
}

impl Tally {
    /// Whether everybody is up or has failed.
    pub(super) fn is_done(&self) -> bool {
        self.unsettled == 0
    }
}

impl Driver {
    pub(super) async fn boot(&mut self) -> Result<(), Error> {
        let limit = self.shared.limits.boot;
        let late = limit.map_or(Instant::FAR, |limit| now() + limit);
        self.line_up();
        while self.tally.unsettled > 0 && self.tally.fatal.is_empty() {
            match self.next(late, true).await {
                Happening::Done(job, result) => self.boot_done(job, result),
                Happening::Due(node) => self.boot_due(node),
                Happening::Halt => self.call_off(),
                Happening::Late => self.too_late(),
            }
        }
        self.tell_when_up();
        self.verdict().await
    }

    fn line_up(&mut self) {
        self.tally.unsettled = self.slots.len();
        for node in 0..self.slots.len() {
            self.shared.nodes[node].cx.set_stopping(false);
            self.shared.set(node, State::Waiting);
        }
        for node in 0..self.slots.len() {
            if self.slots[node].open == 0 {
                self.attempt(node);
            }
        }
    }

    fn attempt(&mut self, node: usize) {
        let slot = &mut self.slots[node];
        slot.attempt += 1;
        if slot.attempt == 1 {
            slot.began = now();
        }
        let attempt = slot.attempt;
        self.enter(node, Stage::Starting, State::Starting { attempt });
        self.launch(node, JobKind::Start);
        self.due_in(node, self.shared.graph.nodes[node].start_timeout);
    }

    fn boot_done(&mut self, job: Job, result: Result) {
        match (job.kind, result) {
            (JobKind::Run, result) => {
                let fatal = self.run_ended(job.node, result);
                self.tally.fatal.extend(fatal);
            }
            (_, result) => self.attempt_done(job.node, result),
        }
    }

    fn attempt_done(&mut self, node: usize, result: Result) {
        match (self.slots[node].stage, result) {
            (Stage::Starting | Stage::Cutting, Ok(())) => self.ready(node),
            (Stage::Cutting, Err(_)) => self.attempt_failed(node, self.took_too_long(node)),
            (Stage::Starting, Err(error)) => self.attempt_failed(node, error),
            (_, result) => self.up_after_all(node, &result),
        }
    }

    fn boot_due(&mut self, node: usize) {
        match self.slots[node].stage {
            Stage::Backoff => self.attempt(node),
            Stage::Starting => {
                self.slots[node].stage = Stage::Cutting;
                self.cut_start(node);
                self.due_in(node, LET_GO);
            }
            // It blocks its thread: it is left behind.
            _ => {
                self.cut(node);
                self.attempt_failed(node, self.took_too_long(node));
            }
        }
    }

    fn took_too_long(&self, node: usize) -> BoxError {
        failure::start_took_too_long(self.shared.graph.nodes[node].start_timeout)
    }

    fn attempt_failed(&mut self, node: usize, cause: BoxError) {
        let attempt = self.slots[node].attempt;
        match self.delay(node) {
            Some(delay) => {
                warn!(service = self.shared.name(node), attempt, %cause, ?delay, "did not start, trying again");
                self.slots[node].stage = Stage::Backoff;
                self.due_in(node, delay);
            }
            None => self.start_failed(node, cause),
        }
    }

    /// How long to wait before the next attempt, if there is one. A sentence's budget means nothing here: there is no
    /// other traffic to share it with.
    fn delay(&mut self, node: usize) -> Option<Duration> {
        let retry = self.shared.graph.nodes[node].retry.as_deref()?;
        let slot = &mut self.slots[node];
        let schedule = slot.schedule.get_or_insert_with(|| Box::new(Schedule::new(retry)));
        schedule.next(now() - slot.began)
    }

    fn start_failed(&mut self, node: usize, cause: BoxError) {
        let slot = &self.slots[node];
        let error = failure::start_failed(&self.shared, node, slot.attempt, now() - slot.began, cause);
        self.fail(node, error);
        self.settle(node);
    }

    fn fail(&mut self, node: usize, error: Error) {
        // The whole text is for whoever gets the error in the end.
        warn!(service = self.shared.name(node), "{}", error.to_string().lines().next().unwrap_or_default());
        self.tally.unsettled -= 1;
        self.enter(node, Stage::Failed, State::Failed(error.clone()));
        let optional = self.shared.graph.nodes[node].optional;
        let list = if optional { &mut self.tally.tolerated } else { &mut self.tally.fatal };
        list.push(error);
    }

    fn ready(&mut self, node: usize) {
        let (attempt, took) = (self.slots[node].attempt, now() - self.slots[node].began);
        debug!(service = self.shared.name(node), attempt, ?took, "ready");
        self.shared.nodes[node].set_took(took);
        self.tally.unsettled -= 1;
        let state = if self.slots[node].degraded { State::Degraded } else { State::Ready };
        self.enter(node, Stage::Up, state);
        // Before its `run` can say anything.
        self.tell_when_up();
        self.launch(node, JobKind::Run);
        self.settle(node);
    }

    fn tell_when_up(&mut self) {
        if self.tally.is_done() && self.tally.fatal.is_empty() && !self.tally.told {
            self.tally.told = true;
            (self.shared.on_up)();
        }
    }

    /// Tells the dependants of `node` that it is up or has failed, and theirs, when that fails them too.
    fn settle(&mut self, node: usize) {
        let mut settled = vec![node];
        while let Some(node) = settled.pop() {
            for at in 0..self.shared.graph.dependants[node].len() {
                let edge = self.shared.graph.dependants[node][at];
                if self.one_less(edge.node, node, edge.hard) && self.free(edge.node) {
                    settled.push(edge.node);
                }
            }
        }
    }

    /// Whether that was the last dependency `node` waited for.
    fn one_less(&mut self, node: usize, dependency: usize, hard: bool) -> bool {
        let failed = self.slots[dependency].stage == Stage::Failed;
        let slot = &mut self.slots[node];
        slot.open -= 1;
        if failed && hard {
            slot.blocked.get_or_insert(dependency);
        }
        slot.degraded |= failed;
        slot.open == 0
    }

    /// Starts `node`, whose dependencies are settled; tells whether it failed instead.
    fn free(&mut self, node: usize) -> bool {
        if !self.tally.fatal.is_empty() {
            return false;
        }
        let Some(dependency) = self.slots[node].blocked else {
            self.attempt(node);
            return false;
        };
        let error = failure::unavailable(&self.shared, node, dependency);
        self.fail(node, error);
        true
    }

    fn call_off(&mut self) {
        let error = failure::called_off(&self.shared, &self.slots);
        self.tally.fatal.push(error);
    }

    fn too_late(&mut self) {
        let Some(limit) = self.shared.limits.boot else { return };
        // Giving up what is optional may set others free, which come too late as well.
        while let Some(node) = self.slots.iter().position(Slot::is_starting) {
            let cause = failure::boot_took_too_long(limit, &self.slots[node]);
            self.cut_start(node);
            self.start_failed(node, cause);
        }
    }

    async fn verdict(&mut self) -> Result<(), Error> {
        if self.tally.fatal.is_empty() {
            return Ok(());
        }
        while let Some((job, result)) = self.already() {
            self.boot_done(job, result);
        }
        self.give_up_the_rest().await;
        let mut errors = std::mem::take(&mut self.tally.fatal);
        errors.append(&mut self.tally.tolerated);
        Error::together(errors).map_or(Ok(()), Err)
    }

    /// In topological order, so that what fails a node has been told of itself before.
    async fn give_up_the_rest(&mut self) {
        let order: Vec<usize> = self.shared.graph.levels.iter().flatten().copied().collect();
        let mut lost: Vec<bool> = self.slots.iter().map(|slot| slot.stage == Stage::Failed).collect();
        for node in order {
            if matches!(self.slots[node].stage, Stage::Up | Stage::Failed) {
                continue;
            }
            self.cut_start(node);
            let without = self.shared.graph.deps[node].iter().find(|dep| dep.hard && lost[dep.node]);
            lost[node] = without.is_some();
            let error = match without {
                Some(dep) => failure::unavailable(&self.shared, node, dep.node),
                None => failure::cancelled(self.shared.name(node)),
            };
            self.enter(node, Stage::Failed, State::Failed(error));
        }
        self.tally.unsettled = 0;
        self.let_go().await;
    }
}
