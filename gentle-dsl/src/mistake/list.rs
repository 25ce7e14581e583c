//! All the mistakes of one text.

use core::fmt;

use super::Mistake;

/// All the mistakes of one text, at least one, in the order of their places.
///
/// # Examples
///
/// ```
/// use gentle_dsl::{RateLimit, Sentence};
///
/// let mistakes = RateLimit::parse("5/500 brust 10").unwrap_err();
/// let codes: Vec<_> = mistakes.iter().map(|mistake| mistake.code()).collect();
/// assert_eq!(codes, ["G101", "G001"]);
/// assert_eq!(mistakes.first().help(), "write `5/500ms burst 10`", "a help corrects them all");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistakes {
    first: Box<Mistake>,
    more: Vec<Mistake>,
}

impl Mistakes {
    /// The first one.
    pub fn first(&self) -> &Mistake {
        &self.first
    }

    /// All of them.
    pub fn iter(&self) -> <&Self as IntoIterator>::IntoIter {
        core::iter::once(&*self.first).chain(&self.more)
    }

    /// These, and then the others.
    pub fn merge(mut self, other: Self) -> Self {
        self.more.extend(other);
        self
    }

    /// Collects mistakes from several places, if there are any.
    ///
    /// # Examples
    ///
    /// ```
    /// use gentle_dsl::{Mistakes, parse_count, parse_duration};
    ///
    /// let found = [parse_count("x").err(), parse_duration("5s").err()];
    /// assert_eq!(Mistakes::collect(found.into_iter().flatten().flatten()).map(|all| all.iter().count()), Some(1));
    /// ```
    pub fn collect(mistakes: impl IntoIterator<Item = Mistake>) -> Option<Self> {
        let mut mistakes = mistakes.into_iter();
        let first = Box::new(mistakes.next()?);
        Some(Self { first, more: mistakes.collect() })
    }

    /// The same mistakes, said of something else: the key of the attribute or of the configuration that the value stands behind.
    pub fn about(mut self, subject: &str) -> Self {
        self.first.set_subject(subject);
        self.more.iter_mut().for_each(|mistake| mistake.set_subject(subject));
        self
    }

    /// The same mistakes, where the text is a part of a longer one that starts `offset` bytes before it.
    pub fn within(mut self, whole: &str, offset: usize) -> Self {
        self.first.within(whole, offset);
        self.more.iter_mut().for_each(|mistake| mistake.within(whole, offset));
        self
    }
}

impl From<Mistake> for Mistakes {
    fn from(mistake: Mistake) -> Self {
        Self { first: Box::new(mistake), more: Vec::new() }
    }
}

impl IntoIterator for Mistakes {
    type Item = Mistake;
    type IntoIter = core::iter::Chain<core::iter::Once<Mistake>, std::vec::IntoIter<Mistake>>;

    fn into_iter(self) -> Self::IntoIter {
        core::iter::once(*self.first).chain(self.more)
    }
}

impl<'a> IntoIterator for &'a Mistakes {
    type Item = &'a Mistake;
    type IntoIter = core::iter::Chain<core::iter::Once<&'a Mistake>, core::slice::Iter<'a, Mistake>>;

    fn into_iter(self) -> Self::IntoIter {
        core::iter::once(&*self.first).chain(&self.more)
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.first.fmt(f)?;
        self.more.iter().try_for_each(|mistake| write!(f, "\n\n{mistake}"))
    }
}

impl core::error::Error for Mistakes {}
