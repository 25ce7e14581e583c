//! The small test bed: whole programs as children, driven by what they print, and folders that clean up.

mod build;
mod folder;
mod program;

pub use build::example;
pub use folder::Folder;
pub use program::{Ended, Program};
