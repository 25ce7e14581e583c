//! Shows what is going on, and adds up in the end.

use std::{fmt, sync::OnceLock};

use gentle::{prelude::*, service::Result};

use crate::{
    client::Score,
    external::{ScoreService, Summary},
    leaderboard::Leaderboard,
    progress::Progress,
    scores::Scores,
};

/// The display. Reader and handlers depend on it, so it stops after them: when everything that will be saved is.
#[service]
pub struct Display {
    external: Svc<ScoreService>,
    scores: Svc<Scores>,
    leaderboard: Svc<Leaderboard>,
    events: Dispatcher,
    progress: Progress,
    wanted: OnceLock<Option<u64>>,
}

impl Service for Display {
    async fn stop(&self, _: &Context) -> Result {
        let report = self.report().await?;
        self.progress.finish(&report);
        report.verdict()
    }
}

impl Display {
    /// Says how many scores are wanted in all; `None`: no end is in sight.
    pub fn expect(&self, count: Option<u64>) {
        self.wanted.get_or_init(|| count);
    }

    /// What to note progress with.
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// Whether so many scores are all there are.
    pub fn is_everything(&self, count: u64) -> bool {
        self.wanted() == Some(count)
    }

    fn wanted(&self) -> Option<u64> {
        self.wanted.get().copied().flatten()
    }

    async fn report(&self) -> Result<Report> {
        let (saved, checked) = self.scores.counts().await?;
        let read = self.events.depth("score.read").await?;
        let checks = self.events.depth("score.saved").await?;
        Ok(Report {
            service: self.external.log().summary(),
            wanted: self.wanted(),
            saved,
            checked,
            waiting: read.pending() + checks.pending(),
            dead: read.dead + checks.dead,
            leader: self.leaderboard.leader().await?,
        })
    }
}

/// The figures at the end: the external service's own, and what is in the file.
struct Report {
    service: Summary,
    wanted: Option<u64>,
    saved: u64,
    checked: u64,
    waiting: usize,
    dead: usize,
    leader: Option<Score>,
}

impl Report {
    /// An error when a number is wrong. A run that was interrupted has only to leave the rest in the file.
    fn verdict(&self) -> Result {
        let mut wrong = Vec::new();
        if self.service.throttled > 0 {
            wrong.push(format!("{} calls came too fast for the service", self.service.throttled));
        }
        if self.dead > 0 {
            wrong.push(format!("{} events were given up", self.dead));
        }
        if self.is_complete() && self.waiting > 0 {
            wrong.push(format!("{} events still wait after the last one", self.waiting));
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong.join("; ").into()) }
    }

    fn is_complete(&self) -> bool {
        self.wanted == Some(self.checked)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { service, saved, checked, waiting, dead, .. } = self;
        writeln!(f, "{service}")?;
        writeln!(
            f,
            "  That is {} second attempts, {} of them after a timeout.",
            service.calls - service.players,
            service.hung
        )?;
        writeln!(
            f,
            "The file has {saved} scores, {checked} of them checked; {waiting} events wait, {dead} were given up."
        )?;
        if let Some(Score { player, points }) = self.leader {
            writeln!(f, "Player {player} leads with {points} points.")?;
        }
        match (self.is_complete(), self.wanted) {
            (true, _) => write!(f, "Nothing is lost."),
            (false, Some(wanted)) => write!(
                f,
                "Interrupted: {} of {wanted} are still to come; run it again on this file.",
                wanted.saturating_sub(*checked)
            ),
            (false, None) => write!(f, "Interrupted; run it again on this file to go on."),
        }
    }
}
