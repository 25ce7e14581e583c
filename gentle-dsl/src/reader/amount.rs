//! Reading amounts, with all that can be wrong about them.

use core::{ops::Range, time::Duration};

use super::{Kind, Reader, Spanned};
use crate::{
    mistake::{Draft, Edit},
    value::{
        CountFault, DurationFault, NumberFault, Percent, Rate, UNITS, count, duration, scaled, unit_meant,
        unit_nanos,
    },
};

impl Reader<'_> {
    /// Whether an amount ahead is a duration, also one with a space inside.
    pub(crate) fn is_time(&self, ahead: usize) -> bool {
        let split = self.word(ahead + 1).and_then(unit_meant).is_some();
        self.is_amount(ahead) && (split || self.piece(ahead).contains(char::is_alphabetic))
    }

    /// A whole number.
    pub(crate) fn count(&mut self) -> Option<Spanned<u32>> {
        if !self.is_amount(0) {
            self.missing("a count", "5");
            return None;
        }
        let text = self.piece(0);
        let span = self.step();
        match count(text) {
            Ok(value) => return Some(Spanned { value, span }),
            Err(CountFault::TooLarge) => self.too_large(span, "5"),
            Err(CountFault::NotWhole) => {
                let draft = Draft::new("G021", span.clone(), format!("`{text}` is not a count"));
                let digits: String = text.chars().take_while(|c| c.is_ascii_digit() || *c == '_').collect();
                self.report(draft.label("a whole number, without a unit").fix([Edit::replace(span, digits)]));
            }
        }
        None
    }

    /// A whole number above zero; `zero` says what to do about a zero, or what zero would do.
    pub(crate) fn positive_count(
        &mut self,
        zero: impl FnOnce(&Self, Range<usize>) -> Draft,
    ) -> Option<Spanned<u32>> {
        let count = self.count()?;
        if count.value > 0 {
            return Some(count);
        }
        let draft = zero(self, count.span);
        self.report(draft);
        None
    }

    /// A duration; `what` is how to speak of it: `a period`, `a duration`.
    pub(crate) fn duration(&mut self, what: &str) -> Option<Spanned<Duration>> {
        if !self.is_amount(0) {
            self.missing(what, "1s");
            return None;
        }
        let text = self.piece(0);
        let span = self.step();
        match duration(text) {
            Ok(value) => return Some(Spanned { value, span }),
            Err(DurationFault::NoUnit) => self.no_unit(span, what),
            Err(DurationFault::UnknownUnit(unit)) => {
                self.unknown_unit(&(span.start + unit.start..span.start + unit.end));
            }
            Err(DurationFault::TooLarge) => self.too_large(span, "1h"),
            Err(DurationFault::Malformed) => {
                let draft = Draft::new("G011", span.clone(), format!("`{text}` is not a number with a unit"));
                self.report(
                    draft
                        .label("one point at most")
                        .fix([Edit::replace(span, "1s")])
                        .help("write e.g. `{fixed}`"),
                );
            }
        }
        None
    }

    /// A duration above zero; `zero` is what to write instead, with the reason.
    pub(crate) fn positive_duration(
        &mut self,
        zero: impl FnOnce(&Self, Range<usize>) -> Draft,
    ) -> Option<Spanned<Duration>> {
        let duration = self.duration("a duration")?;
        if !duration.value.is_zero() {
            return Some(duration);
        }
        let draft = zero(self, duration.span);
        self.report(draft);
        None
    }

    /// A count, a slash, and a period.
    pub(crate) fn rate(&mut self) -> Option<Spanned<Rate>> {
        let start = self.place(0);
        let zero = |_: &Self, span: Range<usize>| {
            let draft = Draft::new("G103", span.clone(), "a rate of zero never lets a call through");
            let draft = draft.label("must be 1 or more").fix([Edit::replace(span, "1")]);
            draft.help(
                "write `off` for no limit, or use `circuit_breaker = \"manual\"` to block calls by hand",
            )
        };
        let count = self.positive_count(zero);
        if self.eat_symbol('/').is_none() {
            let count = count?;
            if !self.spoken_period(&count) {
                self.no_period(&count);
            }
            return None;
        }
        let per = self.period();
        let (count, per) = (count?.value, per?.value);
        let span = self.since(&start);
        if per.as_nanos() < u128::from(count) {
            self.too_fast(&span);
            return None;
        }
        Some(Spanned { value: Rate { count, per }, span })
    }

    /// A share above 0 and at most 100 percent.
    pub(crate) fn percent(&mut self) -> Option<Spanned<Percent>> {
        if !self.is_amount(0) {
            self.missing("a percentage", "20%");
            return None;
        }
        let text = self.piece(0);
        let mut span = self.step();
        let number = scaled(text, 2);
        if self.eat_symbol('%').is_some() {
            span = self.since(&span);
        } else if number.is_ok() {
            let draft = Draft::new("G022", span.clone(), format!("`{text}` has no percent sign"));
            self.report(draft.label("a share is written in percent").fix([Edit::insert(span.end, "%")]));
            return None;
        }
        let label = match number {
            Ok(1..=10_000) => {
                return number.ok().map(|number| Spanned { value: Percent::hundredths(number), span });
            }
            Ok(_) | Err(NumberFault::TooLarge) => "above 0 and at most 100",
            Err(NumberFault::TooFine) => "at most two digits after the point",
            Err(NumberFault::Malformed) => "a number and a percent sign",
        };
        let draft =
            Draft::new("G022", span.clone(), format!("`{}` is not a share", self.slice(span.clone())));
        self.report(draft.label(label).fix([Edit::replace(span, "20%")]).help("write e.g. `{fixed}`"));
        None
    }

    /// An amount that should stand here does not.
    pub(crate) fn missing(&mut self, what: &str, example: &str) {
        let end = self.end();
        let word = self.at.checked_sub(1).and_then(|last| self.tokens.get(last)).cloned();
        let space = if word.as_ref().is_some_and(|word| word.kind == Kind::Word) { " " } else { "" };
        let place = word.map_or(self.place(0), |word| word.span);
        let message = match self.slice(place.clone()) {
            "" => format!("{what} is missing"),
            piece => format!("{what} is missing after `{piece}`"),
        };
        let draft = Draft::new("G019", place, message).label(format!("{what} is needed"));
        self.report(draft.fix([Edit::insert(end, format!("{space}{example}"))]).help("write e.g. `{fixed}`"));
    }

    pub(crate) fn too_large(&mut self, span: Range<usize>, instead: &str) {
        let label =
            if instead.ends_with('h') { "at most 36500d, a hundred years" } else { "at most 4294967295" };
        let draft = Draft::new("G017", span.clone(), format!("`{}` is too large", self.slice(span.clone())));
        self.report(draft.label(label).fix([Edit::replace(span, instead)]).help("write e.g. `{fixed}`"));
    }

    /// The period of a rate: a duration, or only its unit.
    fn period(&mut self) -> Option<Spanned<Duration>> {
        if self.is_amount(0) {
            return self.long_period();
        }
        let Some(word) = self.word(0).filter(|word| !self.knows(word)) else {
            self.missing("a period", "s");
            return None;
        };
        let span = self.step();
        if let Some(nanos) = unit_nanos(word) {
            return Some(Spanned { value: Duration::from_nanos(nanos), span });
        }
        self.unknown_unit(&span);
        None
    }

    fn long_period(&mut self) -> Option<Spanned<Duration>> {
        let period = self.duration("a period")?;
        if !period.value.is_zero() {
            return Some(period);
        }
        let draft = Draft::new("G018", period.span.clone(), "a period of zero never ends");
        let draft = draft.label("must be above zero").fix([Edit::replace(period.span, "1s")]);
        self.report(draft.help("write e.g. `{fixed}`"));
        None
    }

    /// `5 per second`.
    fn spoken_period(&mut self, count: &Spanned<u32>) -> bool {
        let word = self.word(0).filter(|word| matches!(*word, "a" | "an" | "every" | "in" | "per"));
        let period = self.word(1).and_then(unit_meant).or(self.is_time(1).then(|| self.piece(1)));
        let (Some(word), Some(period)) = (word, period) else { return false };
        let place = self.step();
        self.step();
        let rate = format!("{}/{period}", self.slice(count.span.clone()));
        let draft =
            Draft::new("G001", place, format!("unknown word `{word}`")).label("a rate is written with `/`");
        self.report(draft.fix([Edit::replace(self.since(&count.span), rate)]));
        true
    }

    fn no_period(&mut self, count: &Spanned<u32>) {
        let (count, span) = (count.value, count.span.clone());
        let text = self.slice(span.clone());
        let draft = Draft::new("G102", span.clone(), format!("`{text}` is a count, not a rate"));
        let draft = draft
            .label("per how long?")
            .fix([Edit::insert(span.end, "/s")])
            .fix([Edit::insert(span.end, "/500ms")]);
        self.report(draft.help(format!(
            "write `{{fixed}}` or `{{other}}`; for {text} calls at once write `bulkhead = \"{count}\"`"
        )));
    }

    fn too_fast(&mut self, span: &Range<usize>) {
        let draft = Draft::new("G106", span.clone(), "nothing is faster than one call per nanosecond");
        let draft = draft.label("write `off` for no limit").fix([Edit::replace(span.clone(), "1000/us")]);
        self.report(draft.help("write `off` for no limit, or at most `{fixed}`"));
    }

    fn no_unit(&mut self, span: Range<usize>, what: &str) {
        let text = self.slice(span.clone());
        let unit = self.word(0).and_then(unit_meant);
        if let Some(unit) = unit {
            self.step();
            let span = self.since(&span);
            let draft = Draft::new("G002", span.clone(), "a duration has no space inside");
            self.report(
                draft.label("write it as one word").fix([Edit::replace(span, format!("{text}{unit}"))]),
            );
            return;
        }
        let draft = Draft::new("G101", span.clone(), format!("`{text}` has no unit"));
        let draft = draft.label(format!("{what} needs ns, us, ms, s, m, h or d"));
        self.report(draft.fix([Edit::insert(span.end, likely_unit(text))]));
    }

    fn unknown_unit(&mut self, span: &Range<usize>) {
        let unit = self.slice(span.clone());
        let meant = unit_meant(unit).unwrap_or("s");
        let draft = Draft::new("G006", span.clone(), format!("unknown unit `{unit}`"));
        self.report(draft.label(format!("known: {UNITS}")).fix([Edit::replace(span.clone(), meant)]));
    }
}

/// Who writes 500 thinks in milliseconds, who writes 5 in seconds.
fn likely_unit(number: &str) -> &'static str {
    let digits = number.chars().take_while(char::is_ascii_digit).count();
    if digits > 2 { "ms" } else { "s" }
}
