//! Reading how many of how many calls fail, and in which time.

use core::{ops::Range, time::Duration};

use super::{Reader, Slot, Spanned};
use crate::{
    mistake::{Draft, Edit},
    value::{Percent, scaled},
};

/// So many failures.
#[derive(Clone, Debug)]
pub(crate) enum Failures {
    /// As a share of the calls.
    Share(Spanned<Percent>),
    /// As a number.
    Count(Spanned<u32>),
}

/// `50% over 2s of 20 in 10s`, `5 of 20`, `5 in a row`, each part if it was there.
#[derive(Debug)]
pub(crate) struct Sample {
    /// `None` when it was wrong.
    pub(crate) failures: Option<Failures>,
    pub(crate) over: Slot<Duration>,
    pub(crate) of: Slot<u32>,
    pub(crate) window: Slot<Duration>,
    pub(crate) row: Slot<()>,
    /// Whether there was an `of`, perhaps a wrong one.
    tried_of: bool,
}

impl Sample {
    /// Reads the amount ahead and what follows it.
    pub(crate) fn read(reader: &mut Reader<'_>) -> Self {
        let mut sample = Self {
            failures: failures(reader),
            over: Slot::default(),
            of: Slot::default(),
            window: Slot::default(),
            row: Slot::default(),
            tried_of: false,
        };
        while sample.read_part(reader) {}
        sample
    }

    fn read_part(&mut self, reader: &mut Reader<'_>) -> bool {
        let start = reader.place(0);
        match reader.word(0) {
            Some("over") => {
                reader.step();
                if let Some(over) = positive(reader, &start, "every call takes longer than no time") {
                    self.over.fill(reader, "`over`", reader.since(&start), over);
                }
            }
            Some("of") => {
                reader.step();
                self.tried_of = true;
                let zero = |_: &Reader<'_>, span: Range<usize>| {
                    let draft = Draft::new("G018", span.clone(), "of no calls none can fail");
                    draft
                        .label("must be 1 or more")
                        .fix([Edit::replace(span, "20")])
                        .help("write e.g. `{fixed}`")
                };
                if let Some(of) = reader.positive_count(zero) {
                    self.of.fill(reader, "the number of calls", reader.since(&start), of.value);
                }
            }
            Some("in") => {
                reader.step();
                if row(reader) {
                    self.row.fill(reader, "`in a row`", reader.since(&start), ());
                } else if let Some(window) = positive(reader, &start, "in no time nothing can fail") {
                    self.window.fill(reader, "the time", reader.since(&start), window);
                }
            }
            _ => return false,
        }
        true
    }

    /// The number of calls that a share is taken of: as written, or else this one.
    pub(crate) fn calls(
        &self,
        reader: &mut Reader<'_>,
        share: &Range<usize>,
        first: Option<u32>,
        help: &str,
    ) -> Option<u32> {
        let calls = self.of.value().or(first);
        if calls.is_none() && !self.tried_of {
            let text = reader.slice(share.clone());
            let draft = Draft::new("G402", share.clone(), format!("{text} of how many calls?"));
            let draft = draft.label("one failure in one call is already 100%");
            let draft = draft.fix([Edit::insert(share.end, " of 20")]);
            reader.report(draft.help(format!("give the smallest sample that {help}: `{{fixed}}`")));
        }
        calls
    }
}

fn failures(reader: &mut Reader<'_>) -> Option<Failures> {
    if reader.is_symbol(1, '%') {
        return reader.percent().map(Failures::Share);
    }
    let text = reader.piece(0);
    if let (Ok(number), true) = (scaled(text, 4), text.contains('.')) {
        fraction(reader, number);
        return None;
    }
    let zero = |_: &Reader<'_>, span: Range<usize>| {
        let draft = Draft::new("G018", span.clone(), "zero failures are there from the start");
        draft.label("must be 1 or more").fix([Edit::replace(span, "5")]).help("write e.g. `{fixed}`")
    };
    reader.positive_count(zero).map(Failures::Count)
}

/// `0.5`, given in ten-thousandths.
fn fraction(reader: &mut Reader<'_>, number: u32) {
    let text = reader.piece(0);
    let span = reader.step();
    let hundredths = if number <= 10_000 { number } else { number / 100 };
    let meant = match hundredths {
        1..=10_000 => Percent::hundredths(hundredths),
        _ => Percent::hundredths(5_000),
    };
    let draft = Draft::new("G403", span.clone(), "a failure rate is written in percent");
    let draft = draft.fix([Edit::replace(span, meant.to_string())]);
    let label = if number == 0 || hundredths > 10_000 {
        format!("`{text}` is no share")
    } else {
        format!("this is {meant}")
    };
    reader.report(draft.label(label));
}

/// `a row`, also where it is not quite that.
fn row(reader: &mut Reader<'_>) -> bool {
    if reader.is_amount(0) || (reader.word(0) != Some("row") && reader.word(0) != Some("a")) {
        return false;
    }
    let start = reader.place(0);
    let article = reader.eat_word("a").is_some();
    let noun = reader.eat_word("row").is_some();
    if !(article && noun) {
        if !noun && reader.word(0).is_some() && !reader.starts_clause() {
            reader.step();
        }
        let span = reader.since(&start);
        let text = reader.slice(span.clone());
        let draft = Draft::new("G001", span.clone(), format!("unknown words `{text}`"));
        reader.report(draft.label("did you mean `a row`?").fix([Edit::replace(span, "a row")]));
    }
    true
}

fn positive(reader: &mut Reader<'_>, clause: &Range<usize>, message: &str) -> Option<Duration> {
    let zero = |reader: &Reader<'_>, span: Range<usize>| {
        let draft = Draft::new("G018", span.clone(), message).label("must be above zero");
        draft.fix([reader.cut(&(clause.start..span.end))])
    };
    reader.positive_duration(zero).map(|duration| duration.value)
}
