//! What every macro needs and none owns.

pub(crate) mod arguments;
pub(crate) mod bare;
pub(crate) mod errors;
pub(crate) mod guard;
pub(crate) mod item;
pub(crate) mod krate;
pub(crate) mod messages;
pub(crate) mod names;
pub(crate) mod options;
pub(crate) mod sentence;
#[cfg(test)]
pub(crate) mod snapshot;
pub(crate) mod tokens;
