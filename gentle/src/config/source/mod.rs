//! Where values come from: files, and the environment.

pub(crate) mod environment;
pub(crate) mod file;
pub(crate) mod syntax;
