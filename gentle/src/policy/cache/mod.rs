//! x
mod flight;
mod kept;
mod shard;
mod shelf;
mod shelves;
mod terms;

pub(crate) use terms::Terms;
pub(crate) use shelves::Shelves;

#[cfg(test)]
mod model;
