//! The driver: the one task that knows where everybody stands.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{AbortHandle, Id, JoinError, JoinSet};

use super::boot::Tally;
use super::failure;
use super::session::{End, Progress, Session};
use super::{Shared, State};
use crate::policy::retry::Schedule;
use crate::service::Result;
use crate::time::{Instant, now, sleep_until};
use crate::{BoxError, Error};

/// How long tasks that were cut off may take to be gone.
pub(super) const LET_GO: Duration = Duration::from_secs(1);

pub(super) struct Driver {
    pub(super) shared: Arc<Shared>,
    pub(super) session: Session,
    pub(super) slots: Vec<Slot>,
    pub(super) end: End,
    pub(super) tally: Tally,
    /// Whether the time for shutdown is over.
    pub(super) hurried: bool,
    /// In shutdown: how many are not down yet.
    pub(super) left: usize,
    progress: watch::Sender<Progress>,
    tasks: JoinSet<Result>,
    jobs: HashMap<Id, Job>,
    // Stale entries stay in until their time comes: a slot's own `deadline` says which one counts.
    timers: BinaryHeap<Reverse<(Instant, usize)>>,
    runs: usize,
}

/// Where the driver sees one node.
pub(super) struct Slot {
    pub(super) stage: Stage,
    /// In boot: dependencies not settled yet. In shutdown: dependants not down yet.
    pub(super) open: usize,
    pub(super) attempt: u32,
    /// The delays between its attempts, from the first failure on.
    pub(super) schedule: Option<Box<Schedule>>,
    pub(super) began: Instant,
    pub(super) degraded: bool,
    /// The dependency whose failure keeps it from starting.
    pub(super) blocked: Option<usize>,
    pub(super) run: Option<AbortHandle>,
    /// What went wrong with it after it was up.
    pub(super) failed: Option<Error>,
    task: Option<AbortHandle>,
    deadline: Option<Instant>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Not begun, or waiting for others.
    Idle,
    Starting,
    /// Its attempt has taken too long and is being cut off.
    Cutting,
    /// Between two attempts.
    Backoff,
    Up,
    /// Did not start, and never will in this session.
    Failed,
    /// Its `run` was asked to end.
    Draining,
    Stopping,
    Down,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Job {
    pub(super) node: usize,
    pub(super) kind: JobKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum JobKind {
    Start,
    Run,
    Stop,
}

pub(super) enum Happening {
    Done(Job, Result),
    /// The node's deadline has passed.
    Due(usize),
    Halt,
    /// The deadline of the whole phase has passed.
    Late,
}

impl Slot {
    pub(super) fn is_starting(&self) -> bool {
        matches!(self.stage, Stage::Starting | Stage::Cutting | Stage::Backoff)
    }
}

impl Driver {
    /// Sets a driver to work in a task of its own.
    pub(super) fn begin(shared: Arc<Shared>) -> Session {
        let (session, progress) = Session::new();
        shared.shutdown.withdraw();
        let driver = Self::new(shared, session.clone(), progress);
        tokio::spawn(driver.drive());
        session
    }

    fn new(shared: Arc<Shared>, session: Session, progress: watch::Sender<Progress>) -> Self {
        let slot = |node: usize| Slot {
            stage: Stage::Idle,
            open: shared.graph.deps[node].len(),
            attempt: 0,
            schedule: None,
            began: now(),
            degraded: false,
            blocked: None,
            run: None,
            failed: None,
            task: None,
            deadline: None,
        };
        let slots = (0..shared.graph.len()).map(slot).collect();
        Self {
            shared,
            session,
            slots,
            end: End::default(),
            tally: Tally::default(),
            hurried: false,
            left: 0,
            progress,
            tasks: JoinSet::new(),
            jobs: HashMap::new(),
            timers: BinaryHeap::new(),
            runs: 0,
        }
    }

    async fn drive(mut self) {
        let announced = self.shared.scope.announce();
        let mut booted = self.boot().await;
        if booted.is_ok() {
            self.tell(|progress| {
                progress.booted = Some(Ok(()));
                progress.idle = self.runs == 0;
            });
            self.supervise().await;
        }
        self.session.halt();
        self.shut_down().await;
        if let Err(error) = &mut booted {
            let stop = std::mem::take(&mut self.end.stop);
            *error = failure::with_rollback(error.clone(), stop);
        }
        drop(announced);
        let end = std::mem::take(&mut self.end);
        self.tell(|progress| {
            progress.booted.get_or_insert(booted);
            progress.ended = Some(end);
        });
    }

    fn tell(&self, change: impl FnOnce(&mut Progress)) {
        self.progress.send_modify(change);
    }

    pub(super) fn enter(&mut self, node: usize, stage: Stage, shown: State) {
        self.slots[node].stage = stage;
        self.shared.set(node, shown);
    }

    /// Gives `node` a task for `kind`, which aborts what the last one left.
    pub(super) fn launch(&mut self, node: usize, kind: JobKind) {
        let (shared, attempt) = (Arc::clone(&self.shared), self.slots[node].attempt);
        let handle = match kind {
            JobKind::Start => self.spawn(super::node::start(shared, node, attempt)),
            JobKind::Run => self.spawn(super::node::run(shared, node)),
            JobKind::Stop => self.spawn(super::node::stop(shared, node)),
        };
        self.jobs.insert(handle.id(), Job { node, kind });
        if kind == JobKind::Run {
            self.slots[node].run = Some(handle);
            self.runs += 1;
        } else {
            self.slots[node].task = Some(handle);
        }
    }

    fn spawn(&mut self, work: impl Future<Output = Result> + Send + 'static) -> AbortHandle {
        let inside = self.shared.scope.enter(work);
        self.tasks.spawn(inside)
    }

    fn run_is_over(&mut self) {
        self.runs = self.runs.saturating_sub(1);
        if self.runs == 0 && self.tally.is_done() {
            self.tell(|progress| progress.idle = true);
        }
    }

    /// Drops what `node` is starting or stopping; what it returns is no longer heard.
    pub(super) fn cut(&mut self, node: usize) {
        self.slots[node].deadline = None;
        if let Some(task) = self.slots[node].task.take() {
            task.abort();
            self.jobs.remove(&task.id());
        }
    }

    /// Cuts off what `node` is starting, and still hears what it returns: it may just have come up.
    pub(super) fn cut_start(&mut self, node: usize) {
        self.slots[node].deadline = None;
        if let Some(task) = &self.slots[node].task {
            task.abort();
        }
    }

    /// Drops the `run` of `node`; what it returns is no longer heard.
    pub(super) fn cut_run(&mut self, node: usize) {
        if let Some(run) = self.slots[node].run.take() {
            run.abort();
            self.jobs.remove(&run.id());
            self.run_is_over();
        }
    }

    pub(super) fn due_in(&mut self, node: usize, wait: Duration) {
        let deadline = now() + wait;
        self.slots[node].deadline = Some(deadline);
        self.timers.push(Reverse((deadline, node)));
    }

    /// What happens next, the phase ending at `late` and, when `halting` matters, when somebody says so.
    pub(super) async fn next(&mut self, late: Instant, heed_halt: bool) -> Happening {
        loop {
            if heed_halt && self.is_halting() {
                return Happening::Halt;
            }
            // Nobody has to wait for what has happened already, and setting up a wait is the dear part.
            if let Some((job, result)) = self.already() {
                return Happening::Done(job, result);
            }
            let timer = self.next_timer();
            let wake = timer.map_or(late, |(deadline, _)| deadline.min(late));
            tokio::select! {
                biased;
                Some(joined) = self.tasks.join_next_with_id(), if !self.tasks.is_empty() => {
                    if let Some(done) = self.heard(joined) {
                        return done;
                    }
                }
                () = sleep_until(wake), if wake < Instant::FAR => return self.woken(timer, wake),
                () = halted(&self.session, &self.shared), if heed_halt => {}
                else => return Happening::Late,
            }
        }
    }

    /// Waits a moment for the tasks that were cut off, so that nothing is stopped under their feet. A blocking one
    /// is left behind.
    pub(super) async fn let_go(&mut self) {
        let until = now() + LET_GO;
        while self.tasks.len() > self.runs {
            tokio::select! {
                biased;
                joined = self.tasks.join_next_with_id() => self.put_aside(joined),
                () = sleep_until(until) => return,
            }
        }
    }

    fn put_aside(&mut self, joined: Option<std::result::Result<(Id, Result), JoinError>>) {
        let Some(Happening::Done(job, result)) = joined.and_then(|joined| self.heard(joined)) else { return };
        match job.kind {
            JobKind::Run => {
                let failed = self.run_ended(job.node, result);
                self.end.run.extend(failed);
            }
            JobKind::Start => self.up_after_all(job.node, &result),
            JobKind::Stop => {}
        }
    }

    /// What came up when it was given up already is up all the same, and must be stopped.
    pub(super) fn up_after_all(&mut self, node: usize, result: &Result) {
        if result.is_ok() {
            self.slots[node].stage = Stage::Up;
        }
    }

    /// What has happened already, without waiting.
    pub(super) fn already(&mut self) -> Option<(Job, Result)> {
        while let Some(joined) = self.tasks.try_join_next_with_id() {
            if let Some(Happening::Done(job, result)) = self.heard(joined) {
                return Some((job, result));
            }
        }
        None
    }

    fn is_halting(&self) -> bool {
        if self.shared.shutdown.is_requested() {
            self.session.halt();
        }
        self.session.is_halting()
    }

    fn heard(&mut self, joined: std::result::Result<(Id, Result), JoinError>) -> Option<Happening> {
        let (id, result) = match joined {
            Ok((id, result)) => (id, result),
            Err(error) => (error.id(), Err(panicked(error))),
        };
        let job = self.jobs.remove(&id)?;
        let slot = &mut self.slots[job.node];
        if job.kind == JobKind::Run {
            slot.run = None;
            self.run_is_over();
        } else {
            slot.task = None;
            slot.deadline = None;
        }
        Some(Happening::Done(job, result))
    }

    fn woken(&mut self, timer: Option<(Instant, usize)>, at: Instant) -> Happening {
        match timer {
            Some((deadline, node)) if deadline <= at => {
                self.timers.pop();
                self.slots[node].deadline = None;
                Happening::Due(node)
            }
            _ => Happening::Late,
        }
    }

    fn next_timer(&mut self) -> Option<(Instant, usize)> {
        while let Some(Reverse((deadline, node))) = self.timers.peek().copied() {
            if self.slots[node].deadline == Some(deadline) {
                return Some((deadline, node));
            }
            self.timers.pop();
        }
        None
    }
}

async fn halted(session: &Session, shared: &Shared) {
    tokio::select! {
        () = session.halted() => {}
        () = shared.shutdown.requested() => {}
    }
}

fn panicked(error: JoinError) -> BoxError {
    let Ok(payload) = error.try_into_panic() else { return "its task was cut off".into() };
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
    format!("it panicked: {}", text.as_deref().unwrap_or("without a message")).into()
}
