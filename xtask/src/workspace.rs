//! Where the checkout is, and how its cargo is called.

use std::env;
use std::path::PathBuf;
use std::process::Command;

/// The cargo that runs this program, in the root of the checkout.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(root()).args(arguments);
    command
}

// Asked at run time first: two checkouts that share a target folder share this program too.
pub(crate) fn root() -> PathBuf {
    let own =
        env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    own.parent().map_or_else(|| PathBuf::from("."), PathBuf::from)
}
