//! Reading a rate limit.

use core::{ops::Range, time::Duration};

use super::RateLimit;
use crate::{
    each::{Each, read_each},
    key::Key,
    mistake::{Draft, Edit},
    reader::{Grammar, Head, Reader, Slot, Spanned},
    value::{Few, Rate},
    waiting::Clauses as Waits,
};

pub(super) const GRAMMAR: Grammar = Grammar {
    reserved: &[("shared", "limits kept in Redis")],
    ..Grammar::sentence(
        Key::RateLimit,
        "5/500ms",
        &["burst", "wait", "queue", "reject", "fifo", "lifo", "and", "strict", "each"],
    )
};

pub(super) const HEAD: Head<RateLimit> = Head { on: None, needs: "a rate" };

pub(super) fn rate_limit(reader: &mut Reader<'_>) -> Option<RateLimit> {
    let rate = head(reader);
    let first = rate.map(|rate| RateLimit::new(rate.value.count, rate.value.per));
    let mut clauses = Clauses { windows: first.map(|limit| limit.windows), ..Clauses::default() };
    while reader.next_clause() {
        clauses.read(reader);
    }
    let waiting = clauses.waiting.finish(reader);
    let mut limit = first?;
    limit.windows = clauses.windows?;
    limit.strict = clauses.strict.given().is_some();
    limit.order = clauses.waiting.order();
    limit.each = clauses.each.value();
    if let Some(burst) = clauses.burst.value() {
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

#[derive(Default)]
struct Clauses {
    windows: Option<Few<Rate, { RateLimit::WINDOWS }>>,
    burst: Slot<u32>,
    strict: Slot<()>,
    waiting: Waits,
    each: Slot<Each>,
}

impl Clauses {
    fn read(&mut self, reader: &mut Reader<'_>) {
        if reader.reserved_word() || self.waiting.read(reader) || read_each(reader, &mut self.each) {
            return;
        }
        let start = reader.place(0);
        match reader.word(0) {
            Some("and") => self.read_window(reader, &start),
            Some("strict") => {
                reader.step();
                self.strict.fill(reader, "`strict`", start, ());
            }
            Some("burst") => self.read_burst(reader, &start),
            _ => reader.unknown_clause(),
        }
    }

    fn read_window(&mut self, reader: &mut Reader<'_>, start: &Range<usize>) {
        reader.step();
        if !reader.is_amount(0) {
            reader.missing("a rate", "5000/h");
            return;
        }
        if reader.is_last_or_clause(1) {
            self.no_period(reader);
            return;
        }
        let Some(rate) = reader.rate() else { return };
        let (Some(windows), span) = (&mut self.windows, reader.since(start)) else { return };
        let (message, label) = if windows.is_full() {
            ("a rate limit has at most four rates", "one too many")
        } else if windows.as_slice().iter().any(|window| window.per == rate.value.per) {
            ("two rates have the same period", "one of them is enough")
        } else {
            *windows = windows.and(rate.value);
            return;
        };
        let cut = reader.cut(&span);
        reader.report(Draft::new("G107", span, message).label(label).fix([cut]));
    }

    /// `and 5_000`.
    fn no_period(&self, reader: &mut Reader<'_>) {
        let Some(count) = reader.count() else { return };
        let text = reader.slice(count.span.clone());
        let taken = |unit: u64| {
            let windows = self.windows.as_ref().map(Few::as_slice).unwrap_or_default();
            windows.iter().any(|window| window.per == Duration::from_secs(unit))
        };
        let units = [("h", 3_600), ("m", 60), ("d", 86_400), ("s", 1)];
        let unit = units.into_iter().find(|(_, seconds)| !taken(*seconds)).map_or("10s", |(unit, _)| unit);
        let draft = Draft::new("G102", count.span.clone(), format!("`{text}` is a count, not a rate"));
        let draft = draft.label("per how long?").fix([Edit::insert(count.span.end, format!("/{unit}"))]);
        reader.report(draft.help("write e.g. `{fixed}`"));
    }

    fn read_burst(&mut self, reader: &mut Reader<'_>, start: &Range<usize>) {
        reader.step();
        let zero = |reader: &Reader<'_>, span: Range<usize>| {
            let draft = Draft::new("G018", span.clone(), "a burst of zero never lets a call through");
            draft.label("must be 1 or more").fix([reader.cut(&(start.start..span.end))])
        };
        if let Some(count) = reader.positive_count(zero) {
            self.burst.fill(reader, "the burst", reader.since(start), count.value);
        }
    }
}
