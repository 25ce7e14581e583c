//! Whole numbers.

use crate::{
    mistake::Mistakes,
    reader::{Grammar, Reader},
};

/// What is wrong with a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CountFault {
    /// It has a point or a unit.
    NotWhole,
    /// It does not fit.
    TooLarge,
}

/// Reads digits with `_` between them.
pub(crate) fn count(text: &str) -> Result<u32, CountFault> {
    if !text.chars().all(|c| c.is_ascii_digit() || c == '_') {
        return Err(CountFault::NotWhole);
    }
    text.replace('_', "").parse().map_err(|_| CountFault::TooLarge)
}

const GRAMMAR: Grammar = Grammar::amount("count", "16");

/// Parses a whole number, `_` allowed between its digits.
///
/// For attributes and configuration keys beside the policies, so that numbers are written alike everywhere. Mistakes speak of a `count`;
/// [`Mistakes::about`] gives them the name of the key.
///
/// # Examples
///
/// ```
/// assert_eq!(gentle_dsl::parse_count("50_000")?, 50_000);
/// # Ok::<(), gentle_dsl::Mistakes>(())
/// ```
///
/// # Errors
///
/// When the text is not one whole number that fits into 32 bits.
pub fn parse_count(text: &str) -> Result<u32, Mistakes> {
    GRAMMAR.parse(text, |reader: &mut Reader<'_>| {
        let count = reader.count();
        reader.refuse_rest();
        count.map(|count| count.value)
    })
}
