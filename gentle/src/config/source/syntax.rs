use toml_edit::TomlError;

use crate::config::key::KeyPath;
use crate::config::mistake::{Mistake, Picture};
use crate::config::without_password;

/// The line and the column of a byte, both from 1, the column in characters.
pub(crate) fn position(text: &str, byte: usize) -> (u32, u32) {
    let before = text.get(..byte).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|letter| *letter != '\n').count() + 1;
    (small(line), small(column))
}

// A file has at most a million bytes, so neither lines nor columns come near the end of the type.
fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// What is wrong with a text that is not TOML, with a picture and a plain word on the usual slips.
pub(crate) fn mistake(name: &str, text: &str, error: &TomlError) -> Mistake {
    let span = error.span().unwrap_or(0..0);
    let (line, column) = position(text, span.start);
    let written = text.lines().nth(line as usize - 1).unwrap_or("").trim_end();
    let mistake = Mistake::new(format!("{name}:{line}:{column}"), "this is not TOML");
    if holds_secret(written) {
        return mistake
            .help(format!("{}; the line is not shown, since it holds a secret", plain(error.message(), "")));
    }
    let shown = without_password(written);
    let wrong = text.get(span).unwrap_or("").lines().next().unwrap_or("");
    let length = without_password(wrong).chars().count();
    let (start, note) = (column as usize - 1, plain(error.message(), written));
    let help = help(&shown, error.message());
    mistake.picture(Picture { line: shown, start, length, note }).help(help)
}

fn holds_secret(line: &str) -> bool {
    let end = line.find(['=', ':']).unwrap_or(line.len());
    let (key, _) = line.split_at(end);
    KeyPath::of([key.split_whitespace().next().unwrap_or("")]).is_secret()
}

/// The parser's message in plain words, where it has a common cause.
fn plain(message: &str, line: &str) -> String {
    let known = [
        ("string values must be quoted", "text stands in quotes"),
        ("key with no value", "`=` is missing"),
        ("duplicate key", "it stands in the file twice"),
        ("invalid basic string, expected `\"`", "the quotes are not closed"),
        ("unclosed table", "`]` is missing"),
        ("unclosed array", "`]` is missing"),
        ("invalid unquoted key", "a name like this stands in quotes"),
        ("unexpected leading zero", "a number does not begin with 0"),
    ];
    if line.ends_with('=') {
        return "a value is missing".to_owned();
    }
    let found = known.iter().find(|(start, _)| message.starts_with(start));
    found.map_or_else(|| message.lines().collect::<Vec<_>>().join(", "), |(_, words)| (*words).to_owned())
}

fn help(line: &str, message: &str) -> String {
    if message.contains("duplicate") {
        return "a key and a section may stand in the file only once: keep one of them".to_owned();
    }
    let line = line.trim();
    header(line).or_else(|| assignment(line)).unwrap_or_else(|| {
        "a line is `[section]` or `key = \"value\"`; text stands in double quotes".to_owned()
    })
}

/// `[policy.a::b]`: the commonest slip, since the names of policies are paths.
fn header(line: &str) -> Option<String> {
    let inside = line.strip_prefix('[')?.trim_end_matches(']').trim();
    let (section, name) = inside.split_once('.').unwrap_or((inside, ""));
    let needs_quotes = |letter: char| !letter.is_ascii_alphanumeric() && !"_-.\"'".contains(letter);
    if name.contains(needs_quotes) && !name.contains('"') {
        return Some(format!(
            "a name with other signs than letters, digits, `_` and `-` is quoted: `[{section}.\"{name}\"]`"
        ));
    }
    (!line.ends_with(']')).then(|| format!("close the bracket: `[{inside}]`"))
}

fn assignment(line: &str) -> Option<String> {
    let Some((key, value)) = line.split_once('=') else {
        let (key, value) = line.split_once(':').or_else(|| line.split_once(' '))?;
        return Some(format!("write `{} = {}`", key.trim(), quoted(value.trim())));
    };
    let (key, value) = (key.trim(), value.trim());
    let opens = |quote| value.starts_with(quote) && value.matches(quote).count() == 1;
    if value.is_empty() {
        return Some(format!("give it a value, `{key} = \"...\"`, or take the line away"));
    }
    if value.starts_with('[') {
        return Some("a list is `[1, 2]`: commas between its values, and a bracket at the end".to_owned());
    }
    if opens('"') || opens('\'') {
        return Some(format!("close the quotes: `{key} = {}`", quoted(value)));
    }
    (!value.starts_with(['"', '\'', '{']))
        .then(|| format!("text stands in double quotes: `{key} = {}`", quoted(value)))
}

fn quoted(value: &str) -> String {
    format!("\"{}\"", value.trim_matches(['"', '\'']).trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        assert_eq!(position("\u{e9}\u{e9}x", 4), (1, 3));
        assert_eq!(position("a\nbc", 3), (2, 2));
        assert_eq!(position("a\n", 2), (2, 1));
    }
}
