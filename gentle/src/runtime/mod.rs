//! The runtime: gathers what is registered, boots it, serves until told to stop, and stops it.
//!
//! [`run`] is a whole `main`. [`App`] is the same as a value: async, embeddable, several per process.

mod app;
mod builder;
mod configuration;
mod exit;
mod parts;
mod reload;
mod report;
mod serve;
mod signal;

pub use app::App;
pub use builder::AppBuilder;
pub use exit::Exit;
pub use report::Report;

/// Runs everything that is linked into this program, until it ends or is told to.
///
/// It makes the tokio runtime, reads `gentle.toml` and the environment, sets up the log, finds what `#[service]` and `#[event_handler]` have registered, boots it in order,
/// serves until SIGTERM, SIGINT or [`Context::shutdown`](crate::service::Context::shutdown), drains and stops. What
/// goes wrong is printed for people on standard error, and the [`Exit`] says it to the machine.
///
/// # Examples
///
/// ```no_run
/// fn main() -> gentle::Exit {
///     gentle::run()
/// }
/// ```
pub fn run() -> Exit {
    App::builder().linked().configured().run()
}

/// Names crates that this program has in its `Cargo.toml` but nowhere in its source, so that they are linked and
/// what they register is found.
///
/// # Examples
///
/// ```
/// // In a real program: gentle::link!(orders, billing);
/// gentle::link!(serde, tracing);
/// ```
#[macro_export]
macro_rules! link {
    ($($name:ident),+ $(,)?) => {
        $(use $name as _;)+
    };
}
