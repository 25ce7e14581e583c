//! Where [`now`](super::now) reads: one cheap counter in production, tokio's clock, which a test can pause, under the
//! feature `testing`.

#[cfg(not(feature = "testing"))]
mod counter;
#[cfg(feature = "testing")]
mod pausable;

#[cfg(not(feature = "testing"))]
pub(super) use counter::nanos;
#[cfg(feature = "testing")]
pub(super) use pausable::nanos;
