//! Ready-made services: each opens, checks and closes one outside connection, and hands out its own client.
//!
//! A feature names the outside thing: `sqlite`.

#[cfg(feature = "sqlite")]
#[cfg_attr(docsrs, doc(cfg(feature = "sqlite")))]
pub mod sqlite;

#[cfg(feature = "sqlite")]
#[cfg_attr(docsrs, doc(cfg(feature = "sqlite")))]
pub use sqlite::Sqlite;
