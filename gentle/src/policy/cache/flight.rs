use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::kept::Answer;

/// One call under way that others wait for: its answer is theirs.
#[derive(Debug)]
pub(super) struct Flight<V> {
    course: Mutex<Course<V>>,
}

#[derive(Debug)]
struct Course<V> {
    landed: Option<Answer<V>>,
    line: VecDeque<Seat>,
}

/// The place of one who waits.
#[derive(Clone, Debug)]
pub(super) struct Seat(Arc<Notify>);

/// What has become of a seat that is empty.
pub(super) enum Left {
    /// Somebody waited there: nothing else changes.
    Waiting,
    /// The answer has come.
    Landed,
    /// It was that one's turn to run.
    Called,
}

impl<V> Flight<V> {
    pub(super) fn new() -> Self {
        Self { course: Mutex::new(Course { landed: None, line: VecDeque::new() }) }
    }

    pub(super) fn join(&self) -> Seat {
        let seat = Seat(Arc::new(Notify::new()));
        self.lock().line.push_back(seat.clone());
        seat
    }

    /// Gives everybody the answer.
    pub(super) fn land(&self, answer: Answer<V>) {
        let mut course = self.lock();
        course.landed = Some(answer);
        course.line.drain(..).for_each(|seat| seat.0.notify_one());
    }

    /// Makes the next one run; `false` when nobody waits.
    pub(super) fn hand_over(&self) -> bool {
        let next = self.lock().line.pop_front();
        next.is_some_and(|seat| {
            seat.0.notify_one();
            true
        })
    }

    /// The answer, if it has come.
    pub(super) fn landed(&self) -> Option<Answer<V>> {
        self.lock().landed.clone()
    }

    pub(super) fn leave(&self, seat: &Seat) -> Left {
        let mut course = self.lock();
        match course.line.iter().position(|other| Arc::ptr_eq(&other.0, &seat.0)) {
            Some(place) => {
                course.line.remove(place);
                Left::Waiting
            }
            None if course.landed.is_some() => Left::Landed,
            None => Left::Called,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Course<V>> {
        self.course.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    /// Ends when the answer has come, or when it is this one's turn to run.
    pub(super) async fn called(&self) {
        self.0.notified().await;
    }
}
