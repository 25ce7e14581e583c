use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::str::FromStr;
use std::sync::Arc;

use gentle_dsl::did_you_mean;

use super::Backend;
use crate::error::{Error, Kind};

/// Where the events are: `local://?max_queued=100`, `sqlite://scores.db?synchronous=normal`.
///
/// # Examples
///
/// ```
/// use gentle::event::backend::StoreUrl;
///
/// let url: StoreUrl = "sqlite:///var/lib/scores.db?synchronous=normal".parse()?;
/// assert_eq!(url.scheme(), "sqlite");
/// assert_eq!(url.path(), "/var/lib/scores.db");
/// # Ok::<(), gentle::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct StoreUrl {
    scheme: String,
    path: String,
    options: BTreeMap<String, String>,
    mistakes: Vec<Error>,
}

/// What opening a back end gives.
pub type Opening = Pin<Box<dyn Future<Output = Result<Arc<dyn Backend>, Error>> + Send>>;

/// How a back end makes itself known: one submission at the end of its own folder.
pub struct Registration {
    /// The first word of its URL.
    pub scheme: &'static str,
    /// Reads the options, whose mistakes are [`Kind::Config`], and then opens it: nothing happens before the
    /// future is polled.
    pub open: fn(StoreUrl) -> Result<Opening, Error>,
}

inventory::collect!(Registration);

// What gentle has, and the feature that brings it.
const KNOWN: &[(&str, &str)] = &[("sqlite", "sqlite")];

/// Opens the store at `url`.
///
/// # Errors
///
/// [`Kind::Config`] for a URL nobody here understands, which names what is compiled in and the feature to add;
/// whatever the back end says when it cannot open.
///
/// # Cancel safety
///
/// Dropping the future opens nothing that stays; what it has made of a new file by then is found by the next open.
pub async fn open(url: &str) -> Result<Arc<dyn Backend>, Error> {
    opening(url)?.await
}

/// Whether the store at `url` could be opened as far as its URL tells: for boot, which checks everything before it
/// starts anything.
///
/// # Errors
///
/// [`Kind::Config`], as [`open`].
///
/// # Examples
///
/// ```
/// use gentle::event::backend;
///
/// assert!(backend::check("local://?max_queued=100").is_ok());
/// assert!(backend::check("local://?max_queue=100").is_err());
/// ```
pub fn check(url: &str) -> Result<(), Error> {
    opening(url).map(drop)
}

fn opening(url: &str) -> Result<Opening, Error> {
    let url: StoreUrl = url.parse()?;
    let found = inventory::iter::<Registration>().find(|one| one.scheme == url.scheme);
    match found {
        Some(registration) => (registration.open)(url),
        None => Err(unknown(&url.scheme)),
    }
}

fn unknown(scheme: &str) -> Error {
    let mut schemes: Vec<_> = inventory::iter::<Registration>().map(|one| one.scheme).collect();
    schemes.sort_unstable();
    let existing = schemes.iter().copied().chain(KNOWN.iter().map(|(name, _)| *name));
    let meant = did_you_mean(scheme, existing).unwrap_or(scheme);
    let guess = if meant == scheme { ";".to_owned() } else { format!("; did you mean `{meant}`?") };
    let absent = KNOWN.iter().find(|(name, _)| *name == meant && !schemes.contains(name));
    let feature = absent.map(|(_, feature)| format!("; add the feature `{feature}` to gentle"));
    let (here, feature) = (schemes.join(", "), feature.unwrap_or_default());
    wrong(format!("no event store is called `{scheme}`{guess} compiled in: {here}{feature}"))
}

fn wrong(message: impl Into<String>) -> Error {
    Error::new(Kind::Config, message)
}

impl StoreUrl {
    /// The word before `://`.
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// What stands between `://` and `?`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Takes an option out and reads it; `None` when it is not there, and when it does not read: that is a mistake
    /// which [`finish`](Self::finish) tells with its name, its text and what it should be.
    pub fn take<T: FromStr>(&mut self, name: &str, should_be: &str) -> Option<T> {
        let text = self.options.remove(name)?;
        let read = text.parse().ok();
        if read.is_none() {
            let scheme = &self.scheme;
            self.mistakes.push(wrong(format!("{scheme}://: `{name}={text}` should be {should_be}")));
        }
        read
    }

    /// Adds a mistake to those that [`finish`](Self::finish) tells.
    pub fn wrong(&mut self, message: String) {
        self.mistakes.push(wrong(message));
    }

    /// Makes sure that every option was taken, and that nothing was wrong.
    ///
    /// # Errors
    ///
    /// [`Kind::Config`] with everything that is wrong, each option that nobody took among it with one that exists.
    pub fn finish(self, known: &[&str]) -> Result<(), Error> {
        let Self { scheme, options, mut mistakes, .. } = self;
        mistakes.extend(options.keys().map(|name| unknown_option(&scheme, name, known)));
        Error::together(mistakes).map_or(Ok(()), Err)
    }
}

fn unknown_option(scheme: &str, name: &str, known: &[&str]) -> Error {
    let instead = did_you_mean(name, known.iter().copied())
        .map_or_else(|| format!("it knows {}", known.join(", ")), |meant| format!("did you mean `{meant}`?"));
    wrong(format!("{scheme}://: unknown option `{name}`; {instead}"))
}

impl FromStr for StoreUrl {
    type Err = Error;

    /// What is wrong with single options is told by [`finish`](StoreUrl::finish), with all the rest.
    fn from_str(text: &str) -> Result<Self, Error> {
        let Some((scheme, rest)) = text.split_once("://") else {
            return Err(wrong(format!("`{text}` is no URL; write `local://` or `sqlite://events.db`")));
        };
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut url = Self {
            scheme: scheme.to_ascii_lowercase(),
            path: path.to_owned(),
            options: BTreeMap::new(),
            mistakes: Vec::new(),
        };
        query.split('&').filter(|pair| !pair.is_empty()).for_each(|pair| url.option(pair));
        Ok(url)
    }
}

impl StoreUrl {
    fn option(&mut self, pair: &str) {
        match pair.split_once('=') {
            Some((name, value)) => drop(self.options.insert(name.to_owned(), value.to_owned())),
            None => {
                self.wrong(format!("`{pair}` is no option of an event store: write `name=value`"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(result: Result<Arc<dyn Backend>, Error>) -> String {
        let error = result.err().unwrap();
        assert_eq!(error.kind(), Kind::Config);
        error.to_string()
    }

    #[tokio::test]
    async fn an_unknown_scheme_lists_what_is_compiled_in() {
        let message = message(open("carrier-pigeon://coop").await);
        assert!(
            message.starts_with("no event store is called `carrier-pigeon`; compiled in: local"),
            "{message}"
        );
    }

    #[test]
    fn a_known_scheme_that_is_not_compiled_in_names_its_feature() {
        let compiled_in = cfg!(feature = "sqlite");
        for name in ["sqlite", "sqlit"] {
            let text = unknown(name).to_string();
            assert_eq!(text.ends_with("; add the feature `sqlite` to gentle"), !compiled_in, "{text}");
        }
    }

    #[tokio::test]
    async fn a_wrong_option_names_itself() {
        assert_eq!(
            message(open("local://?max_queued=many").await),
            "local://: `max_queued=many` should be a number of events"
        );
        assert_eq!(
            message(open("local://?size=1").await),
            "local://: unknown option `size`; it knows max_queued"
        );
    }

    #[tokio::test]
    async fn everything_wrong_with_a_url_is_told_at_once() {
        let error = open("local://x?max_queue=1&max_queued=many&size=1&huh").await.err().unwrap();
        let told: Vec<String> = error.all().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "`huh` is no option of an event store: write `name=value`",
                "local://: `max_queued=many` should be a number of events",
                "local:// is in memory and takes no path: `x`",
                "local://: unknown option `max_queue`; did you mean `max_queued`?",
                "local://: unknown option `size`; it knows max_queued",
            ]
        );
    }

    #[tokio::test]
    async fn an_unknown_scheme_may_be_a_known_one() {
        let text = message(open("locla://").await);
        assert!(
            text.starts_with("no event store is called `locla`; did you mean `local`? compiled"),
            "{text}"
        );
        assert!(unknown("sqlit").to_string().contains("did you mean `sqlite`?"));
    }

    #[tokio::test]
    async fn a_text_that_is_no_url_says_how_to_write_one() {
        let text = message(open("7").await);
        assert_eq!(text, "`7` is no URL; write `local://` or `sqlite://events.db`");
    }
}
