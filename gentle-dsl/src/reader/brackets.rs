//! Brackets of all three kinds, as code has them.

use core::ops::Range;

use super::{Kind, Reader};

/// Goes past the brackets ahead and all that stands in them; nowhere, where there are none or one of them is not closed.
pub(crate) fn brackets(reader: &mut Reader<'_>) -> Option<Range<usize>> {
    let start = reader.place(0);
    let mut open = Vec::new();
    let mut ahead = 0;
    while let Some(kind) = reader.kind(ahead) {
        match kind {
            Kind::Symbol('(') => open.push(')'),
            Kind::Symbol('[') => open.push(']'),
            Kind::Symbol('{') => open.push('}'),
            Kind::Symbol(close @ (')' | ']' | '}')) if open.pop() != Some(close) => return None,
            _ => {}
        }
        if open.is_empty() && ahead == 0 {
            return None;
        }
        ahead += 1;
        if open.is_empty() {
            reader.at += ahead;
            return Some(reader.since(&start));
        }
    }
    None
}
