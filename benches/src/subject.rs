use std::fmt;
use std::future::Future;
use std::hint::black_box;
use std::thread;

use tokio::runtime::{Builder, Runtime};
use tokio::task::unconstrained;

/// One who is measured: calls its operation as often as asked.
pub struct Subject {
    pub(crate) name: &'static str,
    pub(crate) run: Box<dyn FnMut(u64)>,
    /// Whether counting what it does says anything: a race is not the same twice.
    pub(crate) countable: bool,
}

impl Subject {
    /// Calls `operation` again and again inside one task.
    pub fn new<T>(name: &'static str, mut operation: impl AsyncFnMut(u64) -> T + 'static) -> Self {
        let run = move |calls| {
            in_one_task(async {
                for call in 0..calls {
                    black_box(operation(black_box(call)).await);
                }
            });
        };
        Self { name, run: Box::new(run), countable: true }
    }

    /// Calls `operation` in two threads at once, in each as often as asked.
    pub fn on_two_threads<T>(name: &'static str, operation: impl AsyncFn(u64) -> T + Sync + 'static) -> Self {
        let run = move |calls| {
            let alone = || {
                in_one_task(async {
                    for call in 0..calls {
                        black_box(operation(black_box(call)).await);
                    }
                });
            };
            thread::scope(|threads| {
                threads.spawn(alone);
                alone();
            });
        };
        Self { name, run: Box::new(run), countable: false }
    }

    /// Calls it so often before it is measured.
    pub fn warm(&mut self, calls: u64) {
        (self.run)(calls);
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subject").field("name", &self.name).finish_non_exhaustive()
    }
}

thread_local! {
    static RUNTIME: Runtime = runtime();
}

#[expect(clippy::expect_used, reason = "without a runtime there is nothing to measure")]
fn runtime() -> Runtime {
    Builder::new_current_thread().enable_time().build().expect("a runtime with timers")
}

// Without tokio's budget, which would send a task that is always ready to the back of the queue now and then.
fn in_one_task(task: impl Future<Output = ()>) {
    RUNTIME.with(|runtime| runtime.block_on(unconstrained(task)));
}

/// Makes something that wants to be made inside a runtime.
pub(crate) fn within_runtime<T>(make: impl FnOnce() -> T) -> T {
    RUNTIME.with(|runtime| {
        let _inside = runtime.enter();
        make()
    })
}
