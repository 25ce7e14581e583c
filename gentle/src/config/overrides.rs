use gentle_dsl::{Sentence, Setting};

use super::key::KeyPath;
use super::mistake::{self, Mistake};
use super::{Config, Value, grammar};
use crate::error::Error;

/// What configuration says about one policy or one handler: the keys it changes, and nothing else.
///
/// # Examples
///
/// ```
/// use gentle::config::Config;
/// use gentle_dsl::{Retry, Timeout};
///
/// # fn main() -> Result<(), gentle::Error> {
/// let text = "[policy.pay]\nretry = \"const(500ms), 5 attempts\"";
/// let pay = Config::builder().toml_text("gentle.toml", text).load()?.policy("pay");
/// assert!(pay.sentence::<Retry>()?.is_some());
/// assert!(pay.sentence::<Timeout>()?.is_none(), "the code's own text stays");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Overrides(Vec<Value>);

impl Overrides {
    pub(crate) fn read(config: &Config, kind: &str, name: &str, keys: &[&str]) -> Self {
        let keys = keys.iter().map(|key| KeyPath::of([kind, name, key]));
        Self(keys.filter_map(|key| config.find(&key, &super::variables(&key))).collect())
    }

    /// Whether configuration leaves it as the code wrote it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of one key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.iter().find(|value| value.key.last() == key)
    }

    /// Every key with its value.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|value| (value.key.last(), value))
    }

    /// The policy that is configured in place of the code's, when one is.
    ///
    /// # Errors
    ///
    /// Every mistake in its text, each behind the place of its letters: `gentle.toml:12:9: retry: …`.
    pub fn sentence<S: Sentence>(&self) -> Result<Option<Setting<S>>, Error> {
        let Some(value) = self.get(S::KEY.as_str()) else { return Ok(None) };
        match grammar::sentence(value) {
            Ok(setting) => Ok(Some(setting)),
            Err(mistakes) => mistake::result(mistakes).map(|()| None),
        }
    }

    /// Whether every value in it is right: for boot, which reports everything before it starts anything.
    ///
    /// # Errors
    ///
    /// Every mistake in every policy's text, and for a handler a `concurrency` that is no number above zero and a
    /// `timeout` that is no duration.
    pub fn check(&self) -> Result<(), Error> {
        mistake::result(self.0.iter().flat_map(wrong).collect())
    }
}

fn wrong(value: &Value) -> Vec<Mistake> {
    let handler = value.key.segments().first().is_some_and(|kind| kind == "handler");
    match value.key.last() {
        "concurrency" => concurrency(value).err().into_iter().collect(),
        // A handler is all attempts: its time limit has no sentence around it.
        "timeout" if handler => value.read_duration().err().into_iter().collect(),
        _ => grammar::check(value),
    }
}

fn concurrency(value: &Value) -> Result<(), Mistake> {
    match value.read_integer::<u32>()? {
        0 => {
            Err(value.mistake("a handler with no concurrency never handles anything").help("write 1 or more"))
        }
        _ => Ok(()),
    }
}
