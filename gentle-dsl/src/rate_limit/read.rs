//! Reading a rate limit.

use core::ops::Range;

use super::RateLimit;
use crate::{
    mistake::{Draft, Edit},
    reader::{Grammar, Head, Reader, Slot, Spanned},
    value::Rate,
    waiting::{Clauses, RESERVED},
};

pub(super) const GRAMMAR: Grammar = Grammar {
    subject: "rate_limit",
    example: "5/500ms",
    words: &["burst", "wait", "queue", "reject", "fifo"],
    reserved: &[
        RESERVED,
        ("strict", "exact sliding windows"),
        ("and", "several rates at once"),
        ("each", "a separate limit for each key"),
        ("shared", "limits kept in Redis"),
        ("up", "the number of keys"),
    ],
};

pub(super) const HEAD: Head<RateLimit> = Head { on: None, needs: "a rate" };

pub(super) fn rate_limit(reader: &mut Reader<'_>) -> Option<RateLimit> {
    let rate = head(reader);
    let mut burst = Slot::default();
    let mut waiting = Clauses::default();
    while reader.next_clause() {
        clause(reader, &mut burst, &mut waiting);
    }
    let waiting = waiting.finish(reader);
    let Rate { count, per } = rate?.value;
    let mut limit = RateLimit::new(count, per);
    if let Some(burst) = burst.value() {
        limit = limit.burst(burst);
    }
    Some(waiting.map_or(limit, |waiting| limit.waiting(waiting)))
}

/// The rate that the sentence begins with.
fn head(reader: &mut Reader<'_>) -> Option<Spanned<Rate>> {
    if reader.is_amount(0) {
        return reader.rate();
    }
    let place = reader.place(0);
    let draft = Draft::new("G105", place.clone(), "the rate is missing").label("a rate comes first");
    let starts = reader.starts_clause();
    let fix = if starts { Edit::insert(place.start, "5/500ms ") } else { Edit::replace(place, "5/500ms") };
    reader.report(draft.fix([fix]).help("write e.g. `{fixed}`"));
    if !starts {
        reader.step();
        reader.recover();
    }
    None
}

fn clause(reader: &mut Reader<'_>, burst: &mut Slot<u32>, waiting: &mut Clauses) {
    if waiting.read(reader) || reader.reserved_word() {
        return;
    }
    let start = reader.place(0);
    if reader.eat_word("burst").is_none() {
        reader.unknown_clause();
        return;
    }
    let clause = start.clone();
    let zero = |reader: &Reader<'_>, span: Range<usize>| {
        let draft = Draft::new("G018", span.clone(), "a burst of zero never lets a call through");
        draft.label("must be 1 or more").fix([reader.cut(&(clause.start..span.end))])
    };
    if let Some(count) = reader.positive_count(zero) {
        burst.fill(reader, "the burst", reader.since(&start), count.value);
    }
}
