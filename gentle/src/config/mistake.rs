use std::fmt;

use crate::error::{Error, Kind};

/// One thing wrong with the configuration, in the shape of every message about a policy: where, what, a picture,
/// and what to write instead.
#[derive(Clone, Debug)]
pub(crate) struct Mistake {
    head: String,
    says: String,
    picture: Option<Box<Picture>>,
    help: Option<String>,
}

/// A line as it was written, the part that is wrong (counted in characters), and a word on it.
#[derive(Clone, Debug)]
pub(crate) struct Picture {
    pub(crate) line: String,
    pub(crate) start: usize,
    pub(crate) length: usize,
    pub(crate) note: String,
}

impl Mistake {
    pub(crate) fn new(head: impl Into<String>, says: impl Into<String>) -> Self {
        Self { head: head.into(), says: says.into(), picture: None, help: None }
    }

    pub(crate) fn picture(mut self, picture: Picture) -> Self {
        self.picture = Some(Box::new(picture));
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn into_error(self) -> Error {
        Error::new(Kind::Config, self.to_string())
    }
}

impl Picture {
    /// All of `line` is wrong.
    pub(crate) fn whole(line: impl Into<String>, note: impl Into<String>) -> Self {
        let line = line.into();
        Self { start: 0, length: line.chars().count(), line, note: note.into() }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.head, self.says)?;
        if let Some(picture) = &self.picture {
            write!(f, "\n\n{picture}")?;
        }
        match &self.help {
            Some(help) => write!(f, "\n\nhelp: {help}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = self.line.replace('\t', " ");
        let (gap, carets) = (" ".repeat(self.start), "^".repeat(self.length.max(1)));
        write!(f, "    {}\n    {gap}{carets} {}", line.trim_end(), self.note)
    }
}

/// Mistakes as one error, or nothing when there are none.
pub(crate) fn result(mistakes: Vec<Mistake>) -> Result<(), Error> {
    match Error::together(mistakes.into_iter().map(Mistake::into_error).collect()) {
        Some(error) => Err(error),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_says_where_what_and_what_instead() {
        let picture = Picture { line: "\ta = x y".into(), start: 5, length: 1, note: "quote it".into() };
        let mistake =
            Mistake::new("gentle.toml:1:6", "this is not TOML").picture(picture).help("write `a = \"x y\"`");
        assert_eq!(
            mistake.to_string(),
            "gentle.toml:1:6: this is not TOML\n\n     a = x y\n         ^ quote it\n\nhelp: write `a = \"x y\"`"
        );
    }

    #[test]
    fn an_empty_part_still_gets_a_caret() {
        assert_eq!(Picture::whole("", "nothing here").to_string(), "    \n    ^ nothing here");
    }
}
