//! What gevent does, and what it should have done: the behaviours by number, over every store that is compiled in.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod bound;
mod drain;
mod flow;
mod log;
#[cfg(feature = "sqlite")]
mod opening;
mod outcome;
mod retry;
mod stopping;
mod waiting;
mod world;

/// Each check as one test per store.
macro_rules! on_every_store {
    ($($check:ident),+ $(,)?) => {
        mod local {
            $(
                #[tokio::test(start_paused = true)]
                async fn $check() {
                    super::$check(crate::world::Place::Local).await;
                }
            )+
        }
        #[cfg(feature = "sqlite")]
        mod sqlite {
            $(
                #[tokio::test(start_paused = true)]
                async fn $check() {
                    super::$check(crate::world::Place::Sqlite).await;
                }
            )+
        }
    };
}
pub(crate) use on_every_store;
