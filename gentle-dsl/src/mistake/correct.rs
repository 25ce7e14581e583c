//! From drafts to mistakes: every help shows a text in which nothing is wrong any more.

use super::{Draft, Edit, Mistake, Mistakes};

/// More corrections of corrections than this mean that the text is beyond correcting.
const ROUNDS: usize = 6;

/// Who writes this many mistakes in one text wants to see the first few.
const SHOWN: usize = 16;

/// Reads a text again and says what is still wrong with it.
type Attempt<'a> = &'a dyn Fn(&str) -> Vec<Draft>;

/// The finished mistakes, if there are any.
pub(crate) fn finish(
    subject: &str,
    example: &str,
    source: &str,
    mut drafts: Vec<Draft>,
    attempt: Attempt<'_>,
) -> Option<Mistakes> {
    drafts.sort_by_key(|draft| draft.span.start);
    let finished = (0..drafts.len().min(SHOWN)).filter_map(|index| {
        let draft = drafts.get(index)?;
        let help =
            [Draft::FIXED, Draft::OTHER].iter().enumerate().fold(draft.help.clone(), |help, (fix, mark)| {
                if !help.contains(mark) {
                    return help;
                }
                let settled = settled(source, &drafts, index, fix, attempt);
                help.replace(mark, settled.as_deref().unwrap_or(example))
            });
        let mistake = Mistake::new(draft.code, subject, draft.message.clone());
        Some(mistake.with_label(draft.label.clone()).with_help(help).with_picture(source, draft.span.clone()))
    });
    Mistakes::collect(finished)
}

/// The text with all mistakes corrected, one of them in a chosen way.
fn settled(
    source: &str,
    drafts: &[Draft],
    chosen: usize,
    fix: usize,
    attempt: Attempt<'_>,
) -> Option<String> {
    let mut text = apply(source, &edits(drafts, chosen, fix))?;
    for _ in 0..ROUNDS {
        let left = attempt(&text);
        if left.is_empty() {
            return Some(text);
        }
        text = apply(&text, &edits(&left, 0, 0))?;
    }
    None
}

/// The edits of the chosen correction first, so that they win where others overlap.
fn edits(drafts: &[Draft], chosen: usize, fix: usize) -> Vec<Edit> {
    let own = drafts.get(chosen).and_then(|draft| draft.fixes.get(fix));
    let others = drafts.iter().enumerate().filter(|(index, _)| *index != chosen);
    let others = others.filter_map(|(_, draft)| draft.fixes.first());
    own.into_iter().chain(others).flatten().cloned().collect()
}

fn apply(source: &str, edits: &[Edit]) -> Option<String> {
    let mut taken: Vec<&Edit> = Vec::new();
    for edit in edits {
        if taken.iter().all(|other| edit.span.end <= other.span.start || other.span.end <= edit.span.start) {
            taken.push(edit);
        }
        if taken.len() > 4 * SHOWN {
            break;
        }
    }
    taken.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let mut text = String::new();
    let mut done = 0;
    for edit in taken {
        text.push_str(source.get(done..edit.span.start)?);
        text.push_str(&edit.text);
        done = edit.span.end;
    }
    text.push_str(source.get(done..)?);
    Some(text.trim().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_applied_from_left_to_right() {
        let edits = [Edit::replace(3..4, "C"), Edit::insert(1, "+"), Edit::replace(0..1, "A")];
        assert_eq!(apply("abbc", &edits).as_deref(), Some("A+bbC"));
    }

    #[test]
    fn of_two_overlapping_edits_the_first_wins() {
        let edits = [Edit::replace(0..2, "x"), Edit::replace(1..3, "y")];
        assert_eq!(apply("abc", &edits).as_deref(), Some("xc"));
    }
}
