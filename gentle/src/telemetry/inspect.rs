//! What a part of a program shows of itself: plain data, with names that a page can print without knowing the part.
//!
//! A part implements [`Inspect`]; who shows it, a console or a program of its own, sees [`Item`]s and their [`Fact`]s
//! and nothing else. All of it is `serde::Serialize`.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::error::{Error, Kind};

/// A part of a program that can be looked at while it runs.
///
/// # Examples
///
/// ```
/// use gentle::telemetry::inspect::{Facts, Inspect, Item};
///
/// struct Doors(u32);
///
/// impl Inspect for Doors {
///     fn title(&self) -> &'static str {
///         "doors"
///     }
///
///     fn items(&self) -> Vec<Item> {
///         let mut front = Item::new("front");
///         front.facts = Facts::new().with("open", self.0);
///         vec![front]
///     }
/// }
///
/// let page = serde_json::to_string(&Doors(3).items())?;
/// assert_eq!(page, r#"[{"name":"front","facts":{"open":3}}]"#);
/// assert!(Doors(3).set("front", "open", "4").is_err(), "nobody said that it can be changed");
/// # Ok::<(), serde_json::Error>(())
/// ```
pub trait Inspect: Send + Sync {
    /// The title of its page: one word, the same as its section in the configuration where it has one.
    fn title(&self) -> &'static str;

    /// Everything in it, as it is now.
    fn items(&self) -> Vec<Item>;

    /// Changes what is called `key` of the item called `item`, while the program runs.
    ///
    /// # Errors
    ///
    /// There is no such item or key, it cannot be changed, or the text is wrong: then everything stays as it was.
    fn set(&self, item: &str, key: &str, text: &str) -> Result<(), Error> {
        let _ = text;
        let message =
            format!("{}: `{key}` of `{item}` cannot be changed while the program runs", self.title());
        Err(Error::new(Kind::Config, message))
    }
}

/// One thing of a part, with what belongs to it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Item {
    /// What it is called: the name that [`Inspect::set`] takes.
    pub name: String,
    /// Its text, where it has one that can be changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Who says so, where that is not the code: `gentle.toml:12:9`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Where it is declared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// How it is doing.
    pub facts: Facts,
    /// What it consists of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Item>,
}

impl Item {
    /// An item of this name, with nothing to say yet.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }
}

/// Facts by name, in the order in which they are to be read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts(Vec<(Cow<'static, str>, Fact)>);

impl Facts {
    /// Nothing yet.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// One fact more.
    pub fn with(mut self, name: impl Into<Cow<'static, str>>, fact: impl Into<Fact>) -> Self {
        self.0.push((name.into(), fact.into()));
        self
    }

    /// The fact of this name.
    pub fn get(&self, name: &str) -> Option<&Fact> {
        self.iter().find_map(|(known, fact)| (known == name).then_some(fact))
    }

    /// Every fact, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Fact)> {
        self.0.iter().map(|(name, fact)| (&**name, fact))
    }

    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// As a map, in order.
impl Serialize for Facts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, fact) in &self.0 {
            map.serialize_entry(name, fact)?;
        }
        map.end()
    }
}

/// One value about something.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Fact {
    /// How many.
    Count(u64),
    /// How much.
    Number(f64),
    /// A time, in seconds where it is data.
    Time(#[serde(serialize_with = "seconds")] Duration),
    /// In words.
    Text(String),
}

impl Fact {
    /// The count, where it is one.
    pub fn as_count(&self) -> Option<u64> {
        match self {
            Self::Count(count) => Some(*count),
            _ => None,
        }
    }
}

pub(crate) fn seconds<S: Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(time.as_secs_f64())
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => count.fmt(f),
            Self::Number(number) => write!(f, "{number:.1}"),
            Self::Time(time) => write!(f, "{time:.1?}"),
            Self::Text(text) => text.fmt(f),
        }
    }
}

impl From<u64> for Fact {
    fn from(count: u64) -> Self {
        Self::Count(count)
    }
}

impl From<u32> for Fact {
    fn from(count: u32) -> Self {
        Self::Count(count.into())
    }
}

impl From<f64> for Fact {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<Duration> for Fact {
    fn from(time: Duration) -> Self {
        Self::Time(time)
    }
}

impl From<String> for Fact {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Fact {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_a_map_in_their_order_and_a_time_is_seconds() {
        let facts = Facts::new()
            .with("phase", "open")
            .with("left", Duration::from_millis(1500))
            .with("level", 0.5)
            .with("opened", 2_u64);
        let json = serde_json::to_string(&facts).unwrap();
        assert_eq!(json, r#"{"phase":"open","left":1.5,"level":0.5,"opened":2}"#);
        assert_eq!(facts.get("opened").and_then(Fact::as_count), Some(2));
        let shown: Vec<_> = facts.iter().map(|(name, fact)| format!("{name} {fact}")).collect();
        assert_eq!(shown, ["phase open", "left 1.5s", "level 0.5", "opened 2"]);
    }
}
