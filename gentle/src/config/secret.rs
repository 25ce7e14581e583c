use std::fmt;

/// A text that is never printed: `Debug` and `Display` write `***`.
///
/// For passwords and tokens, so that no log line and no error message can leak one by accident; whoever needs the
/// text asks for it with [`expose`](Secret::expose), which is easy to find in a review.
///
/// # Examples
///
/// ```
/// use gentle::config::Secret;
///
/// let password = Secret::new("hunter2");
/// assert_eq!(format!("{password} {password:?}"), "*** ***");
/// assert_eq!(password.expose(), "hunter2");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides `text`.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// `text` with the password of each URL in it masked: `redis://user:***@host`.
///
/// # Examples
///
/// ```
/// use gentle::config::without_password;
///
/// assert_eq!(without_password("redis://me:hunter2@localhost:6379/0"), "redis://me:***@localhost:6379/0");
/// assert_eq!(without_password("sqlite://scores.db"), "sqlite://scores.db");
/// ```
pub fn without_password(text: &str) -> String {
    let Some((before, after)) = text.split_once("://") else { return text.to_owned() };
    // A password may itself hold an `@`, so the host begins after the last one of the authority.
    let end = after.find(['/', '?', '#', ' ', ',']).unwrap_or(after.len());
    let (authority, rest) = after.split_at(end);
    let rest = without_password(rest);
    match authority.rsplit_once('@') {
        Some((login, host)) => format!("{before}://{}@{host}{rest}", masked_login(login)),
        None => format!("{before}://{authority}{rest}"),
    }
}

fn masked_login(login: &str) -> String {
    match login.split_once(':') {
        Some((user, _)) => format!("{user}:***"),
        None => login.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_url_of_a_list_is_masked() {
        assert_eq!(
            without_password("amqp://a:b@h1:1/v,amqp://:p@ss@h2 plain"),
            "amqp://a:***@h1:1/v,amqp://:***@h2 plain"
        );
    }

    #[test]
    fn what_holds_no_password_stays() {
        for text in ["local://", "http://h/a:b@c", "mailto:a@b", "nats://token@host"] {
            assert_eq!(without_password(text), text);
        }
    }
}
