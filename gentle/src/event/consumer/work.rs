use std::sync::Arc;

use super::seats::{Seat, Seats};
use super::{attempt, settle};
use crate::event::Handler;
use crate::event::backend::{Backend, Claim, Group};
use crate::event::store::User;
use crate::service::{Build, Scope};

/// What the parts of one group's loop share.
pub(super) struct Work {
    pub(super) handler: Arc<Handler>,
    pub(super) group: Group,
    pub(super) backend: Arc<dyn Backend>,
    pub(super) seats: Seats,
    pub(super) user: User,
    build: Arc<Build>,
    scope: Scope,
}

impl Work {
    pub(super) fn new(
        handler: Arc<Handler>,
        (backend, user): (Arc<dyn Backend>, User),
        build: Arc<Build>,
        scope: Scope,
    ) -> Self {
        let group = handler.group();
        let seats = Seats::new(handler.concurrency);
        Self { handler, group, backend, seats, user, build, scope }
    }

    /// Makes an attempt in a task of its own.
    pub(super) fn start(self: &Arc<Self>, claim: Claim, seat: Seat) {
        let number = seat.number();
        let work = Arc::clone(self);
        let task = tokio::spawn(self.scope.enter(async move {
            let verdict = attempt::run(&work.handler, Arc::clone(&work.build), &claim).await;
            settle::settle(&work, claim.ticket, verdict).await;
            drop(seat);
        }));
        self.seats.attach(number, task.abort_handle());
    }
}
