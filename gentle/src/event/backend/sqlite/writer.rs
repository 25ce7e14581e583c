use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::runtime::Handle;
use tokio::sync::{oneshot, watch};

use super::claim::Waiter;
use super::engine::{Engine, Waiting};
use super::job::Job;
use super::publish::Publish;

/// What the writer is asked to do.
pub(super) enum Op {
    Job(Box<dyn Job>),
    Publish(Publish),
    Claim(Waiter),
    /// Look again: what somebody waits for may be due.
    Look(oneshot::Sender<()>),
    /// Look again if another process has written.
    Poll(oneshot::Sender<()>),
    Close(oneshot::Sender<()>),
}

/// One thread at a time that commits whatever is pending; while it commits, the next commit gathers.
///
/// The thread is lent by the runtime for as long as there is work, which also keeps a paused clock from running
/// ahead of the file.
pub(super) struct Writer {
    pending: Mutex<Pending>,
    engine: Mutex<Engine>,
    waiting: watch::Sender<Waiting>,
    runtime: Handle,
}

#[derive(Default)]
struct Pending {
    ops: Vec<Op>,
    busy: bool,
}

impl Writer {
    pub(super) fn new(engine: Engine, runtime: Handle) -> Arc<Self> {
        let (pending, waiting) = (Mutex::default(), watch::Sender::default());
        let writer = Arc::new(Self { pending, engine: Mutex::new(engine), waiting, runtime });
        writer.engine().belongs_to(Arc::downgrade(&writer));
        writer
    }

    pub(super) fn waiting(&self) -> watch::Receiver<Waiting> {
        self.waiting.subscribe()
    }

    pub(super) fn submit(self: &Arc<Self>, op: Op) {
        let mut pending = self.pending();
        pending.ops.push(op);
        if !std::mem::replace(&mut pending.busy, true) {
            let turn = Turn { writer: Arc::clone(self), worked: false };
            self.runtime.spawn_blocking(move || turn.work());
        }
    }

    // An empty answer also says that the turn is over.
    fn take(&self) -> Vec<Op> {
        let mut pending = self.pending();
        pending.busy = !pending.ops.is_empty();
        std::mem::take(&mut pending.ops)
    }

    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn engine(&self) -> MutexGuard<'_, Engine> {
        self.engine.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A loan of a thread.
struct Turn {
    writer: Arc<Writer>,
    worked: bool,
}

impl Turn {
    fn work(mut self) {
        let mut engine = self.writer.engine();
        loop {
            let ops = self.writer.take();
            if ops.is_empty() {
                break;
            }
            let waiting = engine.apply(ops);
            self.writer.waiting.send_if_modified(|present| std::mem::replace(present, waiting) != waiting);
        }
        drop(engine);
        self.worked = true;
    }
}

impl Drop for Turn {
    // A runtime that shuts down drops it unworked. Whoever waits then gets no answer instead of none for ever.
    fn drop(&mut self) {
        while !self.worked {
            self.worked = self.writer.take().is_empty();
        }
    }
}
