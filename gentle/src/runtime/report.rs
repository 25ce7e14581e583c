use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use crate::Place;
use crate::config::{Config, Overrides};
use crate::policy::{Key, Listed, Register};
use crate::service::{Engine, Standing, State};

/// What an app consists of and how it stands: one readable block, and its lines as values.
#[derive(Clone, Debug)]
pub struct Report {
    name: String,
    levels: Vec<Vec<Line>>,
    policies: Vec<PolicyLine>,
}

/// One function's policies.
#[derive(Clone, Debug)]
struct PolicyLine {
    name: String,
    text: String,
    place: Option<Place>,
    changed: String,
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
    changed: String,
}

impl Report {
    pub(super) fn new(name: &str, engine: &Engine, policies: &Register) -> Self {
        let config: Config = engine.scope().get().unwrap_or_default();
        let lines = |level: Vec<Standing<'_>>| {
            level.into_iter().map(|standing| Line::of(standing, &config)).collect()
        };
        Self {
            name: name.to_owned(),
            levels: engine.standings().into_iter().map(lines).collect(),
            policies: policies.list().into_iter().map(PolicyLine::of).collect(),
        }
    }

    /// How many of each kind.
    fn counts(&self) -> String {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for line in self.lines() {
            *counts.entry(line.kind).or_default() += 1;
        }
        if !self.policies.is_empty() {
            counts.insert("gentle function", self.policies.len());
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
    fn of(standing: Standing<'_>, config: &Config) -> Self {
        let definition = standing.definition;
        let is_handler = definition.kind_name() == "handler";
        let overrides = if is_handler { config.handler(definition.name()) } else { Overrides::default() };
        Self {
            changed: changed(&overrides),
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
        if !self.policies.is_empty() {
            write!(f, "\n  policies")?;
        }
        self.policies.iter().try_for_each(|policies| policies.write(f))
    }
}

impl PolicyLine {
    fn of(policies: Listed) -> Self {
        let origins = policies.policies.iter().filter_map(|one| Some((one.key, one.from.as_ref()?)));
        let changed =
            origins.map(|(key, origin)| format!("  {key} from {origin}")).collect::<Vec<_>>().concat();
        let strikes = policies.policy(Key::Chaos).is_some_and(|chaos| !chaos.state.is_empty());
        let changed = changed + if strikes { "  chaos is on" } else { "" };
        Self { name: policies.name, text: policies.text, place: policies.place, changed }
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n    {}  {}", self.name, self.text)?;
        if let Some(place) = self.place {
            write!(f, "  {}  {place}", place.package)?;
        }
        f.write_str(&self.changed)
    }
}

impl Line {
    fn write(&self, f: &mut fmt::Formatter<'_>, widths: &Widths) -> fmt::Result {
        write!(f, "{:<1$}", self.name, widths.name)?;
        write!(f, "  {:<1$}", self.kind, widths.kind)?;
        write!(f, "  {:<1$}", self.standing(), widths.state)?;
        write!(f, "  {:<2$}  {}", self.place.package, self.place, widths.package)?;
        if !self.deps.is_empty() {
            write!(f, "  after {}", self.deps.join(", "))?;
        }
        f.write_str(&self.changed)
    }
}

/// What is not as the code wrote it, and who says so.
fn changed(overrides: &Overrides) -> String {
    let origins = overrides.iter().map(|(key, value)| format!("  {key} from {}", value.origin()));
    origins.collect::<Vec<_>>().concat()
}
