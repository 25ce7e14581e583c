//! Loom's atomics and locks under the names that gentle's have. Loom makes them at run time and gentle in constants, so
//! each is made when it is first used, or by [`made`] for all that are to be shared.

use std::fmt;

use std::sync::{LockResult, OnceLock, TryLockResult};

pub(crate) use loom::sync::atomic::{Ordering, fence};
pub(crate) use std::sync::{PoisonError, TryLockError};

pub(crate) type MutexGuard<'a, T> = loom::sync::MutexGuard<'a, T>;

macro_rules! atomics {
    ($($name:ident: $value:ty),+) => {$(
        pub(crate) struct $name {
            first: $value,
            made: OnceLock<loom::sync::atomic::$name>,
        }

        impl $name {
            pub(crate) const fn new(first: $value) -> Self {
                Self { first, made: OnceLock::new() }
            }

            pub(crate) fn load(&self, order: Ordering) -> $value {
                self.made().load(order)
            }

            pub(crate) fn store(&self, value: $value, order: Ordering) {
                self.made().store(value, order);
            }

            pub(crate) fn swap(&self, value: $value, order: Ordering) -> $value {
                self.made().swap(value, order)
            }

            pub(crate) fn get_mut(&mut self) -> &mut $value {
                self.first = self.load(Ordering::SeqCst);
                self.made = OnceLock::new();
                &mut self.first
            }

            fn made(&self) -> &loom::sync::atomic::$name {
                self.made.get_or_init(|| loom::sync::atomic::$name::new(self.first))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.made();
                f.write_str(stringify!($name))
            }
        }
    )+};
}

macro_rules! counters {
    ($($name:ident: $value:ty),+) => {$(
        impl $name {
            pub(crate) fn fetch_add(&self, value: $value, order: Ordering) -> $value {
                self.made().fetch_add(value, order)
            }

            pub(crate) fn fetch_sub(&self, value: $value, order: Ordering) -> $value {
                self.made().fetch_sub(value, order)
            }

            pub(crate) fn fetch_max(&self, value: $value, order: Ordering) -> $value {
                self.made().fetch_max(value, order)
            }

            pub(crate) fn compare_exchange_weak(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                self.made().compare_exchange_weak(current, new, success, failure)
            }

            pub(crate) fn fetch_update(
                &self,
                set: Ordering,
                fetch: Ordering,
                next: impl FnMut($value) -> Option<$value>,
            ) -> Result<$value, $value> {
                self.made().fetch_update(set, fetch, next)
            }
        }
    )+};
}

atomics!(AtomicBool: bool, AtomicU32: u32, AtomicU64: u64);
counters!(AtomicU32: u32, AtomicU64: u64);

/// Whatever is in `shared` exists from now on: what one thread makes while another one uses it, loom takes for a race. It
/// shows itself whole, and each part makes itself when it is shown.
pub(crate) fn made<T: fmt::Debug>(shared: T) -> std::sync::Arc<T> {
    let _ = format!("{shared:?}");
    std::sync::Arc::new(shared)
}

pub(crate) struct Mutex<T> {
    first: std::sync::Mutex<Option<T>>,
    made: OnceLock<loom::sync::Mutex<T>>,
}

impl<T> Mutex<T> {
    pub(crate) const fn new(first: T) -> Self {
        Self { first: std::sync::Mutex::new(Some(first)), made: OnceLock::new() }
    }

    pub(crate) fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        self.made().lock()
    }

    pub(crate) fn get_mut(&mut self) -> LockResult<&mut T> {
        self.made();
        self.made.get_mut().expect("it is made").get_mut()
    }

    pub(crate) fn try_lock(&self) -> TryLockResult<MutexGuard<'_, T>> {
        self.made().try_lock()
    }

    fn made(&self) -> &loom::sync::Mutex<T> {
        self.made.get_or_init(|| {
            let first = self.first.lock().unwrap_or_else(PoisonError::into_inner).take();
            loom::sync::Mutex::new(first.expect("it is made once"))
        })
    }
}

impl<T> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.made();
        f.write_str("Mutex")
    }
}
