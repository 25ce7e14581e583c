//! Reading a hedge.

use core::{ops::Range, time::Duration};

use super::{Hedge, HedgeDelay};
use crate::{
    key::Key,
    mistake::{Draft, Edit},
    reader::{Grammar, Head, Reader, Slot},
    retry::{Budget, read_budget},
};

pub(super) const GRAMMAR: Grammar = Grammar::sentence(Key::Hedge, "after p95", &["after", "max", "budget"]);

pub(super) const HEAD: Head<Hedge> = Head { on: Some(Hedge::DEFAULT), needs: "`after` and a time" };

pub(super) fn hedge(reader: &mut Reader<'_>) -> Option<Hedge> {
    let mut after = Slot::default();
    let mut most = Slot::default();
    let mut budget: Slot<Option<Budget>> = Slot::default();
    head(reader);
    while reader.next_clause() {
        let start = reader.place(0);
        match reader.word(0) {
            Some("after") => {
                reader.step();
                if let Some(delay) = delay(reader) {
                    after.fill(reader, "the time", reader.since(&start), delay);
                }
            }
            Some("max") => {
                reader.step();
                let zero = |_: &Reader<'_>, span: Range<usize>| {
                    let draft = Draft::new("G018", span.clone(), "without a further call there is no hedge");
                    let draft = draft.label("must be 1 or more").fix([Edit::replace(span, "1")]);
                    draft.help("write `off` for no hedge, or `{fixed}`")
                };
                if let Some(count) = reader.positive_count(zero) {
                    most.fill(reader, "`max`", reader.since(&start), count.value);
                }
            }
            Some("budget") => read_budget(reader, &mut budget),
            _ => reader.unknown_clause(),
        }
    }
    let mut hedge = Hedge::new(after.value()?).max(most.value().unwrap_or(1));
    hedge.budget = budget.value().flatten();
    hedge.free = budget.value() == Some(None);
    Some(hedge)
}

/// A hedge begins with `after`.
fn head(reader: &mut Reader<'_>) {
    if reader.word(0) == Some("after") {
        return;
    }
    let place = reader.place(0);
    let draft = Draft::new("G603", place.clone(), "`after` is missing").label("after which time?");
    let timed = reader.is_amount(0) || is_percentile(reader.piece(0));
    if timed {
        reader.report(draft.fix([Edit::insert(place.start, "after ")]));
        delay(reader);
        return;
    }
    let starts = reader.starts_clause();
    let fix =
        if starts { Edit::insert(place.start, "after p95, ") } else { Edit::replace(place, "after p95") };
    reader.report(draft.fix([fix]).help("write e.g. `{fixed}`"));
    if !starts {
        reader.step();
        reader.recover();
    }
}

fn is_percentile(text: &str) -> bool {
    text.strip_prefix(['p', 'P']).is_some_and(|number| number.starts_with(|c: char| c.is_ascii_digit()))
}

fn delay(reader: &mut Reader<'_>) -> Option<HedgeDelay> {
    let split = reader.word(0) == Some("p") && reader.is_amount(1);
    if split || is_percentile(reader.piece(0)) {
        let percentile = percentile(reader);
        let at_least = at_least(reader);
        return percentile.map(|percentile| HedgeDelay::Percentile { percentile, at_least });
    }
    if reader.is_amount(0) && reader.is_symbol(1, '%') {
        let start = reader.step();
        reader.step();
        not_a_percentile(reader, reader.since(&start));
        at_least(reader);
        return None;
    }
    let delay = reader.positive_duration(zero)?;
    Some(HedgeDelay::Fixed(delay.value))
}

fn zero(_: &Reader<'_>, span: Range<usize>) -> Draft {
    let draft = Draft::new("G018", span.clone(), "a hedge after no time doubles every call");
    draft.label("must be above zero").fix([Edit::replace(span, "10ms")]).help("write e.g. `{fixed}`")
}

/// `p95`.
fn percentile(reader: &mut Reader<'_>) -> Option<u8> {
    let start = reader.step();
    if reader.is_amount(0) && reader.slice(start.clone()) == "p" {
        reader.step();
    }
    while reader.is_symbol(0, '.') && reader.is_amount(1) {
        reader.step();
        reader.step();
    }
    let span = reader.since(&start);
    let text = reader.slice(span.clone());
    let number: Option<u8> = text.strip_prefix('p').and_then(|number| number.parse().ok());
    if let Some(percentile @ 1..=99) = number {
        return Some(percentile);
    }
    not_a_percentile(reader, span);
    None
}

fn not_a_percentile(reader: &mut Reader<'_>, span: Range<usize>) {
    let text = reader.slice(span.clone());
    let digits: String = text.chars().filter(char::is_ascii_digit).take(2).collect();
    let meant = digits.parse::<u8>().ok().filter(|number| (10..=99).contains(number));
    let fix = Edit::replace(span.clone(), format!("p{}", meant.unwrap_or(95)));
    let draft = Draft::new("G604", span, format!("`{text}` is not a percentile"));
    reader.report(draft.label("one word from p1 to p99").fix([fix]).help("write e.g. `{fixed}`"));
}

/// `at least 10ms`.
fn at_least(reader: &mut Reader<'_>) -> Option<Duration> {
    let start = reader.place(0);
    let at = reader.eat_word("at").is_some();
    let least = reader.eat_word("least").is_some();
    if !at && !least {
        return None;
    }
    if !(at && least) {
        let span = reader.since(&start);
        let draft =
            Draft::new("G001", span.clone(), format!("unknown word `{}`", reader.slice(span.clone())));
        reader.report(draft.label("did you mean `at least`?").fix([Edit::replace(span, "at least")]));
    }
    let zero = |reader: &Reader<'_>, span: Range<usize>| {
        let draft =
            Draft::new("G018", span.clone(), "at least no time is no bound").label("must be above zero");
        draft.fix([reader.cut(&(start.start..span.end))])
    };
    reader.positive_duration(zero).map(|least| least.value)
}
