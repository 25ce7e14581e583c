//! `on_event`: what policies do, told as it happens.

mod event;

pub use event::{Ending, Event};
