use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::str::FromStr;
use std::sync::Arc;

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
    let known = KNOWN.iter().find(|(name, _)| *name == scheme);
    let feature = known.map(|(_, feature)| format!("; add the feature `{feature}` to gentle"));
    let here = schemes.join(", ");
    let message =
        format!("no event store is called `{scheme}`; compiled in: {here}{}", feature.unwrap_or_default());
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

    /// Takes an option out and reads it; `None` when it is not there.
    ///
    /// # Errors
    ///
    /// [`Kind::Config`] with the option's name, its text and what it should be, when it does not read.
    pub fn take<T: FromStr>(&mut self, name: &str, should_be: &str) -> Result<Option<T>, Error> {
        let Some(text) = self.options.remove(name) else { return Ok(None) };
        let wrong = |_| {
            let scheme = &self.scheme;
            Error::new(Kind::Config, format!("{scheme}://: `{name}={text}` should be {should_be}"))
        };
        text.parse().map(Some).map_err(wrong)
    }

    /// Makes sure that every option was taken.
    ///
    /// # Errors
    ///
    /// [`Kind::Config`] naming an option that nobody took, and those that exist.
    pub fn finish(self, known: &[&str]) -> Result<(), Error> {
        let Some(name) = self.options.keys().next() else { return Ok(()) };
        let message = format!("{}://: unknown option `{name}`; it knows {}", self.scheme, known.join(", "));
        Err(Error::new(Kind::Config, message))
    }
}

impl FromStr for StoreUrl {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let Some((scheme, rest)) = text.split_once("://") else {
            let message = "an event store is written as a URL: `local://`, `sqlite://events.db`";
            return Err(Error::new(Kind::Config, message));
        };
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        let options = pairs.map(option).collect::<Result<_, _>>()?;
        Ok(Self { scheme: scheme.to_ascii_lowercase(), path: path.to_owned(), options })
    }
}

fn option(pair: &str) -> Result<(String, String), Error> {
    let (name, value) = pair.split_once('=').ok_or_else(|| {
        Error::new(Kind::Config, format!("`{pair}` is no option of an event store: write `name=value`"))
    })?;
    Ok((name.to_owned(), value.to_owned()))
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
        assert!(unknown("sqlite").to_string().ends_with("; add the feature `sqlite` to gentle"));
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
    async fn a_text_that_is_no_url_says_how_to_write_one() {
        assert!(message(open("events.db").await).contains("`sqlite://events.db`"));
    }
}
