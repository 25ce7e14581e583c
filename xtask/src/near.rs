//! What somebody may have meant.

/// That `word` is no `kind`, what it may have been, and what there is.
pub(crate) fn unknown(kind: &str, word: &str, known: &[&str]) -> String {
    let all = known.join(", ");
    match nearest(word, known) {
        Some(near) => {
            format!("there is no {kind} `{word}`\nhelp: did you mean `{near}`? there are: {all}")
        }
        None => format!("there is no {kind} `{word}`\nhelp: there are: {all}"),
    }
}

fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let near = known.iter().map(|one| (distance(word, one), *one)).min()?;
    (near.0 <= 1 + word.len() / 3).then_some(near.1)
}

/// How many letters must be changed, added or left out to make `one` of `other`.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, letter) in one.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], line + 1);
        for column in 0..other.len() {
            let changed = diagonal + usize::from(letter != other[column]);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::{distance, nearest};

    #[test]
    fn the_nearest_word_is_found_and_a_far_one_is_not() {
        assert_eq!(nearest("tset", &["test", "bench"]), Some("test"));
        assert_eq!(nearest("benhc", &["test", "bench"]), Some("bench"));
        assert_eq!(nearest("deploy", &["test", "bench"]), None);
    }

    #[test]
    fn distance_counts_changed_letters() {
        assert_eq!(distance("test", "test"), 0);
        assert_eq!(distance("", "unit"), 4);
        assert_eq!(distance("doc", "docs"), 1);
    }
}
