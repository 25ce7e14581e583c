use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use crate::event::DeadLetter;

// Enough to look at; a program that must keep them all has a durable store.
const KEPT: usize = 1_000;

/// The latest dead letters.
#[derive(Default)]
pub(super) struct Graveyard(Mutex<VecDeque<DeadLetter>>);

impl Graveyard {
    pub(super) fn bury(&self, letter: DeadLetter) {
        let mut letters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if letters.len() == KEPT {
            letters.pop_front();
        }
        letters.push_back(letter);
    }

    pub(super) fn latest(&self, topic: &str, limit: usize) -> Vec<DeadLetter> {
        let letters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        letters.iter().rev().filter(|letter| &*letter.topic == topic).take(limit).cloned().collect()
    }

    pub(super) fn count(&self, topic: &str) -> usize {
        let letters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        letters.iter().filter(|letter| &*letter.topic == topic).count()
    }
}
