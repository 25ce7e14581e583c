use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use crate::Place;
use crate::service::{Engine, Standing, State};

/// What an app consists of and how it stands: one readable block, and its lines as values.
#[derive(Clone, Debug)]
pub struct Report {
    name: String,
    levels: Vec<Vec<Line>>,
}

/// One part of the app.
#[derive(Clone, Debug)]
struct Line {
    name: String,
    kind: &'static str,
    place: Place,
    deps: Vec<String>,
    state: State,
    took: Option<Duration>,
}

impl Report {
    pub(super) fn new(name: &str, engine: &Engine) -> Self {
        let levels = engine.standings().into_iter();
        let levels = levels.map(|level| level.into_iter().map(Line::of).collect()).collect();
        Self { name: name.to_owned(), levels }
    }

    /// How many of each kind.
    fn counts(&self) -> String {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for line in self.lines() {
            *counts.entry(line.kind).or_default() += 1;
        }
        let count = |(kind, count): (&&str, &usize)| {
            let plural = if *count == 1 { "" } else { "s" };
            format!("{count} {}{plural}", kind.replace('_', " "))
        };
        counts.iter().map(count).collect::<Vec<_>>().join(", ")
    }

    fn lines(&self) -> impl Iterator<Item = &Line> {
        self.levels.iter().flatten()
    }

    fn widths(&self) -> Widths {
        let widest = |width: fn(&Line) -> usize| self.lines().map(width).max().unwrap_or_default();
        Widths {
            name: widest(|line| line.name.len()),
            kind: widest(|line| line.kind.len()),
            state: widest(|line| line.standing().len()),
            package: widest(|line| line.place.package.len()),
        }
    }
}

struct Widths {
    name: usize,
    kind: usize,
    state: usize,
    package: usize,
}

impl Line {
    fn of(standing: Standing<'_>) -> Self {
        let definition = standing.definition;
        Self {
            name: definition.name().to_owned(),
            kind: definition.kind_name(),
            place: definition.place(),
            deps: standing.deps.into_iter().map(str::to_owned).collect(),
            state: standing.state,
            took: standing.took,
        }
    }

    fn standing(&self) -> String {
        match (&self.took, self.state.is_ready()) {
            (Some(took), true) => format!("{} in {took:.1?}", self.state),
            _ => self.state.to_string(),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.counts())?;
        let widths = self.widths();
        for (level, lines) in self.levels.iter().enumerate() {
            write!(f, "\n  level {}", level + 1)?;
            for line in lines {
                write!(f, "\n    ")?;
                line.write(f, &widths)?;
            }
        }
        Ok(())
    }
}

impl Line {
    fn write(&self, f: &mut fmt::Formatter<'_>, widths: &Widths) -> fmt::Result {
        write!(f, "{:<1$}", self.name, widths.name)?;
        write!(f, "  {:<1$}", self.kind, widths.kind)?;
        write!(f, "  {:<1$}", self.standing(), widths.state)?;
        write!(f, "  {:<2$}  {}", self.place.package, self.place, widths.package)?;
        if self.deps.is_empty() { Ok(()) } else { write!(f, "  after {}", self.deps.join(", ")) }
    }
}
