//! Who of those that wait is served first.

/// Who of those that wait is served first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Order {
    /// First come, first served: `fifo`.
    #[default]
    Fifo,
    /// The newest first, who is the most likely to be still listening: `lifo`.
    Lifo,
}
