//! The command line.

use std::{
    ffi::OsString,
    path::{Display, PathBuf},
    process,
};

const USAGE: &str = "\
Reads scores from a badly behaved service, gently, and saves them.

Usage: scores [--count N | --forever] [--file PATH]

  --count N    read so many scores, then stop (default: 60)
  --forever    go on until interrupted
  --file PATH  keep the scores in this file (default: a temporary one)
  --help       print this";

const FLAGS: [&str; 4] = ["--count", "--file", "--forever", "--help"];

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arguments {
    /// How many scores to read; `None`: on and on.
    pub count: Option<u64>,
    /// Where to keep the scores.
    pub file: Option<PathBuf>,
}

impl Default for Arguments {
    fn default() -> Self {
        Self { count: Some(60), file: None }
    }
}

impl Arguments {
    /// Reads the command line of this process. Ends it, with status 2, when that makes no sense.
    pub fn from_command_line() -> Self {
        match parse(std::env::args_os().skip(1)) {
            Ok(Some(arguments)) => arguments,
            Ok(None) => {
                println!("{USAGE}");
                process::exit(0)
            }
            Err(mistake) => {
                eprintln!("error: {mistake}\n\n{USAGE}");
                process::exit(2)
            }
        }
    }

    /// The file to keep the scores in.
    pub fn file(&self) -> File {
        match &self.file {
            Some(path) => File { path: path.clone(), temporary: false },
            None => File {
                path: std::env::temp_dir().join(format!("scores-{}.sqlite", process::id())),
                temporary: true,
            },
        }
    }
}

/// A file of scores; a temporary one is removed in the end.
#[derive(Debug)]
pub struct File {
    path: PathBuf,
    temporary: bool,
}

impl File {
    /// Where it is.
    pub fn path(&self) -> Display<'_> {
        self.path.display()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        if self.temporary {
            for suffix in ["", "-wal", "-shm"] {
                let mut path = self.path.clone().into_os_string();
                path.push(suffix);
                // It may not have been made at all.
                let _ = std::fs::remove_file(path);
            }
        }
    }
}

/// `None` is a call for help.
fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Option<Arguments>, String> {
    let mut parsed = Arguments::default();
    let mut arguments = arguments.into_iter();
    while let Some(flag) = arguments.next() {
        match flag.to_str() {
            Some("--count") => parsed.count = Some(number(arguments.next())?),
            Some("--file") => parsed.file = Some(arguments.next().ok_or("`--file` needs a path")?.into()),
            Some("--forever") => parsed.count = None,
            Some("--help" | "-h") => return Ok(None),
            _ => return Err(unknown(&flag.to_string_lossy())),
        }
    }
    Ok(Some(parsed))
}

fn number(value: Option<OsString>) -> Result<u64, String> {
    let value = value.ok_or("`--count` needs a number")?;
    let value = value.to_string_lossy();
    let number = value.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| format!("`--count` needs a whole number above zero, not `{value}`"))
}

fn unknown(flag: &str) -> String {
    let likeliest = FLAGS.into_iter().max_by_key(|known| likeness(known, flag));
    match likeliest.filter(|known| likeness(known, flag) > 0) {
        Some(known) => format!("unknown argument `{flag}`; did you mean `{known}`?"),
        None => format!("unknown argument `{flag}`"),
    }
}

/// How many letters two flags share at their beginning and at their end.
fn likeness(a: &str, b: &str) -> usize {
    let (a, b) = (a.trim_start_matches('-'), b.trim_start_matches('-'));
    let start = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
    let end = a.chars().rev().zip(b.chars().rev()).take_while(|(a, b)| a == b).count();
    start + end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Option<Arguments>, String> {
        parse(line.split_whitespace().map(OsString::from))
    }

    #[test]
    fn sixty_scores_by_default() {
        let arguments = parsed("").unwrap().unwrap();

        assert_eq!(arguments, Arguments { count: Some(60), file: None });
    }

    #[test]
    fn all_flags_are_understood() {
        let file = Some(PathBuf::from("scores.db"));

        assert_eq!(
            parsed("--count 5 --file scores.db"),
            Ok(Some(Arguments { count: Some(5), file: file.clone() }))
        );
        assert_eq!(parsed("--file scores.db --forever"), Ok(Some(Arguments { count: None, file })));
        assert_eq!(parsed("--count 5 --help"), Ok(None));
    }

    #[test]
    fn an_unknown_flag_suggests_the_likeliest() {
        for (typed, meant) in [
            ("--cuont", "--count"),
            ("--count=5", "--count"),
            ("--flie", "--file"),
            ("forever", "--forever"),
            ("--hlep", "--help"),
        ] {
            assert_eq!(parsed(typed), Err(format!("unknown argument `{typed}`; did you mean `{meant}`?")));
        }
        assert_eq!(parsed("--xyz"), Err("unknown argument `--xyz`".into()));
    }

    #[test]
    fn a_flag_without_its_value_is_an_error() {
        assert_eq!(parsed("--file"), Err("`--file` needs a path".into()));
        assert_eq!(parsed("--count"), Err("`--count` needs a number".into()));
    }

    #[test]
    fn the_count_is_a_whole_number_above_zero() {
        for value in ["0", "-1", "1.5", "many"] {
            let mistake = parsed(&format!("--count {value}")).unwrap_err();
            assert_eq!(mistake, format!("`--count` needs a whole number above zero, not `{value}`"));
        }
    }
}
