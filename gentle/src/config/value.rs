use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use gentle_dsl::did_you_mean;

use super::key::KeyPath;
use super::mistake::{Mistake, Picture};
use super::secret::without_password;
use super::{Origin, Secret, grammar, size};
use crate::error::Error;

/// One configured value: its text, the shape it was written in, and where.
///
/// The readers below turn it into what a program needs, and their errors point at the place it came from. A value
/// from the environment or the code is text, so a text that reads as a number is one.
///
/// # Examples
///
/// ```
/// use gentle::config::Config;
///
/// # fn main() -> Result<(), gentle::Error> {
/// let config = Config::builder().set("handler.save_score.concurrency", 16).load()?;
/// let concurrency: Option<u32> = config.get("handler.save_score.concurrency").map(|v| v.integer()).transpose()?;
/// assert_eq!(concurrency, Some(16));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Value {
    pub(crate) key: KeyPath,
    pub(crate) text: String,
    pub(crate) shape: Shape,
    pub(crate) items: Vec<Value>,
    pub(crate) origin: Origin,
    /// Where the first character of the text stands, when the text stands in the file letter by letter.
    pub(crate) verbatim: Option<Origin>,
}

/// How a value was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shape {
    /// `true` or `false`.
    Boolean,
    /// A number with a fraction.
    Float,
    /// A whole number.
    Integer,
    /// Several values in brackets.
    List,
    /// A date, a time, or both.
    Moment,
    /// Text in quotes, or anything from the environment or the code.
    Text,
}

impl Value {
    pub(crate) fn plain(key: KeyPath, text: String, origin: Origin) -> Self {
        Self { key, text, shape: Shape::Text, items: Vec::new(), origin, verbatim: None }
    }

    /// Where it was written.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// How it was written.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// The text as it was written, without quotes. Not masked: use `Display` to print it.
    pub fn as_text(&self) -> &str {
        &self.text
    }

    /// The text, owned.
    ///
    /// # Errors
    ///
    /// It is a list.
    pub fn text(&self) -> Result<String, Error> {
        self.scalar().map(str::to_owned).map_err(Mistake::into_error)
    }

    /// The text as a [`Secret`].
    ///
    /// # Errors
    ///
    /// It is a list.
    ///
    /// # Examples
    ///
    /// ```
    /// # fn main() -> Result<(), gentle::Error> {
    /// let config = gentle::config::Config::builder().set("app.x", "hunter2").load()?;
    /// assert_eq!(config.get("app.x").unwrap().secret()?.to_string(), "***");
    /// # Ok(())
    /// # }
    /// ```
    pub fn secret(&self) -> Result<Secret, Error> {
        self.text().map(Secret::new)
    }

    /// Whatever its text parses to.
    ///
    /// # Errors
    ///
    /// It does not parse: the message of the type's own error, with the place.
    ///
    /// # Examples
    ///
    /// ```
    /// use gentle::config::Config;
    ///
    /// # fn main() -> Result<(), gentle::Error> {
    /// let config = Config::builder().toml_text("gentle.toml", "[service.web]\naddress = \"here\"").load()?;
    /// let error = config.get("service.web.address").unwrap().parse::<std::net::IpAddr>().unwrap_err();
    /// assert!(error.to_string().starts_with("gentle.toml:2:11: service.web.address: `here` cannot be read"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn parse<T>(&self) -> Result<T, Error>
    where
        T: FromStr,
        T::Err: fmt::Display,
    {
        self.read_parsed().map_err(Mistake::into_error)
    }

    /// A whole number of the type asked for; digits may be grouped with `_`.
    ///
    /// # Errors
    ///
    /// It is not a whole number, or does not fit the type.
    pub fn integer<T: TryFrom<i128>>(&self) -> Result<T, Error> {
        self.read_integer().map_err(Mistake::into_error)
    }

    /// `true` or `on`, `false` or `off`.
    ///
    /// # Errors
    ///
    /// It is another word.
    ///
    /// # Examples
    ///
    /// ```
    /// # fn main() -> Result<(), gentle::Error> {
    /// let config = gentle::config::Config::builder().set("app.x", "on").load()?;
    /// assert!(config.get("app.x").unwrap().boolean()?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn boolean(&self) -> Result<bool, Error> {
        self.read_boolean().map_err(Mistake::into_error)
    }

    /// A duration as policies write it: `500ms`, `1m30s`.
    ///
    /// # Errors
    ///
    /// It has no unit, an unknown one, or a space inside.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// # fn main() -> Result<(), gentle::Error> {
    /// let config = gentle::config::Config::builder().set("app.x", "1m30s").load()?;
    /// assert_eq!(config.get("app.x").unwrap().duration()?, Duration::from_secs(90));
    /// # Ok(())
    /// # }
    /// ```
    pub fn duration(&self) -> Result<Duration, Error> {
        self.read_duration().map_err(Mistake::into_error)
    }

    /// A number of bytes: `64KiB`, `10MB`, `512`.
    ///
    /// # Errors
    ///
    /// It is no number, has an unknown unit, or is too large.
    ///
    /// # Examples
    ///
    /// ```
    /// # fn main() -> Result<(), gentle::Error> {
    /// let config = gentle::config::Config::builder().set("app.x", "64KiB").load()?;
    /// assert_eq!(config.get("app.x").unwrap().bytes()?, 65_536);
    /// # Ok(())
    /// # }
    /// ```
    pub fn bytes(&self) -> Result<u64, Error> {
        self.read_bytes().map_err(Mistake::into_error)
    }

    /// Its elements; a text is split at commas, which is how a variable holds a list.
    ///
    /// # Examples
    ///
    /// ```
    /// # fn main() -> Result<(), gentle::Error> {
    /// let config = gentle::config::Config::builder().set("app.x", "a, b, c").load()?;
    /// assert_eq!(config.get("app.x").unwrap().list().len(), 3);
    /// # Ok(())
    /// # }
    /// ```
    pub fn list(&self) -> Vec<Self> {
        if self.shape == Shape::List {
            return self.items.clone();
        }
        let parts = self.text.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.map(|part| Self::plain(self.key.clone(), part.to_owned(), self.origin.clone())).collect()
    }

    /// An error about this value that only its reader can see, behind the place it came from.
    ///
    /// # Examples
    ///
    /// ```
    /// use gentle::config::Config;
    ///
    /// # fn main() -> Result<(), gentle::Error> {
    /// let config = Config::builder().environment([("GENTLE_EVENT_URL", "carrier://pigeon")]).load()?;
    /// let error = config.get("event.url").unwrap().error("event.url: no store is named `carrier`");
    /// assert_eq!(error.to_string(), "GENTLE_EVENT_URL: event.url: no store is named `carrier`");
    /// assert!(error.is_config());
    /// # Ok(())
    /// # }
    /// ```
    pub fn error(&self, says: impl fmt::Display) -> Error {
        Mistake::new(self.origin.head(), says.to_string()).into_error()
    }

    pub(crate) fn read_text(&self) -> Result<String, Mistake> {
        self.scalar().map(str::to_owned)
    }

    pub(crate) fn read_parsed<T>(&self) -> Result<T, Mistake>
    where
        T: FromStr,
        T::Err: fmt::Display,
    {
        let wrong = |error: T::Err| self.wrong(format_args!("{} cannot be read", self.quoted()), error);
        self.scalar()?.parse().map_err(wrong)
    }

    pub(crate) fn read_integer<T: TryFrom<i128>>(&self) -> Result<T, Mistake> {
        let digits = self.scalar()?.replace('_', "");
        let Ok(number) = digits.parse::<i128>() else {
            let note = "digits only, for example `16`";
            return Err(self.wrong(format_args!("{} is not a whole number", self.quoted()), note));
        };
        let note = if number < 0 { "must not be this small" } else { "must not be this large" };
        T::try_from(number).map_err(|_| self.wrong(format_args!("{} is out of range", self.quoted()), note))
    }

    pub(crate) fn read_boolean(&self) -> Result<bool, Mistake> {
        match self.scalar()? {
            "true" | "on" => Ok(true),
            "false" | "off" => Ok(false),
            _ => Err(self.wrong(
                format_args!("{} is neither true nor false", self.quoted()),
                "write `true` or `false`",
            )),
        }
    }

    pub(crate) fn read_duration(&self) -> Result<Duration, Mistake> {
        let text = self.scalar()?;
        grammar::duration(text).map_err(|mistakes| grammar::first(self, mistakes))
    }

    pub(crate) fn read_bytes(&self) -> Result<u64, Mistake> {
        let wrong = |note| self.wrong(format_args!("{} is not a size", self.quoted()), note);
        size::parse(self.scalar()?).map_err(wrong)
    }

    pub(crate) fn read_choice(&self, known: &[&'static str]) -> Result<&'static str, Mistake> {
        let text = self.scalar()?;
        if let Some(found) = known.iter().find(|word| **word == text) {
            return Ok(found);
        }
        let meant = did_you_mean(text, known.iter().copied());
        let note = meant.map_or("unknown".to_owned(), |word| format!("did you mean `{word}`?"));
        Err(self
            .wrong(format_args!("unknown word {}", self.quoted()), note)
            .help(format!("known: {}", known.join(", "))))
    }

    fn scalar(&self) -> Result<&str, Mistake> {
        if self.shape == Shape::List {
            return Err(self.mistake("one value is wanted here, not a list").help("take the brackets away"));
        }
        Ok(&self.text)
    }

    /// A mistake about this value, headed by where it stands and its key.
    pub(crate) fn mistake(&self, says: impl fmt::Display) -> Mistake {
        Mistake::new(self.origin.head(), format!("{}: {says}", self.key))
    }

    fn wrong(&self, says: impl fmt::Display, note: impl fmt::Display) -> Mistake {
        let shown = self.shown();
        let picture = if shown.contains('\n') { None } else { Some(Picture::whole(shown, note.to_string())) };
        let mistake = self.mistake(says);
        match picture {
            Some(picture) => mistake.picture(picture),
            None => mistake.help(note.to_string()),
        }
    }

    fn quoted(&self) -> String {
        format!("`{}`", self.shown())
    }

    /// The text for human eyes: nothing of a secret, no password of a URL.
    pub(crate) fn shown(&self) -> String {
        if self.key.is_secret() { "***".to_owned() } else { without_password(&self.text) }
    }
}

/// As TOML, with secrets and the passwords of URLs masked.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.shape {
            Shape::List if self.key.is_secret() => f.write_str("[\"***\"]"),
            Shape::List => write_list(&self.items, f),
            Shape::Text => write!(f, "{:?}", self.shown()),
            _ => f.write_str(&self.shown()),
        }
    }
}

fn write_list(items: &[Value], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let items: Vec<String> = items.iter().map(ToString::to_string).collect();
    write!(f, "[{}]", items.join(", "))
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {self} ({})", self.key, self.origin)
    }
}
