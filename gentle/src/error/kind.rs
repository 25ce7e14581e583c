/// What went wrong, to decide by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// Boot or the work was cut off by a shutdown.
    Cancelled,
    /// Services depend on each other in a circle.
    Circular,
    /// A value in `gentle.toml`, the environment or the code is wrong.
    Config,
    /// A service was not started because one it depends on did not start.
    DependencyUnavailable,
    /// Two things carry one name, or one dependency is named twice.
    Duplicate,
    /// The queue has no room.
    Full,
    /// A service names something nobody registered.
    Missing,
    /// No app is running, or more than one and none of them is this task's.
    NoApp,
    /// Nobody handles this topic.
    NoHandler,
    /// There is nothing to run.
    NothingToDo,
    /// A service was left running because one that depends on it did not stop.
    ParentUnavailable,
    /// A `run` ended with an error.
    RunFailed,
    /// A service depends on itself.
    SelfDependency,
    /// A service did not start.
    StartFailed,
    /// A service did not stop.
    StopFailed,
    /// The app or the queue is stopping and takes nothing more.
    Stopped,
    /// The event store failed.
    Store,
    /// Stored bytes are not the event their topic promises.
    Undecodable,
}
