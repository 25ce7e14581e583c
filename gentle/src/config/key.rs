use std::fmt;

/// A dotted key, segment by segment: `policy."scores::read_score".retry` has three.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct KeyPath(Vec<String>);

impl KeyPath {
    /// Splits at dots; a segment in double quotes may hold dots itself.
    pub(crate) fn parse(text: &str) -> Self {
        let mut segments = vec![String::new()];
        let mut quoted = false;
        for letter in text.chars() {
            match letter {
                '"' => quoted = !quoted,
                '.' if !quoted => segments.push(String::new()),
                _ => push_to_last(&mut segments, letter),
            }
        }
        Self(segments.into_iter().map(|segment| segment.trim().to_owned()).collect())
    }

    pub(crate) fn of<const N: usize>(segments: [&str; N]) -> Self {
        Self(segments.iter().map(ToString::to_string).collect())
    }

    pub(crate) fn child(&self, segment: &str) -> Self {
        let mut segments = self.0.clone();
        segments.push(segment.to_owned());
        Self(segments)
    }

    /// A key further down, which may be dotted itself.
    pub(crate) fn join(&self, key: &str) -> Self {
        Self::parse(key).0.iter().fold(self.clone(), |path, segment| path.child(segment))
    }

    pub(crate) fn segments(&self) -> &[String] {
        &self.0
    }

    pub(crate) fn last(&self) -> &str {
        self.0.last().map_or("", String::as_str)
    }

    /// What follows `prefix`, when this key stands below it.
    pub(crate) fn below(&self, prefix: &Self) -> Option<&[String]> {
        self.0.strip_prefix(prefix.0.as_slice()).filter(|rest| !rest.is_empty())
    }

    /// The variable that sets this key: `GENTLE_` and the segments, mangled.
    pub(crate) fn variable(&self) -> String {
        let mut name = String::from("GENTLE");
        for segment in &self.0 {
            name.push('_');
            name.push_str(&mangled(segment));
        }
        name
    }

    /// Whether it is a policy's, which may change while the program runs.
    pub(crate) fn is_of_policy(&self) -> bool {
        self.0.first().is_some_and(|section| section == "policy")
    }

    /// Whether what it names must never be printed.
    pub(crate) fn is_secret(&self) -> bool {
        let last = self.last().to_lowercase();
        ["password", "secret", "token", "key"].iter().any(|word| last.contains(word))
    }
}

fn push_to_last(segments: &mut [String], letter: char) {
    if let Some(last) = segments.last_mut() {
        last.push(letter);
    }
}

/// A name as it stands in a variable: upper case, and `_` for whatever is neither a letter nor a digit.
///
/// # Examples
///
/// ```
/// assert_eq!(gentle::config::mangled("scores::read_score"), "SCORES__READ_SCORE");
/// ```
pub fn mangled(name: &str) -> String {
    name.chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' })
        .collect()
}

impl fmt::Display for KeyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, segment) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(".")?;
            }
            write_segment(segment, f)?;
        }
        Ok(())
    }
}

fn write_segment(segment: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
    if !segment.is_empty() && segment.chars().all(plain) {
        f.write_str(segment)
    } else {
        write!(f, "{segment:?}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_segment_keeps_its_dots() {
        let path = KeyPath::parse("policy.\"a.b::c\".retry");
        assert_eq!(path.segments(), ["policy", "a.b::c", "retry"]);
        assert_eq!(path.to_string(), "policy.\"a.b::c\".retry");
        assert_eq!(KeyPath::parse(&path.to_string()), path);
    }

    #[test]
    fn a_variable_is_the_mangled_path() {
        assert_eq!(
            KeyPath::of(["policy", "scores::read_score", "rate_limit"]).variable(),
            "GENTLE_POLICY_SCORES__READ_SCORE_RATE_LIMIT"
        );
        assert_eq!(KeyPath::of(["event", "url"]).variable(), "GENTLE_EVENT_URL");
        assert_eq!(mangled("caf\u{e9}-1"), "CAF__1");
    }

    #[test]
    fn secrets_are_known_by_the_last_segment_alone() {
        for key in ["service.db.password", "service.db.api_key", "a.SecretWord", "a.token"] {
            assert!(KeyPath::parse(key).is_secret(), "{key}");
        }
        assert!(!KeyPath::parse("policy.token_source.retry").is_secret());
    }

    #[test]
    fn only_what_is_longer_is_below() {
        let section = KeyPath::parse("service.db");
        assert_eq!(KeyPath::parse("service.db.url").below(&section), Some(&["url".to_owned()][..]));
        assert_eq!(section.below(&section), None);
        assert_eq!(KeyPath::parse("service.dbx.url").below(&section), None);
    }
}
