//! `fallback`: what to answer when everything else failed.

use core::fmt;

use crate::{
    key::Key,
    mistake::{Draft, Edit, Mistakes},
    reader::{Grammar, Head, Reader},
    ready::Reach,
    sentence::Sentence,
    setting::Setting,
};

/// What to answer when everything else failed. What that is stands in the code; a text can only say whether it is `on` or `off`.
///
/// # Examples
///
/// ```
/// use gentle_dsl::{Fallback, Sentence, Setting};
///
/// assert_eq!(Fallback::parse("on")?, Setting::On(Fallback));
/// assert_eq!(Fallback::parse("stale").unwrap_err().first().code(), "G026");
/// # Ok::<(), gentle_dsl::Mistakes>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Fallback;

const GRAMMAR: Grammar = Grammar::sentence(Key::Fallback, "on", &[]);

const HEAD: Head<Fallback> = Head { on: Some(Fallback), needs: "`on`" };

impl Sentence for Fallback {
    const KEY: Key = Key::Fallback;

    fn parse_as(reach: Reach, text: &str) -> Result<Setting<Self>, Mistakes> {
        GRAMMAR.parse_setting(reach, text, &HEAD, code)
    }
}

/// The value is code, and there is no code in a text.
fn code(reader: &mut Reader<'_>) -> Option<Fallback> {
    let start = reader.place(0);
    while !reader.at_end() {
        reader.step();
    }
    let span = reader.since(&start);
    let draft = Draft::new("G026", span.clone(), "the value is Rust code, which a text cannot hold");
    let draft = draft.label("only `on` or `off` here");
    let draft = draft.fix([Edit::replace(span.clone(), "on")]).fix([Edit::replace(span, "off")]);
    reader.report(draft.help("write it in the attribute, and `{fixed}` or `{other}` here"));
    None
}

impl fmt::Display for Fallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("on")
    }
}
