//! The atomics and locks of the state machines that are checked in every order of their threads: `tests/models` compiles
//! the same files with others of the same names.

pub(crate) use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering, fence};
pub(crate) use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
