use std::path::PathBuf;
use std::time::SystemTime;

use super::{Builder, Config};
use crate::error::Error;

/// The files of a configuration, looked at again and again.
///
/// They are looked at by their size and the time of their last change, and read again when both have stayed the same
/// for one look: who writes a file in several steps is not read in the middle.
pub(crate) struct Watched {
    builder: Builder,
    files: Vec<PathBuf>,
    read: Vec<Stamp>,
    seen: Vec<Stamp>,
}

/// What tells one version of a file from another; none while it is not there.
type Stamp = Option<(Option<SystemTime>, u64)>;

impl Watched {
    /// Watches over what `builder` reads; it has been read last just before.
    pub(crate) fn new(builder: Builder) -> Self {
        let files = builder.files();
        let stamps: Vec<Stamp> = files.iter().map(stamp).collect();
        Self { builder, files, read: stamps.clone(), seen: stamps }
    }

    /// Whether there is any file to watch over.
    pub(crate) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Reads everything again when a file is another one than when it was read last.
    pub(crate) fn look(&mut self) -> Option<(Config, Vec<Error>)> {
        let stamps: Vec<Stamp> = self.files.iter().map(stamp).collect();
        let is_settled = stamps == self.seen;
        self.seen = stamps;
        if !is_settled || self.seen == self.read {
            return None;
        }
        self.read.clone_from(&self.seen);
        Some(self.builder.clone().read())
    }
}

fn stamp(path: &PathBuf) -> Stamp {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.modified().ok(), metadata.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("gentle-watched-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    fn url(config: &Config) -> Option<String> {
        config.get("event.url").map(|url| url.as_text().to_owned())
    }

    #[test]
    fn a_file_is_read_again_once_when_it_has_changed_and_settled() {
        let folder = folder("settled");
        let file = folder.join("gentle.toml");
        std::fs::write(&file, "").unwrap();
        let mut watched = Watched::new(Config::builder().default_file(&folder));
        assert!(watched.look().is_none());
        std::fs::write(&file, "[event]\nurl = \"lo").unwrap();
        assert!(watched.look().is_none(), "it may still be written");
        std::fs::write(&file, "[event]\nurl = \"local://\"").unwrap();
        assert!(watched.look().is_none());
        let (config, mistakes) = watched.look().unwrap();
        assert!(mistakes.is_empty());
        assert_eq!(url(&config).as_deref(), Some("local://"));
        assert!(watched.look().is_none());
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_file_may_come_and_go() {
        let folder = folder("come-and-go");
        let file = folder.join("gentle.toml");
        let mut watched = Watched::new(Config::builder().default_file(&folder));
        let mut after_two_looks = || watched.look().or_else(|| watched.look());
        std::fs::write(&file, "[event]\nurl = \"local://\"").unwrap();
        let (config, _) = after_two_looks().unwrap();
        assert_eq!(url(&config).as_deref(), Some("local://"));
        std::fs::remove_file(&file).unwrap();
        let (config, mistakes) = after_two_looks().unwrap();
        assert!(mistakes.is_empty() && url(&config).is_none());
        std::fs::remove_dir_all(folder).unwrap();
    }
}
