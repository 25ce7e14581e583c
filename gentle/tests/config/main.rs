//! Configuration: its layers, its names, and every message it gives.

#![allow(clippy::unwrap_used)]

mod files;
mod layers;
mod policies;
mod sections;
mod unknown;

use gentle::config::{Builder, Config};

const NAME: &str = "gentle.toml";

fn file(text: &str) -> Builder {
    Config::builder().toml_text(NAME, text)
}

fn config(text: &str) -> Config {
    file(text).load().unwrap()
}

fn wrong(text: &str) -> String {
    file(text).load().unwrap_err().to_string()
}
