use std::cell::RefCell;
use std::sync::Arc;

use loom::sync::atomic::{AtomicU64, Ordering};

thread_local! {
    static NANOS: RefCell<Option<Arc<AtomicU64>>> = const { RefCell::new(None) };
}

// Read by a write, so that nobody sees an earlier time than the last one.
pub(super) fn nanos() -> u64 {
    with(|nanos| nanos.fetch_add(0, Ordering::SeqCst))
}

pub(super) fn set(moment: u64) {
    with(|nanos| nanos.swap(moment, Ordering::SeqCst));
}

pub(super) fn start() {
    NANOS.set(Some(Arc::new(AtomicU64::new(1))));
}

pub(super) fn stop() {
    NANOS.take();
}

fn with<T>(act: impl FnOnce(&AtomicU64) -> T) -> T {
    // Not borrowed meanwhile: another thread may look at the clock, too.
    let nanos = NANOS.with_borrow(Option::clone);
    act(&nanos.expect("a model is running"))
}
