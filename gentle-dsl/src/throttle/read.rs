//! Reading a throttle.

use super::Throttle;
use crate::{
    key::Key,
    mistake::{Draft, Edit},
    reader::{Failures, Grammar, Head, Reader, Sample, Slot},
    value::Percent,
};

pub(super) const GRAMMAR: Grammar = Grammar::sentence(Key::Throttle, "10% of 20 in 1m", &["up"]);

pub(super) const HEAD: Head<Throttle> = Head { on: Some(Throttle::DEFAULT), needs: "a share of failures" };

pub(super) fn throttle(reader: &mut Reader<'_>) -> Option<Throttle> {
    let throttle = head(reader);
    let mut most: Slot<Percent> = Slot::default();
    while reader.next_clause() {
        let Some(start) = reader.eat_word("up") else {
            reader.unknown_clause();
            continue;
        };
        if reader.eat_word("to").is_none() {
            let draft = Draft::new("G019", start.clone(), "`to` is missing after `up`").label("say `up to`");
            reader.report(draft.fix([Edit::insert(start.end, " to")]));
        }
        if let Some(share) = reader.percent() {
            most.fill(reader, "`up to`", reader.since(&start), share.value);
        }
    }
    Some(throttle?.up_to(most.value().unwrap_or(Throttle::MOST)))
}

/// The share, the calls and the time that the sentence begins with.
fn head(reader: &mut Reader<'_>) -> Option<Throttle> {
    let place = reader.place(0);
    if !reader.is_amount(0) {
        let draft = Draft::new("G801", place.clone(), "the share of failures is missing");
        let draft = draft.label("a share comes first");
        let starts = reader.starts_clause();
        let fix = if starts {
            Edit::insert(place.start, "10% of 20 in 1m, ")
        } else {
            Edit::replace(place, "10% of 20 in 1m")
        };
        reader.report(draft.fix([fix]).help("write e.g. `{fixed}`"));
        if !starts {
            reader.step();
            reader.recover();
        }
        return None;
    }
    let sample = Sample::read(reader);
    strangers(reader, &sample);
    let share = match sample.failures.clone()? {
        Failures::Share(share) => share,
        Failures::Count(count) => {
            let text = reader.slice(count.span.clone());
            let draft = Draft::new("G801", count.span.clone(), format!("`{text}` is a count, not a share"));
            let fix = Edit::insert(count.span.end, "%");
            let fix = if count.value > 100 { Edit::replace(count.span, "10%") } else { fix };
            reader.report(draft.label("a throttle goes by a share of the calls").fix([fix]));
            return None;
        }
    };
    if sample.row.given().is_some() {
        return None;
    }
    let of = sample.calls(reader, &share.span, None, "counts");
    if sample.window.given().is_none() && reader.is_clean() {
        let span = reader.since(&place);
        let draft = Draft::new("G802", span.clone(), "the time is missing").label("in how long?");
        reader.report(draft.fix([Edit::insert(span.end, " in 1m")]).help("write e.g. `{fixed}`"));
    }
    Some(Throttle::new(share.value, of?, sample.window.value()?))
}

/// What only a circuit breaker understands.
fn strangers(reader: &mut Reader<'_>, sample: &Sample) {
    let over = sample.over.given().map(|over| over.span.clone());
    let row = sample.row.given().map(|row| row.span.clone());
    for span in [over, row].into_iter().flatten() {
        let text = reader.slice(span.clone());
        let draft = Draft::new("G803", span.clone(), format!("a throttle has no `{text}`"));
        let cut = reader.cut(&span);
        reader.report(draft.label("only a circuit breaker has").fix([cut]));
    }
}
