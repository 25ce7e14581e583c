//! Reads scores from a badly behaved service, gently, and loses none of them.
//!
//! The service lives in [`external`]: it fails, hangs, and refuses whoever calls too often. [`reader`] calls it with
//! manners and dispatches what it read as durable events, [`saving`] handles these and keeps the scores in
//! [`scores`], [`leaderboard`] looks at them, and [`display`] shows it all and adds up in the end.

pub mod arguments;
pub mod client;
pub mod display;
pub mod external;
pub mod leaderboard;
pub mod progress;
pub mod reader;
pub mod saving;
pub mod scores;

use gentle::{App, Exit};

use crate::arguments::Arguments;

fn main() -> Exit {
    let arguments = Arguments::from_command_line();
    let file = arguments.file();
    let mut app = App::builder()
        .name("scores")
        .linked()
        .configured()
        .set("event.url", format!("sqlite://{}", file.path()))
        .set("service.db.path", file.path());
    if let Some(count) = arguments.count {
        app = app.set("service.reader.count", count);
    }
    app.run()
}
