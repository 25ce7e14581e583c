//! Reading chaos.

use super::{Chaos, ChaosAct, ChaosKind};
use crate::{
    key::Key,
    mistake::{Draft, Edit},
    reader::{Grammar, Head, Reader},
    value::Percent,
};

pub(super) const GRAMMAR: Grammar = Grammar::sentence(Key::Chaos, "5% fail", &["fail", "panic", "delay"]);

pub(super) const HEAD: Head<Chaos> = Head { on: None, needs: "a share and what happens to it" };

pub(super) fn chaos(reader: &mut Reader<'_>) -> Option<Chaos> {
    let mut chaos: Option<Chaos> = None;
    while reader.next_clause() {
        let start = reader.place(0);
        if !reader.is_amount(0) {
            share_missing(reader);
            continue;
        }
        let share = reader.percent();
        let act = act(reader);
        let (Some(share), Some(act)) = (share, act) else { continue };
        let kind = ChaosKind { share: share.value, act };
        let span = reader.since(&start);
        let given = chaos.map(|chaos| chaos.kinds.as_slice().to_vec()).unwrap_or_default();
        if given.iter().any(|other| !matches!(act, ChaosAct::Delay { .. }) && other.act == act) {
            let what = if act == ChaosAct::Fail { "`fail`" } else { "`panic`" };
            reader.twice(what, span, "there is one share of the calls");
        } else if given.len() >= Chaos::CAPACITY {
            let draft = Draft::new("G902", span.clone(), "at most four kinds of chaos").label("one too many");
            let cut = reader.cut(&span);
            reader.report(draft.fix([cut]));
        } else {
            chaos = Some(chaos.map_or(Chaos::new(kind), |chaos| chaos.and(kind)));
        }
    }
    chaos
}

/// What happens to the share.
fn act(reader: &mut Reader<'_>) -> Option<ChaosAct> {
    if reader.eat_word("fail").is_some() {
        return Some(ChaosAct::Fail);
    }
    if reader.eat_word("panic").is_some() {
        return Some(ChaosAct::Panic);
    }
    if reader.eat_word("delay").is_some() {
        let range = reader.duration_range("a delay", "the shortest delay is longer than the longest");
        return range.map(|(from, to)| ChaosAct::Delay { from, to });
    }
    if reader.unknown_choice(&["fail", "panic", "delay"]) {
        if reader.is_amount(0) && !reader.is_symbol(1, '%') {
            reader.duration_range("a delay", "the shortest delay is longer than the longest");
        }
        return None;
    }
    if let Some(word) = reader.word(0).filter(|_| !reader.starts_clause()) {
        let place = reader.step();
        let draft = Draft::new("G001", place.clone(), format!("unknown word `{word}`"));
        reader.report(draft.label("known: fail, panic, delay").fix([Edit::replace(place, "fail")]));
        reader.recover();
        return None;
    }
    let end = reader.end();
    let draft = Draft::new("G901", end..end, "what happens to them is missing");
    let draft = draft.label("say `fail`, `panic` or `delay`").fix([Edit::insert(end, " fail")]);
    reader.report(draft.help("write e.g. `{fixed}`"));
    None
}

/// `fail` without a share, or `fail 5%`.
fn share_missing(reader: &mut Reader<'_>) {
    let start = reader.place(0);
    let Some(word) = reader.word(0).filter(|_| reader.starts_clause()) else {
        reader.unknown_clause();
        return;
    };
    if word != "delay" && reader.is_amount(1) && reader.is_symbol(2, '%') && !reader.starts_clause_at(3) {
        reader.step();
        let share = reader.piece(0);
        reader.step();
        reader.step();
        reader.reversed(reader.since(&start), "the share comes before its word", &format!("{share}% {word}"));
        return;
    }
    let draft = Draft::new("G019", start.clone(), format!("a share is missing before `{word}`"));
    let draft = draft
        .label("of how many calls?")
        .fix([Edit::insert(start.start, format!("{} ", Percent::hundredths(500)))]);
    reader.report(draft.help("write e.g. `{fixed}`"));
    act(reader);
}
