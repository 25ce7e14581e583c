//! Reading a bulkhead.

use core::ops::Range;

use super::Bulkhead;
use crate::{
    mistake::{Draft, Edit},
    reader::{Grammar, Head, Reader},
    waiting::{Clauses, RESERVED},
};

pub(super) const GRAMMAR: Grammar = Grammar {
    subject: "bulkhead",
    example: "16",
    words: &["wait", "queue", "reject", "fifo"],
    reserved: &[
        RESERVED,
        ("auto", "limits that adapt"),
        ("by", "limits that adapt"),
        ("start", "limits that adapt"),
        ("each", "a separate bulkhead for each key"),
        ("up", "the number of keys"),
    ],
};

pub(super) const HEAD: Head<Bulkhead> = Head { on: None, needs: "a limit" };

pub(super) fn bulkhead(reader: &mut Reader<'_>) -> Option<Bulkhead> {
    let limit = head(reader);
    let mut waiting = Clauses::default();
    while reader.next_clause() {
        if !waiting.read(reader) && !reader.reserved_word() {
            reader.unknown_clause();
        }
    }
    let waiting = waiting.finish(reader);
    let bulkhead = Bulkhead::new(limit?);
    Some(waiting.map_or(bulkhead, |waiting| bulkhead.waiting(waiting)))
}

/// The limit that the sentence begins with.
fn head(reader: &mut Reader<'_>) -> Option<u32> {
    if reader.is_amount(0) {
        return limit(reader);
    }
    if reader.word(0) == Some("auto") {
        auto(reader);
        return None;
    }
    let place = reader.place(0);
    let draft = Draft::new("G202", place.clone(), "the limit is missing").label("a count comes first");
    let starts = reader.starts_clause();
    let fix = if starts { Edit::insert(place.start, "16 ") } else { Edit::replace(place, "16") };
    reader.report(draft.fix([fix]).help("write e.g. `{fixed}`"));
    if !starts {
        reader.step();
        reader.recover();
    }
    None
}

fn limit(reader: &mut Reader<'_>) -> Option<u32> {
    let zero = |_: &Reader<'_>, span: Range<usize>| {
        let draft = Draft::new("G203", span.clone(), "a bulkhead of zero never lets a call through");
        let draft = draft.label("must be 1 or more").fix([Edit::replace(span, "1")]);
        draft.help("write `off` for no limit, or `{fixed}` for one at a time")
    };
    let limit = reader.positive_count(zero);
    if reader.is_symbol(0, '/') {
        let text = limit.as_ref().map_or("16", |limit| reader.slice(limit.span.clone()));
        period(reader, text);
    }
    limit.map(|limit| limit.value)
}

/// A limit is no rate.
fn period(reader: &mut Reader<'_>, limit: &str) {
    let start = reader.step();
    if reader.is_amount(0) || (reader.word(0).is_some() && !reader.starts_clause()) {
        reader.step();
    }
    let span = reader.since(&start);
    let period = reader.slice(start.end..span.end).trim();
    let speed = match period {
        "s" | "" => format!("{limit} a second"),
        _ => format!("{limit} per {period}"),
    };
    let rate = if period.is_empty() { format!("{limit}/s") } else { format!("{limit}/{period}") };
    let draft = Draft::new("G201", span.clone(), "a bulkhead counts calls in flight, not calls per second");
    let draft = draft.label("remove the period").fix([Edit::replace(span, "")]);
    reader.report(draft.help(format!(
        "write `bulkhead = \"{limit}\"` for {limit} at once, or `rate_limit = \"{rate}\"` for {speed}"
    )));
}

/// `auto 8..256`: until it is there, the upper bound is the nearest to what was meant.
fn auto(reader: &mut Reader<'_>) {
    let start = reader.step();
    let mut bound = "16";
    while reader.is_amount(0) || reader.is_range(0) {
        bound = if reader.is_amount(0) { reader.piece(0) } else { bound };
        reader.step();
    }
    let fix = Edit::replace(reader.since(&start), bound);
    reader.not_there_yet("auto", start, "limits that adapt", [fix]);
}
