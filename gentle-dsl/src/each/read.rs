//! Reading `each`.

use core::ops::Range;

use super::{Each, EachKey, key::is_name};
use crate::{
    mistake::{Draft, Edit},
    reader::{Reader, Slot, brackets},
};

/// What the messages put in place of a key.
const EXAMPLE: &str = "tenant";

/// The place of the key expression of `each` inside of a sentence, without the brackets around it.
///
/// A macro hands these tokens to the compiler; inside of brackets several with commas between them are a tuple. `None` when there is no key. It is for
/// sentences that may have one: the `each attempt` of a timeout looks like one too.
///
/// # Examples
///
/// ```
/// use gentle_dsl::each_span;
///
/// let text = "20/s each (req.account(), lang) up to 50_000";
/// assert_eq!(&text[each_span(text).unwrap()], "req.account(), lang");
/// assert_eq!(each_span("4 each tenant"), Some(7..13));
/// assert_eq!(each_span("4 each ("), None);
/// ```
pub fn each_span(text: &str) -> Option<Range<usize>> {
    Reader::scan(text, |reader| {
        while !reader.at_end() {
            if reader.eat_word("each").is_some() {
                let start = reader.place(0);
                return match brackets(reader) {
                    Some(whole) => inner(reader, &whole),
                    None => reader.word(0).filter(|word| is_name(word)).map(|_| start),
                };
            }
            if brackets(reader).is_none() {
                reader.step();
            }
        }
        None
    })
}

/// Reads the clause ahead if it is `each`.
pub(crate) fn read_each(reader: &mut Reader<'_>, slot: &mut Slot<Each>) -> bool {
    let Some(start) = reader.eat_word("each") else { return false };
    let key = key(reader, &start);
    let most = most(reader);
    if let Some(key) = key {
        let each = Each { key, most: most.unwrap_or(Each::MOST) };
        slot.fill(reader, "`each`", reader.since(&start), each);
    }
    true
}

fn key(reader: &mut Reader<'_>, each: &Range<usize>) -> Option<EachKey> {
    let ends = reader.at_end() || reader.is_symbol(0, ',') || reader.is_symbol(0, ')');
    let limit = reader.word(0) == Some("up") && reader.word(1) == Some("to");
    if ends || limit || reader.is_amount(0) {
        missing(reader, each.clone(), Edit::insert(each.end, format!(" {EXAMPLE}")));
        return None;
    }
    let start = reader.place(0);
    if reader.is_symbol(0, '(') {
        let Some(whole) = brackets(reader) else {
            open_end(reader, &start);
            return None;
        };
        if reader.is_clean() || !touches(reader) {
            let Some(inner) = inner(reader, &whole) else {
                missing(reader, whole.clone(), Edit::replace(whole, EXAMPLE));
                return None;
            };
            return held(reader, &inner, whole);
        }
    }
    let name = reader.word(0).is_some_and(is_name);
    if name {
        reader.step();
        if !touches(reader) {
            return held(reader, &start, start.clone());
        }
    }
    bare_code(reader, &start);
    None
}

/// The key, if it fits and can be written between quotes.
fn held(reader: &mut Reader<'_>, inner: &Range<usize>, whole: Range<usize>) -> Option<EachKey> {
    let text = reader.slice(inner.clone());
    let (message, label) = if text.contains('"') {
        ("a key has no quotes inside", "put it in a function")
    } else if text.len() > EachKey::CAPACITY {
        ("a key is at most 96 bytes long", "put it in a function")
    } else {
        return Some(EachKey::new(text));
    };
    let draft = Draft::new("G025", inner.clone(), message).label(label);
    let draft = draft.fix([Edit::replace(whole, "(key_of(request))")]);
    reader.report(draft.help("write a function that makes the key, and e.g. `{fixed}`"));
    None
}

/// What stands between the brackets.
fn inner(reader: &Reader<'_>, whole: &Range<usize>) -> Option<Range<usize>> {
    let text = reader.slice(whole.start + 1..whole.end.checked_sub(1)?);
    let start = whole.start + 1 + text.len() - text.trim_start().len();
    let text = text.trim();
    (!text.is_empty()).then_some(start..start + text.len())
}

/// Whether the next token goes on without a space, and is no mere punctuation.
fn touches(reader: &Reader<'_>) -> bool {
    let goes_on = !reader.at_end() && reader.place(0).start == reader.end();
    goes_on && !reader.is_symbol(0, ',') && !reader.is_symbol(0, ')')
}

/// `each req.account()`: what is more than one word stands in brackets.
fn bare_code(reader: &mut Reader<'_>, start: &Range<usize>) {
    if reader.end() <= start.start && brackets(reader).is_none() {
        reader.step();
    }
    while touches(reader) {
        if brackets(reader).is_none() {
            reader.step();
        }
    }
    let span = reader.since(start);
    let code = reader.slice(span.clone());
    let sound = !code.contains('"') && code.len() <= EachKey::CAPACITY && balanced(code);
    let code = if sound { code } else { "key_of(request)" };
    let draft = Draft::new("G024", span.clone(), "a key that is more than one word stands in brackets");
    reader
        .report(draft.label(format!("say `each ({code})`")).fix([Edit::replace(span, format!("({code})"))]));
}

fn balanced(code: &str) -> bool {
    let wrapped = format!("({code})");
    Reader::scan(&wrapped, |reader| brackets(reader).is_some_and(|whole| whole == (0..wrapped.len())))
}

fn open_end(reader: &mut Reader<'_>, open: &Range<usize>) {
    while !reader.at_end() {
        reader.step();
    }
    let span = reader.since(open);
    let draft = Draft::new("G012", open.clone(), "`(` is never closed").label("no `)` follows");
    reader.report(draft.fix([Edit::replace(span, EXAMPLE)]).help("write e.g. `{fixed}`"));
}

fn missing(reader: &mut Reader<'_>, span: Range<usize>, fix: Edit) {
    let draft = Draft::new("G019", span, "the key is missing after `each`").label("for each what?");
    reader.report(draft.fix([fix]).help("write e.g. `{fixed}`"));
}

/// `up to 50_000`.
fn most(reader: &mut Reader<'_>) -> Option<u32> {
    let start = reader.eat_word("up")?;
    if reader.eat_word("to").is_none() {
        let draft = Draft::new("G019", start.clone(), "`to` is missing after `up`").label("say `up to`");
        reader.report(draft.fix([Edit::insert(start.end, " to")]));
    }
    let zero = |reader: &Reader<'_>, span: Range<usize>| {
        let draft = Draft::new("G018", span.clone(), "without room for a key there is nothing to keep");
        draft.label("must be 1 or more").fix([reader.cut(&(start.start..span.end))])
    };
    reader.positive_count(zero).map(|most| most.value)
}
