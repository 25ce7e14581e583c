//! What a person sees while it runs.

use std::{
    fmt::Display,
    io::{IsTerminal, Write},
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

/// Clears what stands on the line.
const CLEAR: &str = "\r\x1b[K";

/// Counts what is done and shows it: a line that keeps changing on a terminal, a line for each event elsewhere.
#[derive(Debug, Default)]
pub struct Progress {
    read: AtomicU64,
    saved: AtomicU64,
    checked: AtomicU64,
}

impl Progress {
    /// Nothing done yet; `const`, so that it can be a `static`.
    pub const fn new() -> Self {
        Self { read: AtomicU64::new(0), saved: AtomicU64::new(0), checked: AtomicU64::new(0) }
    }

    /// A score was read.
    pub fn read(&self) {
        self.read.fetch_add(1, Relaxed);
        self.show(None);
    }

    /// A score was saved.
    pub fn saved(&self, player: u64, points: u32) {
        self.saved.fetch_add(1, Relaxed);
        self.show(Some(&format!("saved player {player}: {points} points")));
    }

    /// A saved score was found to be right.
    pub fn checked(&self) {
        self.checked.fetch_add(1, Relaxed);
        self.show(None);
    }

    /// Leaves the changing line as it stands and says something below it.
    pub fn finish(&self, closing: impl Display) {
        let end = if is_live() { format!("{CLEAR}{}\n", self.counts()) } else { String::new() };
        write(&format!("{end}{closing}\n"));
    }

    fn show(&self, event: Option<&str>) {
        write(&self.render(event, is_live()));
    }

    fn render(&self, event: Option<&str>, live: bool) -> String {
        match event {
            _ if live => format!("{CLEAR}{}", self.counts()),
            Some(event) => format!("{event}\n"),
            None => String::new(),
        }
    }

    fn counts(&self) -> String {
        let [read, saved, checked] =
            [&self.read, &self.saved, &self.checked].map(|count| count.load(Relaxed));
        format!("read {read} · saved {saved} · checked {checked}")
    }
}

fn is_live() -> bool {
    std::io::stdout().is_terminal()
}

/// In one piece, so that events of several threads do not mix. That nobody looks any more is no reason to stop.
fn write(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some() -> Progress {
        let progress = Progress::new();
        progress.read.store(3, Relaxed);
        progress.saved.store(2, Relaxed);
        progress.checked.store(1, Relaxed);
        progress
    }

    #[test]
    fn a_terminal_shows_one_changing_line() {
        let line = "\r\x1b[Kread 3 · saved 2 · checked 1";

        assert_eq!(some().render(None, true), line);
        assert_eq!(some().render(Some("saved player 7: 1234 points"), true), line);
    }

    #[test]
    fn elsewhere_each_event_is_a_line() {
        assert_eq!(some().render(None, false), "");
        assert_eq!(
            some().render(Some("saved player 7: 1234 points"), false),
            "saved player 7: 1234 points\n"
        );
    }
}
