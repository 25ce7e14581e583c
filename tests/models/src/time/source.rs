use std::cell::Cell;

thread_local! {
    static NANOS: Cell<u64> = const { Cell::new(1) };
}

pub(super) fn nanos() -> u64 {
    NANOS.get()
}

pub(super) fn set(nanos: u64) {
    NANOS.set(nanos);
}
