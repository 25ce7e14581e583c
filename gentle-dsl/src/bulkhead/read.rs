//! Reading a bulkhead.

use core::ops::Range;

use super::{Adaptive, Bulkhead, Width};
use crate::{
    each::{Each, read_each},
    key::Key,
    mistake::{Draft, Edit},
    reader::{Grammar, Head, Reader, Slot, Spanned},
    waiting::Clauses as Waits,
};

pub(super) const GRAMMAR: Grammar = Grammar::sentence(
    Key::Bulkhead,
    "16",
    &["wait", "queue", "reject", "fifo", "lifo", "each", "start", "by"],
);

pub(super) const HEAD: Head<Bulkhead> = Head { on: None, needs: "a limit" };

pub(super) fn bulkhead(reader: &mut Reader<'_>) -> Option<Bulkhead> {
    let limit = head(reader);
    let mut clauses = Clauses::default();
    while reader.next_clause() {
        clauses.read(reader);
    }
    clauses.finish(reader, limit)
}

#[derive(Default)]
struct Clauses {
    waiting: Waits,
    each: Slot<Each>,
    start: Slot<u32>,
    by: Slot<Adaptive>,
}

impl Clauses {
    fn read(&mut self, reader: &mut Reader<'_>) {
        if reader.reserved_word() || self.waiting.read(reader) || read_each(reader, &mut self.each) {
            return;
        }
        let start = reader.place(0);
        match reader.word(0) {
            Some("start") => {
                reader.step();
                let zero = |_: &Reader<'_>, span: Range<usize>| {
                    let draft =
                        Draft::new("G203", span.clone(), "a bulkhead of zero never lets a call through");
                    draft.label("must be 1 or more").fix([Edit::replace(span, "1")])
                };
                if let Some(count) = reader.positive_count(zero) {
                    self.start.fill(reader, "the start", reader.since(&start), count.value);
                }
            }
            Some("by") => {
                reader.step();
                if let Some(by) = adaptive(reader, &start) {
                    self.by.fill(reader, "`by`", reader.since(&start), by);
                }
            }
            _ => reader.unknown_clause(),
        }
    }

    fn finish(self, reader: &mut Reader<'_>, width: Option<Width>) -> Option<Bulkhead> {
        let waiting = self.waiting.finish(reader);
        let bulkhead = match width? {
            Width::Fixed(limit) => {
                self.refuse_adapting(reader);
                Bulkhead::new(limit)
            }
            Width::Auto { from, to, .. } => {
                self.check_start(reader, from, to);
                let bulkhead = Bulkhead::auto(from, to).by(self.by.value().unwrap_or_default());
                self.start.value().map_or(bulkhead, |start| bulkhead.start(start))
            }
        };
        let bulkhead = Bulkhead { order: self.waiting.order(), each: self.each.value(), ..bulkhead };
        Some(waiting.map_or(bulkhead, |waiting| bulkhead.waiting(waiting)))
    }

    /// What makes sense only where the limit adapts.
    fn refuse_adapting(&self, reader: &mut Reader<'_>) {
        let start = self.start.given().map(|start| start.span.clone());
        let by = self.by.given().map(|by| by.span.clone());
        for span in [start, by].into_iter().flatten() {
            let text = reader.slice(span.clone());
            let draft = Draft::new("G204", span.clone(), format!("`{text}` belongs to `auto`"));
            let cut = reader.cut(&span);
            reader.report(draft.label("this limit does not change").fix([cut]));
        }
    }

    fn check_start(&self, reader: &mut Reader<'_>, from: u32, to: u32) {
        let Some(start) = self.start.given().filter(|start| start.value < from || start.value > to) else {
            return;
        };
        let span = start.span.clone();
        let draft = Draft::new("G205", span.clone(), "the start lies outside of the bounds");
        let within = start.value.clamp(from, to);
        let draft = draft.label(format!("from {from} to {to}"));
        reader.report(draft.fix([Edit::replace(span, format!("start {within}"))]));
    }
}

/// `aimd`, `vegas` or `gradient`.
fn adaptive(reader: &mut Reader<'_>, start: &Range<usize>) -> Option<Adaptive> {
    let named = Adaptive::ALL.into_iter().find(|adaptive| reader.word(0) == Some(adaptive.as_str()));
    if named.is_some() {
        reader.step();
        return named;
    }
    if reader.unknown_choice(&Adaptive::ALL.map(Adaptive::as_str)) {
        return None;
    }
    let unknown = reader.word(0).is_some() && !reader.starts_clause();
    let (place, fix) = if unknown {
        let place = reader.step();
        (place.clone(), Edit::replace(place, "gradient"))
    } else {
        (start.clone(), Edit::insert(start.end, " gradient"))
    };
    let draft =
        Draft::new("G206", place, "how the limit adapts is missing").label("known: aimd, vegas, gradient");
    reader.report(draft.fix([fix]).help("write e.g. `{fixed}`"));
    None
}

/// The limit that the sentence begins with.
fn head(reader: &mut Reader<'_>) -> Option<Width> {
    if reader.is_amount(0) {
        return limit(reader).map(Width::Fixed);
    }
    if reader.word(0) == Some("auto") {
        if reader.reserved("auto").is_some() {
            not_yet(reader);
            return None;
        }
        return auto(reader);
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

/// `auto 8..256`.
fn auto(reader: &mut Reader<'_>) -> Option<Width> {
    let start = reader.step();
    if !reader.is_amount(0) {
        let draft = Draft::new("G207", start.clone(), "the bounds are missing after `auto`");
        let draft = draft.label("from how many to how many?").fix([Edit::insert(start.end, " 8..256")]);
        reader.report(draft.help("write e.g. `{fixed}`"));
        if reader.is_range(0) {
            reader.step();
            reader.recover();
        }
        return None;
    }
    let zero = |_: &Reader<'_>, span: Range<usize>| {
        let draft = Draft::new("G203", span.clone(), "a bulkhead of zero never lets a call through");
        draft.label("must be 1 or more").fix([Edit::replace(span, "1")])
    };
    let from = reader.positive_count(zero);
    if let (true, Some(from)) = (reader.is_amount(0), &from) {
        let to = reader.step();
        let span = from.span.start..to.end;
        let draft = Draft::new("G207", span.clone(), "there is no `..` between the bounds");
        let right = format!("{}..{}", reader.slice(from.span.clone()), reader.slice(to));
        reader.report(draft.label(format!("say `{right}`")).fix([Edit::replace(span, right)]));
        return None;
    }
    if !(reader.is_range(0) && reader.is_amount(1)) {
        let dots = reader.is_range(0);
        let at = if dots { reader.step().end } else { reader.end() };
        if let Some(from) = from {
            let to = from.value.saturating_mul(16);
            let draft = Draft::new("G207", from.span, "the upper bound is missing").label("up to how many?");
            let fix = Edit::insert(at, if dots { to.to_string() } else { format!("..{to}") });
            reader.report(draft.fix([fix]).help("write e.g. `{fixed}`"));
        }
        return None;
    }
    reader.step();
    let to = reader.positive_count(zero);
    bounds(reader, &from?, &to?)
}

fn bounds(reader: &mut Reader<'_>, from: &Spanned<u32>, to: &Spanned<u32>) -> Option<Width> {
    if from.value <= to.value {
        return Some(Bulkhead::auto(from.value, to.value).width);
    }
    let draft = Draft::new("G005", from.span.start..to.span.end, "the range runs backwards");
    let swap = [
        Edit::replace(from.span.clone(), reader.slice(to.span.clone())),
        Edit::replace(to.span.clone(), reader.slice(from.span.clone())),
    ];
    reader.report(draft.label("the lower bound is larger than the upper").fix(swap));
    None
}

/// Until `auto` is there, its upper bound is the nearest to what was meant.
fn not_yet(reader: &mut Reader<'_>) {
    let start = reader.step();
    let mut bound = "16";
    while reader.is_amount(0) || reader.is_range(0) {
        bound = if reader.is_amount(0) { reader.piece(0) } else { bound };
        reader.step();
    }
    let fix = Edit::replace(reader.since(&start), bound);
    reader.not_there_yet("auto", start, "limits that adapt", [fix]);
}
