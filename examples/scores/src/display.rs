//! Shows what is going on, and adds up in the end.

use std::{
    fmt,
    sync::{
        OnceLock,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

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
    settled: AtomicBool,
}

/// How often to look whether events still wait.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

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

    /// Waits until no event waits any more: not the ones of this run, and not what one that was killed left behind.
    ///
    /// # Errors
    ///
    /// When the events cannot be counted.
    pub async fn until_settled(&self) -> Result {
        while self.events().await?.0 > 0 {
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        self.settled.store(true, Relaxed);
        Ok(())
    }

    /// How many events wait, and how many were given up. An event is on its way from the first topic to the second:
    /// in this order it is not missed in between.
    async fn events(&self) -> Result<(usize, usize)> {
        let read = self.events.depth("score.read").await?;
        let saved = self.events.depth("score.saved").await?;
        Ok((read.pending() + saved.pending(), read.dead + saved.dead))
    }

    fn wanted(&self) -> Option<u64> {
        self.wanted.get().copied().flatten()
    }

    async fn report(&self) -> Result<Report> {
        let (saved, checked) = self.scores.counts().await?;
        let (waiting, dead) = self.events().await?;
        Ok(Report {
            service: self.external.log().summary(),
            wanted: self.wanted(),
            saved,
            checked,
            settled: self.settled.load(Relaxed),
            waiting,
            dead,
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
    /// Whether it came to its end; a run that was interrupted has only to leave the rest in the file.
    settled: bool,
    waiting: usize,
    dead: usize,
    leader: Option<Score>,
}

impl Report {
    /// An error when a number is wrong.
    fn verdict(&self) -> Result {
        let mut wrong = Vec::new();
        if self.service.throttled > 0 {
            wrong.push(format!("{} calls came too fast for the service", self.service.throttled));
        }
        if self.dead > 0 {
            wrong.push(format!("{} events were given up", self.dead));
        }
        if self.settled && self.missing() > 0 {
            wrong.push(format!("{} scores are missing and no event waits", self.missing()));
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong.join("; ").into()) }
    }

    fn missing(&self) -> u64 {
        self.wanted.map_or(0, |wanted| wanted.saturating_sub(self.checked))
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
        match (self.settled, self.wanted) {
            (true, _) if self.missing() == 0 => write!(f, "Nothing is lost."),
            (true, _) => write!(f, "Something is lost: {} scores are missing.", self.missing()),
            (false, Some(wanted)) => {
                write!(f, "Interrupted: {} of {wanted} are still to come; {GOES_ON}.", self.missing())
            }
            (false, None) => write!(f, "Interrupted; {GOES_ON}."),
        }
    }
}

const GOES_ON: &str = "with `--file PATH` the next run goes on where this one ends";
