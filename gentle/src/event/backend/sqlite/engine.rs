use std::collections::VecDeque;
use std::sync::Weak;

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::oneshot;

use super::books::Books;
use super::claim::Waiter;
use super::config::Config;
use super::file;
use super::job::{Desk, Job};
use super::publish::{Publish, Step};
use super::writer::{Op, Writer};
use crate::error::{Error, Kind};
use crate::time::{Wall, wall};

/// What the writer does with what is pending: one commit for all of it.
pub(super) struct Engine {
    config: Config,
    sql: Option<Connection>,
    books: Books,
    publishes: VecDeque<Publish>,
    waiters: VecDeque<Waiter>,
    writer: Weak<Writer>,
    next_due: Option<Wall>,
}

/// Who is still waiting after a commit, and for when.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Waiting {
    pub(super) somebody: bool,
    pub(super) next_due: Option<Wall>,
}

/// What is pending besides who waits.
#[derive(Default)]
struct Round {
    jobs: Vec<Box<dyn Job>>,
    looks: Vec<oneshot::Sender<()>>,
    closes: Vec<oneshot::Sender<()>>,
    wanted: bool,
}

impl Engine {
    pub(super) fn new(config: Config, sql: Connection) -> Self {
        let (publishes, waiters) = (VecDeque::new(), VecDeque::new());
        Self {
            config,
            sql: Some(sql),
            books: Books::default(),
            publishes,
            waiters,
            writer: Weak::new(),
            next_due: None,
        }
    }

    pub(super) fn belongs_to(&mut self, writer: Weak<Writer>) {
        self.writer = writer;
    }

    pub(super) fn apply(&mut self, ops: Vec<Op>) -> Waiting {
        let round = self.sort(ops);
        self.publishes.retain(|publish| !publish.is_abandoned());
        self.waiters.retain(|waiter| !waiter.is_abandoned());
        if round.wanted || self.was_written_elsewhere() {
            self.turn(round.jobs);
        }
        for looked in round.looks {
            let _ = looked.send(());
        }
        if !round.closes.is_empty() {
            self.close(round.closes);
        }
        Waiting { somebody: !self.waiters.is_empty() || !self.publishes.is_empty(), next_due: self.next_due }
    }

    fn sort(&mut self, ops: Vec<Op>) -> Round {
        let mut round = Round::default();
        for op in ops {
            round.wanted |= !matches!(op, Op::Poll(_) | Op::Close(_));
            match op {
                Op::Job(job) => round.jobs.push(job),
                Op::Publish(publish) => self.publishes.push_back(publish),
                Op::Claim(waiter) => self.waiters.push_back(waiter),
                Op::Look(looked) | Op::Poll(looked) => round.looks.push(looked),
                Op::Close(closed) => round.closes.push(closed),
            }
        }
        round
    }

    fn was_written_elsewhere(&self) -> bool {
        // A file that cannot be read is found out, and reported, by the turn.
        self.sql.as_ref().is_some_and(|sql| !self.books.are_current(sql).unwrap_or(false))
    }

    fn turn(&mut self, mut jobs: Vec<Box<dyn Job>>) {
        let committed = match self.sql.take() {
            None => Err(stopped()),
            Some(mut sql) => {
                let committed = self.commit(&mut sql, &mut jobs);
                self.sql = Some(sql);
                committed.map_err(|cause| file::failure(&self.config, cause))
            }
        };
        for job in jobs {
            job.answer(committed.as_ref().map(|_| ()).map_err(Clone::clone));
        }
        match committed {
            Ok(steps) => self.answer(steps),
            Err(error) => self.fail(&error),
        }
    }

    fn commit(&mut self, sql: &mut Connection, jobs: &mut [Box<dyn Job>]) -> rusqlite::Result<Vec<Step>> {
        let present = wall();
        let mut steps = Vec::new();
        if jobs.is_empty() && self.publishes.is_empty() && !self.is_somebody_due(sql, present)? {
            return Ok(steps);
        }
        let transaction = sql.transaction_with_behavior(TransactionBehavior::Immediate)?;
        self.books.refresh(&transaction)?;
        let mut desk = Desk { sql: &transaction, books: &mut self.books, present };
        for job in jobs {
            job.run(&mut desk)?;
        }
        for publish in &mut self.publishes {
            steps.push(publish.run(&mut desk, self.config.max_queued)?);
        }
        self.next_due = serve(&mut self.waiters, &desk)?;
        transaction.commit()?;
        Ok(steps)
    }

    // A look costs no transaction where nothing is due.
    fn is_somebody_due(&mut self, sql: &Connection, present: Wall) -> rusqlite::Result<bool> {
        self.books.refresh(sql)?;
        let desk = Desk { sql, books: &mut self.books, present };
        self.next_due = next_due(&self.waiters, &desk)?;
        Ok(self.next_due.is_some_and(|due| due <= present))
    }

    fn answer(&mut self, steps: Vec<Step>) {
        let publishes = std::mem::take(&mut self.publishes);
        let mut steps = steps.into_iter();
        for publish in publishes {
            match steps.next() {
                Some(Step::Taken) => publish.answer(Ok(())),
                Some(Step::Refused) => publish.refuse(self.config.max_queued),
                Some(Step::Waits) | None => self.publishes.push_back(publish),
            }
        }
        for waiter in std::mem::take(&mut self.waiters) {
            if waiter.is_served() {
                waiter.answer(Ok(()), &self.writer);
            } else {
                self.waiters.push_back(waiter);
            }
        }
    }

    fn fail(&mut self, error: &Error) {
        self.books.forget();
        self.next_due = None;
        for publish in std::mem::take(&mut self.publishes) {
            publish.answer(Err(error.clone()));
        }
        for waiter in std::mem::take(&mut self.waiters) {
            waiter.answer(Err(error.clone()), &self.writer);
        }
    }

    fn close(&mut self, closes: Vec<oneshot::Sender<()>>) {
        self.fail(&stopped());
        self.sql = None;
        for closed in closes {
            let _ = closed.send(());
        }
    }
}

fn serve(waiters: &mut VecDeque<Waiter>, desk: &Desk<'_>) -> rusqlite::Result<Option<Wall>> {
    for waiter in waiters.iter_mut() {
        waiter.serve(desk)?;
    }
    next_due(waiters, desk)
}

/// When the first of those still waiting can be served.
fn next_due(waiters: &VecDeque<Waiter>, desk: &Desk<'_>) -> rusqlite::Result<Option<Wall>> {
    let mut first = None;
    for waiter in waiters.iter().filter(|waiter| !waiter.is_served()) {
        let due = waiter.next_due(desk)?;
        first = first.into_iter().chain(due).min();
    }
    Ok(first)
}

fn stopped() -> Error {
    Error::new(Kind::Stopped, "the event file is closed and takes nothing more")
}
