//! Several policies in one text.

mod item;
mod set;

use core::fmt;

use item::{Item, items};

use crate::{
    bulkhead::Bulkhead,
    cache::Cache,
    chaos::Chaos,
    checks::check_set,
    circuit_breaker::CircuitBreaker,
    fallback::Fallback,
    hedge::Hedge,
    key::Key,
    mistake::{Mistake, Mistakes},
    rate_limit::RateLimit,
    ready::Reach,
    retry::Retry,
    sentence::Sentence,
    setting::Setting,
    throttle::Throttle,
    timeout::Timeout,
};

/// Who makes this many mistakes in one text wants to see the first few.
const SHOWN: usize = 16;

/// The policies of one operation, each at most once; `None` where nothing was written.
///
/// Printed in the order in which they nest, outermost first, whatever the order they were written in, and parses back to an equal value. The timeout,
/// which has two places when it bounds the call and each attempt, is printed in the inner one.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PolicySet {
    /// What to answer when everything else failed.
    pub fallback: Option<Setting<Fallback>>,
    /// Answers that are kept for a while.
    pub cache: Option<Setting<Cache>>,
    /// Sheds calls as failures rise.
    pub throttle: Option<Setting<Throttle>>,
    /// Calls again after a failure.
    pub retry: Option<Setting<Retry>>,
    /// A second call beside a slow first one.
    pub hedge: Option<Setting<Hedge>>,
    /// Stops calling what keeps failing.
    pub circuit_breaker: Option<Setting<CircuitBreaker>>,
    /// So many calls in a period.
    pub rate_limit: Option<Setting<RateLimit>>,
    /// So many calls at a time.
    pub bulkhead: Option<Setting<Bulkhead>>,
    /// How long a call and each attempt may take.
    pub timeout: Option<Setting<Timeout>>,
    /// Failures made on purpose.
    pub chaos: Option<Setting<Chaos>>,
}

impl PolicySet {
    /// Each policy that was written, with its whole sentence, in the order in which they nest.
    ///
    /// # Examples
    ///
    /// ```
    /// use gentle_dsl::{Key, parse_policies};
    ///
    /// let policies = parse_policies(r#"timeout = "2s", bulkhead = "16""#)?;
    /// assert_eq!(policies.sentences(), [(Key::Bulkhead, "16, reject".into()), (Key::Timeout, "2s".into())]);
    /// # Ok::<(), gentle_dsl::Mistakes>(())
    /// ```
    pub fn sentences(&self) -> Vec<(Key, String)> {
        let sentences = [
            sentence(Key::Fallback, self.fallback),
            sentence(Key::Cache, self.cache),
            sentence(Key::Throttle, self.throttle),
            sentence(Key::Retry, self.retry),
            sentence(Key::Hedge, self.hedge),
            sentence(Key::CircuitBreaker, self.circuit_breaker),
            sentence(Key::RateLimit, self.rate_limit),
            sentence(Key::Bulkhead, self.bulkhead),
            sentence(Key::Timeout, self.timeout),
            sentence(Key::Chaos, self.chaos),
        ];
        sentences.into_iter().flatten().collect()
    }
}

impl fmt::Display for PolicySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (key, sentence)) in self.sentences().into_iter().enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            write!(f, "{comma}{key} = \"{sentence}\"")?;
        }
        Ok(())
    }
}

fn sentence<T: fmt::Display>(key: Key, setting: Option<Setting<T>>) -> Option<(Key, String)> {
    setting.map(|setting| (key, setting.to_string()))
}

/// Parses the policies of an attribute, written as in one: `rate_limit = "5/500ms", retry(const(500ms, 5m))`.
///
/// # Examples
///
/// ```
/// use gentle_dsl::parse_policies;
///
/// let policies = parse_policies(r#"rate_limit = "5/500ms", retry(const(500ms, 5m))"#)?;
/// assert_eq!(
///     policies.to_string(),
///     r#"retry = "const(500ms), within 5m", rate_limit = "5/500ms, burst 5, wait""#
/// );
/// # Ok::<(), gentle_dsl::Mistakes>(())
/// ```
///
/// # Errors
///
/// Every mistake in the text, those in the sentences with their places in the whole text.
pub fn parse_policies(text: &str) -> Result<PolicySet, Mistakes> {
    parse(Reach::Ready, text)
}

/// Parses the same with all keys and words of the grammar, also those that gentle does nothing for yet.
///
/// # Errors
///
/// Every mistake in the text, those in the sentences with their places in the whole text.
pub fn parse_policies_ahead(text: &str) -> Result<PolicySet, Mistakes> {
    parse(Reach::Ahead, text)
}

fn parse(reach: Reach, text: &str) -> Result<PolicySet, Mistakes> {
    let mut reading =
        Reading { reach, text, set: PolicySet::default(), given: Vec::new(), mistakes: Vec::new() };
    for item in items(text) {
        if reading.mistakes.len() >= SHOWN {
            break;
        }
        match item {
            Ok(item) => reading.item(&item),
            Err(mistake) => reading.mistakes.push(mistake),
        }
    }
    reading.check();
    Mistakes::collect(reading.mistakes).map_or(Ok(reading.set), Err)
}

/// What was read so far.
struct Reading<'a> {
    reach: Reach,
    text: &'a str,
    set: PolicySet,
    given: Vec<(Key, Item<'a>)>,
    mistakes: Vec<Mistake>,
}

impl<'a> Reading<'a> {
    fn item(&mut self, item: &Item<'a>) {
        let Some(key) = Key::from_name(item.name) else {
            let keys = Key::ALL.into_iter().filter(|key| self.has(*key)).map(Key::as_str);
            self.refuse(item, Mistake::unknown_key(item.name, keys));
            return;
        };
        if self.given.iter().any(|(given, _)| *given == key) {
            self.refuse(item, Mistake::given_twice(item.name));
        }
        self.given.push((key, item.clone()));
        if !self.has(key) {
            self.refuse(item, Mistake::not_ready(key));
            return;
        }
        match key {
            Key::Fallback => self.set.fallback = self.value(item),
            Key::Cache => self.set.cache = self.value(item),
            Key::Throttle => self.set.throttle = self.value(item),
            Key::Retry => self.set.retry = self.value(item),
            Key::Hedge => self.set.hedge = self.value(item),
            Key::CircuitBreaker => self.set.circuit_breaker = self.value(item),
            Key::RateLimit => self.set.rate_limit = self.value(item),
            Key::Bulkhead => self.set.bulkhead = self.value(item),
            Key::Timeout => self.set.timeout = self.value(item),
            Key::Chaos => self.set.chaos = self.value(item),
        }
    }

    fn has(&self, key: Key) -> bool {
        self.reach == Reach::Ahead || key.is_ready()
    }

    fn value<T: Sentence>(&mut self, item: &Item<'_>) -> Option<Setting<T>> {
        let parsed =
            T::parse_as(self.reach, item.value).map_err(|mistakes| mistakes.within(self.text, item.offset));
        parsed.map_err(|mistakes| self.mistakes.extend(mistakes)).ok()
    }

    /// What the policies say together, once each of them is right.
    fn check(&mut self) {
        if self.mistakes.is_empty() {
            self.mistakes = check_set(&self.set).into_iter().map(|mistake| self.place(mistake)).collect();
        }
    }

    /// The mistake with its place in the whole text, where what it underlines is written alike.
    fn place(&self, mistake: Mistake) -> Mistake {
        let Some((_, item)) = self.given.iter().find(|(key, _)| Some(*key) == mistake.key()) else {
            return mistake;
        };
        let piece = mistake.source().get(mistake.span()).unwrap_or_default();
        let (start, length) = match item.value.find(piece) {
            Some(at) => (item.offset + at, piece.len()),
            None => (item.offset, item.value.len()),
        };
        mistake.with_picture(self.text, start..start + length)
    }

    fn refuse(&mut self, item: &Item<'_>, mistake: Mistake) {
        self.mistakes.push(mistake.with_picture(self.text, item.start..item.start + item.name.len()));
    }
}
