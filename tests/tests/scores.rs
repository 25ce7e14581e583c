//! The example `scores` as a whole program: run, interrupted, terminated, killed.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use gentle_tests::{Ended, Folder, Program, example};
use rusqlite::Connection;

const KILLS: usize = 25;
/// More than so many runs save before they are killed, so that there is something left for each.
const PLAYERS: u64 = 160;
const SEED: &str = "SCORES_TEST_SEED";
const SAVED: &str = "saved player ";

fn scores(file: &Path, arguments: &[&str]) -> Program {
    Program::start(Command::new(example("scores")).arg("--file").arg(file).args(arguments))
}

/// What is in the file after the program has ended.
struct Left {
    /// Player, points, checked.
    scores: Vec<(u64, u32, bool)>,
    /// The players whose event to save or check them still waits.
    waiting: Vec<u64>,
    dead_letters: usize,
}

impl Left {
    fn in_file(file: &Path) -> Self {
        let sql = Connection::open(file).unwrap();
        let count = |table: &str| {
            sql.query_row(&format!("select count(*) from {table}"), [], |row| row.get::<_, usize>(0)).unwrap()
        };
        let mut scores = sql.prepare("select player, points, checked from score order by player").unwrap();
        let scores = scores.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
        let mut waiting = sql.prepare("select json_extract(payload, '$.player') from gentle_event").unwrap();
        let waiting: Vec<u64> =
            waiting.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        assert_eq!(count("gentle_event_delivery"), waiting.len(), "each event waits for one handler");
        Self {
            scores: scores.map(Result::unwrap).collect(),
            waiting,
            dead_letters: count("gentle_event_dead_letter"),
        }
    }

    fn players(&self) -> Vec<u64> {
        self.scores.iter().map(|(player, ..)| *player).collect()
    }

    /// Every player up to `last` once, with the right points, checked, and nothing beside it.
    fn is_everything_up_to(&self, last: u64) {
        let wanted: Vec<_> = (1..=last).map(|player| (player, points(player), true)).collect();
        assert_eq!(self.scores, wanted);
        assert_eq!((self.waiting.as_slice(), self.dead_letters), (&[][..], 0));
    }
}

/// What the external service has for a player.
fn points(player: u64) -> u32 {
    u32::try_from(player.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 48).unwrap()
}

fn ended_well(ended: &Ended) {
    assert_eq!(ended.code, Some(0), "{ended:#?}");
}

/// The number before `word` in the summary.
fn number(output: &str, word: &str) -> u64 {
    let before = output.split_once(word).unwrap_or_else(|| panic!("no `{word}` in:\n{output}")).0;
    before.split_whitespace().next_back().unwrap().parse().unwrap()
}

fn seed() -> u64 {
    let given = std::env::var(SEED).ok();
    given.map_or_else(|| fastrand::u64(..100_000), |seed| seed.parse().unwrap())
}

#[test]
fn a_run_reads_sixty_scores_with_manners() {
    let (folder, began) = (Folder::new(), Instant::now());
    let file = folder.file("scores.sqlite");

    let ended = scores(&file, &[]).end();

    ended_well(&ended);
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    assert!(ended.output.ends_with("\nNothing is lost."), "{ended:#?}");
    assert_eq!(number(&ended.output, " throttled (429)"), 0);
    assert_eq!((number(&ended.output, " answered"), number(&ended.output, " players")), (60, 60));
    assert!(number(&ended.output, " failed (500)") > 0 && number(&ended.output, " left hanging") > 0);
    Left::in_file(&file).is_everything_up_to(60);
}

#[test]
fn a_run_reads_as_many_scores_as_it_is_asked_for() {
    let folder = Folder::new();
    let file = folder.file("scores.sqlite");

    ended_well(&scores(&file, &["--count", "5"]).end());

    Left::in_file(&file).is_everything_up_to(5);
}

#[test]
fn a_second_run_on_a_complete_file_has_nothing_to_do() {
    let folder = Folder::new();
    let file = folder.file("scores.sqlite");
    ended_well(&scores(&file, &["--count", "5"]).end());

    for count in ["5", "3"] {
        let again = scores(&file, &["--count", count]).end();
        ended_well(&again);
        assert_eq!(number(&again.output, " calls for"), 0);
        assert!(again.output.ends_with("\nNothing is lost."), "{again:#?}");
    }
}

#[test]
fn a_bad_flag_is_answered_with_how_to_call_it() {
    let folder = Folder::new();
    let ended = scores(&folder.file("scores.sqlite"), &["--cuont", "5"]).end();

    assert_eq!((ended.code, ended.output.as_str()), (Some(2), ""));
    assert!(ended.errors.starts_with("error: unknown argument `--cuont`; did you mean `--count`?\n\nReads"));
    assert!(!folder.file("scores.sqlite").exists());
}

#[test]
fn a_run_for_ever_ends_well_when_it_is_interrupted() {
    let folder = Folder::new();
    let mut run = scores(&folder.file("scores.sqlite"), &["--forever"]);
    assert_eq!(run.lines(SAVED, 8), 8);

    let ended = run.signal("INT").end();

    ended_well(&ended);
    assert!(ended.output.contains("\nInterrupted; with `--file PATH`"), "{ended:#?}");
}

#[test]
fn a_terminated_run_leaves_the_rest_in_the_file_and_the_next_one_finishes() {
    let folder = Folder::new();
    let file = folder.file("scores.sqlite");
    let mut run = scores(&file, &[]);
    assert_eq!(run.lines(SAVED, 10), 10);

    let ended = run.signal("TERM").end();

    ended_well(&ended);
    let left = Left::in_file(&file);
    let saved: Vec<_> = ended.output.lines().filter(|line| line.starts_with(SAVED)).collect();
    assert_eq!(left.scores.len(), saved.len(), "what was reported is in the file");
    assert_eq!(number(&ended.output, " scores,"), left.scores.len() as u64);
    assert_eq!(number(&ended.output, " events wait"), left.waiting.len() as u64);
    let checked = left.scores.iter().filter(|(.., checked)| *checked).count() as u64;
    assert!(ended.output.contains(&format!("Interrupted: {} of 60 are still to come;", 60 - checked)));
    let mut known = left.players();
    known.extend(&left.waiting);
    known.sort_unstable();
    known.dedup();
    // At most the one answer that was under way is not among them.
    assert!(number(&ended.output, " answered") - known.len() as u64 <= 1, "{ended:#?}");
    assert_eq!(left.dead_letters, 0);

    ended_well(&scores(&file, &[]).end());
    Left::in_file(&file).is_everything_up_to(60);
}

#[test]
fn killed_again_and_again_it_loses_nothing_and_saves_nothing_twice() {
    let seed = seed();
    println!("{SEED}={seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let folder = Folder::new();
    let file = folder.file("scores.sqlite");
    let run = || scores(&file, &["--count", &PLAYERS.to_string()]);

    for kill in 1..=KILLS {
        let (mut run, lines) = (run(), random.usize(1..=4));
        assert_eq!(run.lines(SAVED, lines), lines, "before kill {kill}: {:#?}", run.end());
        assert!(run.kill(), "it had ended before kill {kill}");
    }

    ended_well(&run().end());
    Left::in_file(&file).is_everything_up_to(PLAYERS);
}
