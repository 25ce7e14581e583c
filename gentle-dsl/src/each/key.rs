//! A short piece of code, held in place.

use core::{fmt, str};

/// The key of `each`, as it was written: at most 96 bytes, held in place so that what contains it stays `Copy` and `const`.
///
/// It is code, so it means something only to the compiler: a name, or any expression; several with commas between them are a tuple.
///
/// # Examples
///
/// ```
/// use gentle_dsl::EachKey;
///
/// const KEY: EachKey = EachKey::new("user, lang");
/// assert_eq!(KEY.as_str(), "user, lang");
/// assert_eq!(KEY.to_string(), "(user, lang)");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct EachKey {
    held: [u8; Self::CAPACITY],
    kept: usize,
    whole: bool,
}

impl EachKey {
    /// How many bytes fit.
    pub const CAPACITY: usize = 96;

    /// This key, without the brackets around it. Only the first 96 bytes are kept; [`check`](crate::Sentence::check) reports that there were more.
    pub const fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut kept = if bytes.len() < Self::CAPACITY { bytes.len() } else { Self::CAPACITY };
        while kept > 0 && kept < bytes.len() && bytes[kept] & 0xc0 == 0x80 {
            kept -= 1;
        }
        let mut held = [0; Self::CAPACITY];
        let mut at = 0;
        while at < kept {
            held[at] = bytes[at];
            at += 1;
        }
        Self { held, kept, whole: kept == bytes.len() }
    }

    /// The code, without the brackets around it.
    pub fn as_str(&self) -> &str {
        self.held.get(..self.kept).and_then(|bytes| str::from_utf8(bytes).ok()).unwrap_or_default()
    }
}

impl fmt::Debug for EachKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("EachKey").field(&self.as_str()).finish()
    }
}

impl fmt::Display for EachKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.as_str() {
            text if !self.whole => write!(f, "({text}...)"),
            text if is_name(text) => f.write_str(text),
            text => write!(f, "({text})"),
        }
    }
}

/// Whether the key can stand without brackets.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_alphanumeric() || c == '_')
}
