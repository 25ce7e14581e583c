//! Files of configuration that change while the program runs: what they say about policies takes effect.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tracing::{error, info};

use super::builder::joined;
use super::configuration;
use super::parts::{Change, Parts};
use crate::config::{Config, Known, Watched};
use crate::error::Error;
use crate::service::Engine;
use crate::time::sleep;

/// How often somebody looks.
const EVERY: Duration = Duration::from_secs(1);

/// Looks after the files of an app, for as long as it is up.
#[derive(Clone)]
pub(super) struct Reload(Arc<tokio::sync::Mutex<Reloading>>);

struct Reloading {
    watched: Arc<Mutex<Watched>>,
    /// What is in force.
    config: Config,
    known: Known,
    parts: Parts,
}

impl Reload {
    /// `config` is in force, and was read when `watched` was made. `parts` are those of its policies.
    pub(super) fn new(watched: Watched, config: Config, known: Known, parts: Parts) -> Self {
        let watched = Arc::new(Mutex::new(watched));
        Self(Arc::new(tokio::sync::Mutex::new(Reloading { watched, config, known, parts })))
    }

    /// Begins to look, in the background, until `engine` is down.
    pub(super) fn begin(&self, engine: Engine) {
        let reload = Arc::clone(&self.0);
        tokio::spawn(async move {
            // After a restart the task of the session before may be at its last look.
            let mut reloading = reload.lock().await;
            loop {
                tokio::select! {
                    biased;
                    _ = engine.ended() => return,
                    () = sleep(EVERY) => reloading.look().await,
                }
            }
        });
    }
}

impl Reloading {
    async fn look(&mut self) {
        let watched = Arc::clone(&self.watched);
        let look = move || watched.lock().unwrap_or_else(PoisonError::into_inner).look();
        // A look reads from a disk, or from further away.
        if let Ok(Some((config, mistakes))) = tokio::task::spawn_blocking(look).await {
            self.take(config, mistakes);
        }
    }

    fn take(&mut self, config: Config, mut problems: Vec<Error>) {
        problems.extend(config.unknown(&self.known));
        problems.extend(configuration::policies(&self.parts, &config));
        if !problems.is_empty() {
            error!(
                "the configuration has changed and is wrong; policies stay as they are\n\n{}",
                joined(problems)
            );
            return;
        }
        for change in self.parts.change_policies(&self.config, &config) {
            let Change { name, key, text, origin } = change;
            match origin {
                Some(origin) => info!(policy = name, "{key} is now `{text}`, from {origin}"),
                None => info!(policy = name, "{key} is again what the code wrote, `{text}`"),
            }
        }
        let others = self.config.differences(&config);
        let others: Vec<String> =
            others.into_iter().filter(|key| !key.is_of_policy()).map(ToString::to_string).collect();
        if !others.is_empty() {
            info!("changed, and in force from the next start on: {}", others.join(", "));
        }
        self.config = config;
    }
}
