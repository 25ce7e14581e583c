//! Several policies in one text.

mod item;
mod set;

use core::fmt;

use item::{Item, items};

use crate::{
    bulkhead::Bulkhead,
    key::Key,
    mistake::{Mistake, Mistakes},
    rate_limit::RateLimit,
    retry::Retry,
    sentence::Sentence,
    setting::Setting,
    timeout::Timeout,
};

/// Who makes this many mistakes in one text wants to see the first few.
const SHOWN: usize = 16;

/// The policies of one operation, each at most once; `None` where nothing was written.
///
/// Printed in the order in which they nest, whatever the order they were written in, and parses back to an equal value.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PolicySet {
    /// Calls again after a failure.
    pub retry: Option<Setting<Retry>>,
    /// So many calls in a period.
    pub rate_limit: Option<Setting<RateLimit>>,
    /// So many calls at a time.
    pub bulkhead: Option<Setting<Bulkhead>>,
    /// How long a call and each attempt may take.
    pub timeout: Option<Setting<Timeout>>,
}

impl fmt::Display for PolicySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let items = [
            written(Key::Retry, self.retry),
            written(Key::RateLimit, self.rate_limit),
            written(Key::Bulkhead, self.bulkhead),
            written(Key::Timeout, self.timeout),
        ];
        let items: Vec<String> = items.into_iter().flatten().collect();
        f.write_str(&items.join(", "))
    }
}

fn written<T: fmt::Display>(key: Key, setting: Option<Setting<T>>) -> Option<String> {
    setting.map(|setting| format!("{key} = \"{setting}\""))
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
    let mut reading = Reading { text, set: PolicySet::default(), given: Vec::new(), mistakes: Vec::new() };
    for item in items(text) {
        if reading.mistakes.len() >= SHOWN {
            break;
        }
        match item {
            Ok(item) => reading.item(&item),
            Err(mistake) => reading.mistakes.push(mistake),
        }
    }
    Mistakes::collect(reading.mistakes).map_or(Ok(reading.set), Err)
}

/// What was read so far.
struct Reading<'a> {
    text: &'a str,
    set: PolicySet,
    given: Vec<Key>,
    mistakes: Vec<Mistake>,
}

impl Reading<'_> {
    fn item(&mut self, item: &Item<'_>) {
        let Some(key) = Key::from_name(item.name) else {
            let keys = Key::ALL.into_iter().filter(|key| key.is_ready()).map(Key::as_str);
            self.refuse(item, Mistake::unknown_key(item.name, keys));
            return;
        };
        if self.given.contains(&key) {
            self.refuse(item, Mistake::given_twice(item.name));
        }
        self.given.push(key);
        match key {
            Key::Retry => self.set.retry = self.value(item),
            Key::RateLimit => self.set.rate_limit = self.value(item),
            Key::Bulkhead => self.set.bulkhead = self.value(item),
            Key::Timeout => self.set.timeout = self.value(item),
            _ => self.refuse(item, Mistake::not_ready(key)),
        }
    }

    fn value<T: Sentence>(&mut self, item: &Item<'_>) -> Option<Setting<T>> {
        let parsed = T::parse(item.value).map_err(|mistakes| mistakes.within(self.text, item.offset));
        parsed.map_err(|mistakes| self.mistakes.extend(mistakes)).ok()
    }

    fn refuse(&mut self, item: &Item<'_>, mistake: Mistake) {
        self.mistakes.push(mistake.with_picture(self.text, item.start..item.start + item.name.len()));
    }
}
