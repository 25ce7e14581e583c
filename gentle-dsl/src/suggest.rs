//! The nearest known word to a misspelt one.

/// Longer words are names or noise, and comparing them costs the square of their length.
const LONGEST: usize = 64;

/// The candidate that `word` was most likely meant to be.
///
/// Used for the words of sentences, and by the macros and the configuration for keys and names. A candidate is near enough when one letter in three is
/// wrong at most, at least one letter; swapped neighbours count as one mistake. Of several the nearest wins, then the first.
///
/// # Examples
///
/// ```
/// use gentle_dsl::did_you_mean;
///
/// assert_eq!(did_you_mean("brust", ["burst", "wait"]), Some("burst"));
/// assert_eq!(did_you_mean("ratelimit", ["rate_limit", "retry"]), Some("rate_limit"));
/// assert_eq!(did_you_mean("zebra", ["burst", "wait"]), None);
/// ```
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let letters: Vec<char> = word.chars().flat_map(char::to_lowercase).take(LONGEST + 1).collect();
    if letters.len() > LONGEST {
        return None;
    }
    candidates
        .into_iter()
        .filter_map(|candidate| {
            let other: Vec<char> = candidate.chars().take(LONGEST).collect();
            let distance = distance(&letters, &other);
            let allowed = (letters.len().max(other.len()) / 3).max(1);
            (distance <= allowed && distance < other.len()).then_some((distance, candidate))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Insertions, deletions, replacements and swaps of neighbours that lead from one word to the other.
fn distance(from: &[char], to: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    let mut previous: Option<char> = None;
    for (row, &letter) in from.iter().enumerate() {
        let current = next_row(row, letter, previous, to, &last, &before_last);
        before_last = core::mem::replace(&mut last, current);
        previous = Some(letter);
    }
    last.last().copied().unwrap_or(0)
}

fn next_row(
    row: usize,
    letter: char,
    previous: Option<char>,
    to: &[char],
    last: &[usize],
    before_last: &[usize],
) -> Vec<usize> {
    let cell = |line: &[usize], column: usize| line.get(column).copied().unwrap_or(usize::MAX / 2);
    let mut current = vec![row + 1];
    let mut left = None;
    for (column, &other) in to.iter().enumerate() {
        let replaced = cell(last, column) + usize::from(letter != other);
        let deleted = cell(last, column + 1) + 1;
        let inserted = cell(&current, column) + 1;
        let mut best = replaced.min(deleted).min(inserted);
        if column > 0 && left == Some(letter) && previous == Some(other) {
            best = best.min(cell(before_last, column - 1) + 1);
        }
        current.push(best);
        left = Some(other);
    }
    current
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swapped_neighbours_are_one_mistake() {
        assert_eq!(distance(&['a', 'b'], &['b', 'a']), 1);
        assert_eq!(did_you_mean("wiat", ["wait"]), Some("wait"));
    }

    #[test]
    fn the_nearest_candidate_wins() {
        assert_eq!(did_you_mean("attempt", ["attempts", "retries"]), Some("attempts"));
        assert_eq!(did_you_mean("qeue", ["queue", "quiet"]), Some("queue"));
    }

    #[test]
    fn capitals_are_a_spelling_too() {
        assert_eq!(did_you_mean("WAIT", ["wait"]), Some("wait"));
    }

    #[test]
    fn a_word_with_nothing_in_common_suggests_nothing() {
        assert_eq!(did_you_mean("q", ["x"]), None);
        assert_eq!(did_you_mean(&"w".repeat(100), ["wait"]), None);
        assert_eq!(did_you_mean("", ["wait"]), None);
    }
}
