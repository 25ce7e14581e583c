//! What the macros say about kept answers.

use std::fmt::Display;

use gentle_dsl::Mistake;

/// `written` is the sentence, `arguments` are those of the function.
pub(crate) fn one_answer_for_all(written: &str, arguments: &[String]) -> Mistake {
    let key = match arguments {
        [only] => only.clone(),
        several => format!("({})", several.join(", ")),
    };
    let help = format!(
        "write `{written}, each {key}`, with the arguments that the answer depends on, or `{written}, each ()` if it is the \
         same whatever they are"
    );
    Mistake::new("G702", "cache", "one answer would be kept for all arguments").with_help(help)
}

pub(crate) fn lent_answer() -> Mistake {
    let help = "return what is owned: a `String`, a `Vec`, an `Arc`";
    Mistake::new("G703", "cache", "what is lent out cannot be kept").with_help(help)
}

pub(crate) fn nothing_stale() -> Mistake {
    let help = "write e.g. `cache = \"1m, stale 10m\"` beside it, or name another fallback";
    Mistake::new("G705", "fallback", "there is no cache that keeps old answers").with_help(help)
}

/// `written` is the sentence.
pub(crate) fn stale_for_nobody(written: impl Display) -> Mistake {
    let message = "old answers are kept and nobody asks for them";
    let help = format!("write `cache = \"{written}\", fallback(stale)`, or leave `stale` out");
    Mistake::new("G706", "cache", message).with_help(help)
}

pub(crate) fn stale_comes_first() -> Mistake {
    let help = "write it before all others: `fallback(stale, from_file)`";
    Mistake::new("G709", "fallback", "`stale` is asked before everything else").with_help(help)
}
