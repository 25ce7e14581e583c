//! Reading `wait`, `queue`, `reject`, `fifo` and `lifo`.

use core::{ops::Range, time::Duration};

use super::{Order, Turn, Waiting};
use crate::{
    mistake::{Draft, Edit},
    reader::{Reader, Slot},
};

/// The clauses about waiting as they are read.
#[derive(Debug, Default)]
pub(crate) struct Clauses {
    wait: Slot<Option<Duration>>,
    queue: Slot<u32>,
    reject: Slot<()>,
    order: Slot<Order>,
}

impl Clauses {
    /// Reads the clause ahead if it is one about waiting.
    pub(crate) fn read(&mut self, reader: &mut Reader<'_>) -> bool {
        let start = reader.place(0);
        match reader.word(0) {
            Some("wait") => self.read_wait(reader, start),
            Some("queue") => self.read_queue(reader, start),
            Some("reject") => {
                reader.step();
                self.reject.fill(reader, "`reject`", start, ());
            }
            Some("fifo") => self.read_order(reader, start, Order::Fifo),
            Some("lifo") => self.read_order(reader, start, Order::Lifo),
            _ => return false,
        }
        true
    }

    fn read_wait(&mut self, reader: &mut Reader<'_>, start: Range<usize>) {
        reader.step();
        if !reader.is_amount(0) {
            self.wait.fill(reader, "the wait", start, None);
            return;
        }
        let clause = start.clone();
        let zero =
            |_: &Reader<'_>, span: Range<usize>| no_wait(clause.start..span.end, "a wait of zero is no wait");
        if let Some(within) = reader.positive_duration(zero) {
            self.wait.fill(reader, "the wait", reader.since(&start), Some(within.value));
        }
    }

    fn read_queue(&mut self, reader: &mut Reader<'_>, start: Range<usize>) {
        reader.step();
        let clause = start.clone();
        let zero = |_: &Reader<'_>, span: Range<usize>| {
            no_wait(clause.start..span.end, "a queue of zero is no queue")
        };
        if let Some(queue) = reader.positive_count(zero) {
            self.queue.fill(reader, "the queue", reader.since(&start), queue.value);
        }
    }

    fn read_order(&mut self, reader: &mut Reader<'_>, start: Range<usize>, order: Order) {
        reader.step();
        let word = word(order);
        let same = self.order.value().is_none_or(|given| given == order);
        let what = if same { format!("`{word}`") } else { "the order".into() };
        self.order.fill(reader, &what, start, order);
    }

    /// Who is served first.
    pub(crate) fn order(&self) -> Order {
        self.order.value().unwrap_or_default()
    }

    /// What the clauses say together; `None` when there were none.
    pub(crate) fn finish(&self, reader: &mut Reader<'_>) -> Option<Waiting> {
        if let Some(reject) = self.reject.given() {
            self.contradictions(reader, &reject.span.clone());
            return Some(Waiting::Reject);
        }
        let turn = Turn { within: self.wait.value().flatten(), queue: self.queue.value() };
        let waits =
            self.wait.given().is_some() || self.queue.given().is_some() || self.order.given().is_some();
        waits.then_some(Waiting::Turn(turn))
    }

    fn contradictions(&self, reader: &mut Reader<'_>, reject: &Range<usize>) {
        let wait = self.wait.given().map(|wait| {
            let why = wait.value.map_or_else(
                || "to let it wait its turn".into(),
                |within| {
                    format!(
                        "to refuse only what would wait longer than {}",
                        crate::value::DurationText(within)
                    )
                },
            );
            ("wait", "a refused call does not wait", why, wait.span.clone())
        });
        let queue = self.queue.given().map(|queue| {
            (
                "queue",
                "a refused call does not queue",
                "to refuse only what the queue does not hold".into(),
                queue.span.clone(),
            )
        });
        let order = self.order.given().map(|order| {
            let why = "to let it wait its turn".into();
            (word(order.value), "a refused call has no turn", why, order.span.clone())
        });
        for (word, label, why, span) in [wait, queue, order].into_iter().flatten() {
            let place = if span.start > reject.start { span.clone() } else { reject.clone() };
            let draft = Draft::new("G104", place, format!("`reject` and `{word}` contradict each other"));
            let draft = draft.label(label).fix([reader.cut(&span)]).fix([reader.cut(reject)]);
            reader.report(draft.help(format!("write `{{fixed}}`, or `{{other}}` {why}")));
        }
    }
}

fn word(order: Order) -> &'static str {
    match order {
        Order::Fifo => "fifo",
        Order::Lifo => "lifo",
    }
}

/// A clause that lets nobody wait.
fn no_wait(clause: Range<usize>, message: &str) -> Draft {
    let draft = Draft::new("G018", clause.clone(), message).label("this is `reject`");
    draft.fix([Edit::replace(clause, "reject")])
}
