//! Reading a cache.

use core::{ops::Range, time::Duration};

use super::Cache;
use crate::{
    each::{Each, read_each},
    key::Key,
    mistake::{Draft, Edit},
    reader::{Grammar, Head, Reader, Slot},
};

pub(super) const GRAMMAR: Grammar =
    Grammar::sentence(Key::Cache, "1m", &["stale", "max", "errors", "coalesce", "each"]);

pub(super) const HEAD: Head<Cache> = Head { on: None, needs: "a duration" };

pub(super) fn cache(reader: &mut Reader<'_>) -> Option<Cache> {
    let keep = head(reader);
    let (mut stale, mut errors) = (Slot::default(), Slot::default());
    let (mut most, mut coalesce, mut each) = (Slot::default(), Slot::default(), Slot::default());
    while reader.next_clause() {
        let start = reader.place(0);
        match reader.word(0) {
            Some("stale") => time(reader, "`stale`", &mut stale),
            Some("errors") => time(reader, "`errors`", &mut errors),
            Some("max") => {
                reader.step();
                let zero = |_: &Reader<'_>, span: Range<usize>| {
                    let draft = Draft::new("G018", span.clone(), "a cache for no answers keeps nothing");
                    let draft = draft.label("must be 1 or more").fix([Edit::replace(span, "1")]);
                    draft.help("write `off` for no cache, or e.g. `{fixed}`")
                };
                if let Some(count) = reader.positive_count(zero) {
                    most.fill(reader, "`max`", reader.since(&start), count.value);
                }
            }
            Some("coalesce") => {
                reader.step();
                coalesce.fill(reader, "`coalesce`", start, ());
            }
            Some("each") if is_nothing(reader) => {
                for _ in 0..3 {
                    reader.step();
                }
                each.fill(reader, "`each`", reader.since(&start), Each::new(""));
            }
            _ if read_each(reader, &mut each) => {}
            _ => reader.unknown_clause(),
        }
    }
    Some(Cache {
        keep: keep?,
        stale: stale.value(),
        most: most.value().unwrap_or(Cache::MOST),
        errors: errors.value(),
        coalesce: coalesce.given().is_some(),
        each: each.value(),
    })
}

/// `each ()`: one answer for everything.
fn is_nothing(reader: &Reader<'_>) -> bool {
    reader.is_symbol(1, '(') && reader.is_symbol(2, ')')
}

/// The duration that the sentence begins with.
fn head(reader: &mut Reader<'_>) -> Option<Duration> {
    if reader.is_amount(0) {
        let zero = |_: &Reader<'_>, span: Range<usize>| {
            let draft = Draft::new("G018", span.clone(), "an answer kept for no time is not kept");
            let draft = draft.label("must be above zero").fix([Edit::replace(span, "1m")]);
            draft.help("write `off` for no cache, or e.g. `{fixed}`")
        };
        return reader.positive_duration(zero).map(|keep| keep.value);
    }
    let place = reader.place(0);
    let draft =
        Draft::new("G701", place.clone(), "the duration is missing").label("how long is an answer kept?");
    let starts = reader.starts_clause();
    let fix = if starts { Edit::insert(place.start, "1m, ") } else { Edit::replace(place, "1m") };
    reader.report(draft.fix([fix]).help("write e.g. `{fixed}`"));
    if !starts {
        reader.step();
        reader.recover();
    }
    None
}

fn time(reader: &mut Reader<'_>, what: &str, slot: &mut Slot<Duration>) {
    let start = reader.step();
    let zero = |reader: &Reader<'_>, span: Range<usize>| {
        let draft = Draft::new("G018", span.clone(), format!("{what} for no time says nothing"));
        draft.label("must be above zero").fix([reader.cut(&(start.start..span.end))])
    };
    if let Some(time) = reader.positive_duration(zero) {
        slot.fill(reader, what, reader.since(&start), time.value);
    }
}
