//! Reading what opens a circuit breaker.

use core::{ops::Range, time::Duration};

use super::Trip;
use crate::{
    mistake::{Draft, Edit},
    reader::{Failures, Reader, Sample, Spanned},
};

/// What later signs take from the first one where they say nothing.
#[derive(Clone, Copy, Default)]
pub(super) struct Lent {
    of: Option<u32>,
    window: Option<Duration>,
}

impl Lent {
    /// Also from a sign with something else wrong about it.
    pub(super) fn by(sample: &Sample) -> Self {
        Self { of: sample.of.value(), window: sample.window.value() }
    }
}

/// What was read as a sign, with what is missing taken from the first.
pub(super) fn trip(reader: &mut Reader<'_>, sample: &Sample, first: Lent) -> Option<Trip> {
    let window = sample.window.value();
    match sample.failures.as_ref()? {
        Failures::Share(share) => {
            if let Some(row) = sample.row.given() {
                share_in_a_row(reader, &row.span.clone());
                return None;
            }
            let sample_size = sample.calls(reader, &share.span, first.of, "may open it")?;
            let window = window.or(first.window);
            Some(Trip::Rate { share: share.value, over: sample.over.value(), sample: sample_size, window })
        }
        Failures::Count(count) => {
            if let Some(over) = sample.over.given() {
                let draft = Draft::new(
                    "G409",
                    over.span.clone(),
                    "only a share of slow calls is judged, not a number",
                );
                let fix = Edit::insert(count.span.end, "%");
                reader.report(draft.label("say it in percent").fix([fix]).help("write e.g. `{fixed}`"));
                return None;
            }
            let (of, row) = (sample.of.given(), sample.row.given());
            match (row, of, window) {
                (Some(_), None, None) => Some(Trip::InARow(count.value)),
                (Some(row), _, _) => {
                    let draft = Draft::new("G408", row.span.clone(), "`in a row` looks at no other calls");
                    let cut = reader.cut(&row.span.clone());
                    reader.report(draft.label("leave out this or the rest").fix([cut]));
                    None
                }
                (None, Some(of), _) if of.value < count.value => {
                    too_many(reader, count, of);
                    None
                }
                (None, Some(of), window) => {
                    Some(Trip::Count { count: count.value, of: of.value, window: window.or(first.window) })
                }
                (None, None, Some(window)) => Some(Trip::Within { count: count.value, window }),
                (None, None, None) => {
                    count_of_what(reader, count);
                    None
                }
            }
        }
    }
}

fn share_in_a_row(reader: &mut Reader<'_>, row: &Range<usize>) {
    let draft = Draft::new("G408", row.clone(), "`in a row` counts failures, it takes no share");
    reader.report(
        draft
            .label("say of how many")
            .fix([Edit::replace(row.clone(), "of 20")])
            .help("write e.g. `{fixed}`"),
    );
}

/// `50 of 20`: a share that lost its sign, or the numbers in the wrong order.
fn too_many(reader: &mut Reader<'_>, count: &Spanned<u32>, of: &Spanned<u32>) {
    let span = count.span.start..of.span.end;
    let message = format!("{} failures cannot happen in {} calls", count.value, of.value);
    let draft = Draft::new("G401", span.clone(), message);
    let share = format!("{}%", reader.slice(count.span.clone()));
    let draft = if count.value <= 100 {
        draft.label(format!("did you mean `{share}`?")).fix([Edit::replace(count.span.clone(), share)])
    } else {
        let swapped = format!("{} of {}", of.value, reader.slice(count.span.clone()));
        draft.label(format!("did you mean `{swapped}`?")).fix([Edit::replace(span, swapped)])
    };
    reader.report(draft);
}

/// `5` alone.
fn count_of_what(reader: &mut Reader<'_>, count: &Spanned<u32>) {
    let text = reader.slice(count.span.clone());
    let draft = Draft::new("G410", count.span.clone(), format!("{text} failures of what?"));
    let draft = draft.label("say `of` so many calls, `in` a time, or `in a row`");
    let draft =
        draft.fix([Edit::insert(count.span.end, " in a row")]).fix([Edit::insert(count.span.end, " in 10s")]);
    reader.report(draft.help("write e.g. `{fixed}` or `{other}`"));
}
