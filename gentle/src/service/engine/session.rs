//! One way up and down again, and everybody who waits for a part of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::watch;

use super::failure;
use crate::error::Error;

/// What everybody but the driver holds of a session.
#[derive(Clone)]
pub(super) struct Session {
    progress: watch::Receiver<Progress>,
    halt: Arc<watch::Sender<bool>>,
    waiting: Arc<AtomicUsize>,
}

/// How far a session has come; only the driver writes it.
#[derive(Clone, Debug, Default)]
pub(super) struct Progress {
    pub(super) booted: Option<Result<(), Error>>,
    /// Whether no `run` is left, told from the end of boot.
    pub(super) idle: bool,
    pub(super) ended: Option<End>,
}

/// What went wrong after boot.
#[derive(Clone, Debug, Default)]
pub(super) struct End {
    pub(super) run: Vec<Error>,
    pub(super) stop: Vec<Error>,
}

impl Session {
    pub(super) fn new() -> (Self, watch::Sender<Progress>) {
        let progress = watch::Sender::new(Progress::default());
        let halt = Arc::new(watch::Sender::new(false));
        (Self { progress: progress.subscribe(), halt, waiting: Arc::default() }, progress)
    }

    pub(super) fn halt(&self) {
        self.halt.send_replace(true);
    }

    pub(super) fn is_halting(&self) -> bool {
        *self.halt.borrow()
    }

    pub(super) fn is_over(&self) -> bool {
        self.progress.borrow().ended.is_some() || self.progress.has_changed().is_err()
    }

    pub(super) async fn halted(&self) {
        // The sender lives in `self`.
        let _ = self.halt.subscribe().wait_for(|halt| *halt).await;
    }

    pub(super) async fn booted(&self) -> Result<(), Error> {
        let _waiting = Waiting::new(self);
        let mut progress = self.progress.clone();
        let booted = progress.wait_for(|progress| progress.booted.is_some()).await;
        booted
            .ok()
            .and_then(|progress| progress.booted.clone())
            .unwrap_or_else(|| Err(failure::driver_gone()))
    }

    pub(super) async fn ended(&self) -> End {
        let mut progress = self.progress.clone();
        let ended = progress.wait_for(|progress| progress.ended.is_some()).await;
        let ended = ended.ok().and_then(|progress| progress.ended.clone());
        ended.unwrap_or_else(|| End { run: vec![failure::driver_gone()], stop: Vec::new() })
    }

    pub(super) async fn idle(&self) {
        let _ = self.progress.clone().wait_for(|progress| progress.idle).await;
    }
}

impl End {
    /// Who did not stop.
    pub(super) fn stopped(self) -> Result<(), Error> {
        Error::together(self.stop).map_or(Ok(()), Err)
    }

    /// Everything.
    pub(super) fn whole(mut self) -> Result<(), Error> {
        self.run.append(&mut self.stop);
        Error::together(self.run).map_or(Ok(()), Err)
    }
}

/// Somebody who waits for boot. When the last one gives up before it is decided, nobody wants it.
struct Waiting<'a>(&'a Session);

impl<'a> Waiting<'a> {
    fn new(session: &'a Session) -> Self {
        session.waiting.fetch_add(1, Ordering::AcqRel);
        Self(session)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let last = self.0.waiting.fetch_sub(1, Ordering::AcqRel) == 1;
        if last && self.0.progress.borrow().booted.is_none() {
            self.0.halt();
        }
    }
}
