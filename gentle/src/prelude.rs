//! The names an application types every day: `use gentle::prelude::*;`.

pub use crate::event::{Dispatcher, Event, dispatch, dispatch_at, dispatch_in, try_dispatch};
pub use crate::policy::{Policies, Rejected};
pub use crate::runtime::{App, Exit};
pub use crate::service::{Context, Service, Svc};
pub use gentle_macros::{Event, event_handler, gentle, policies, service};
