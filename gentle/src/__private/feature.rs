/// Stops the compiler where gentle is built without a feature that an attribute needs.
pub const fn built_with<F: BuiltWith>() {}

/// A feature that is on.
#[diagnostic::on_unimplemented(
    message = "chaos: gentle is built without its feature `chaos` [G903]",
    label = "failures on purpose are a feature",
    note = "help: write `features = [\"chaos\"]` beside `gentle` in Cargo.toml"
)]
pub trait BuiltWith {}

/// The feature `chaos`.
#[derive(Debug)]
pub struct ChaosFeature;
