use crate::Subject;

/// One situation, and those of ours who are put into it.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// Its name.
    pub name: &'static str,
    /// Makes them, each in a state of its own.
    pub own: fn() -> Vec<Subject>,
}

/// How much room something takes.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// What it is.
    pub of: &'static str,
    /// How much it is.
    pub bytes: usize,
}

/// What one call of a subject costs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cost {
    pub(crate) case: &'static str,
    pub(crate) subject: &'static str,
    pub(crate) time: Time,
    pub(crate) counts: Option<Counts>,
}

/// Nanoseconds for one call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Time {
    /// In the middle sample.
    pub(crate) median: f64,
    /// In the best one, which is nearer to the truth on a machine that is busy with other things.
    pub(crate) least: f64,
}

/// What can be counted, and comes out the same every time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Counts {
    pub(crate) instructions: f64,
    pub(crate) allocations: f64,
}
