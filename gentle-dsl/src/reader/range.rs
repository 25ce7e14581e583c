//! Reading one duration, or from one to another.

use core::{ops::Range, time::Duration};

use super::Reader;
use crate::{
    mistake::{Draft, Edit},
    value::DurationText,
};

impl Reader<'_> {
    /// A duration, or a range of them: both above zero, the end not below the start.
    pub(crate) fn duration_range(&mut self, what: &str, backwards: &str) -> Option<(Duration, Duration)> {
        let zero = |_: &Self, span: Range<usize>| {
            let draft = Draft::new("G018", span.clone(), format!("{what} of zero is over at once"));
            let draft = draft.label("must be above zero");
            draft
                .fix([Edit::replace(span, DurationText(Duration::from_secs(1)).to_string())])
                .help("write e.g. `{fixed}`")
        };
        let from = self.positive_duration(zero);
        if !self.is_range(0) {
            return from.map(|from| (from.value, from.value));
        }
        self.step();
        let (from, to) = (from, self.positive_duration(zero)?);
        let from = from?;
        if from.value <= to.value {
            return Some((from.value, to.value));
        }
        let draft = Draft::new("G005", from.span.start..to.span.end, "the range runs backwards");
        let swap = [
            Edit::replace(from.span.clone(), self.slice(to.span.clone())),
            Edit::replace(to.span.clone(), self.slice(from.span.clone())),
        ];
        self.report(draft.label(backwards).fix(swap));
        None
    }
}
