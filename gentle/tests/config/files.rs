use std::fs;
use std::path::PathBuf;

use gentle::config::Config;
use gentle::error::Kind;

use crate::wrong;

fn directory(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("config").join(name);
    fs::create_dir_all(&path).unwrap();
    path
}

#[test]
fn an_unquoted_path_in_a_header_is_shown_in_quotes() {
    assert_eq!(
        wrong("[policy.scores::read_score]\nretry = \"on\""),
        "gentle.toml:1:15: this is not TOML\n\n    [policy.scores::read_score]\n                  ^^ a name like this stands in quotes\n\n\
         help: a name with other signs than letters, digits, `_` and `-` is quoted: `[policy.\"scores::read_score\"]`"
    );
}

#[test]
fn text_without_quotes_is_shown_in_quotes() {
    assert_eq!(
        wrong("[event]\nurl = local://"),
        "gentle.toml:2:7: this is not TOML\n\n    url = local://\n          ^^^^^^^^ text stands in quotes\n\n\
         help: text stands in double quotes: `url = \"local://\"`"
    );
}

#[test]
fn every_usual_slip_has_its_help() {
    let help = |text: &str| wrong(text).split_once("help: ").unwrap().1.to_owned();
    assert_eq!(help("a = \"x\nb = 1"), "close the quotes: `a = \"x\"`");
    assert_eq!(help("a: \"x\""), "write `a = \"x\"`");
    assert_eq!(help("retry \"5 attempts\""), "write `retry = \"5 attempts\"`");
    assert_eq!(help("[event\na = 1"), "close the bracket: `[event]`");
    assert_eq!(help("a ="), "give it a value, `a = \"...\"`, or take the line away");
    assert_eq!(help("a = 1\na = 2"), "a key and a section may stand in the file only once: keep one of them");
    assert_eq!(help("a = [1 2]"), "a list is `[1, 2]`: commas between its values, and a bracket at the end");
}

#[test]
fn no_picture_shows_a_secret() {
    let error = wrong("password = hunter2");
    assert_eq!(
        error,
        "gentle.toml:1:12: this is not TOML\n\nhelp: text stands in quotes; the line is not shown, since it holds a secret"
    );
    let error = wrong("url = redis://me:hunter2@h");
    assert!(error.contains("    url = redis://me:***@h\n          ^^^^^^^^^^^^^^^^ text"), "{error}");
    assert!(!error.contains("hunter2"), "{error}");
}

#[test]
fn a_list_of_tables_says_how_to_name_them() {
    assert_eq!(
        wrong("[[service]]\nurl = 1\n[[handler]]\nx = 1"),
        "gentle.toml:1:3: service: a list of tables has no meaning here\n\n\
         help: give each table a name: `[section.name]`\n\n\
         gentle.toml:3:3: handler: a list of tables has no meaning here\n\n\
         help: give each table a name: `[section.name]`"
    );
}

#[test]
fn a_byte_order_mark_says_nothing() {
    let marked = Config::builder().toml_text("x", "\u{feff}a = 1").load().unwrap();
    assert_eq!(marked.get("a").unwrap().origin().to_string(), "x:1:5");
}

#[test]
fn the_default_file_is_read_when_it_is_there() {
    let home = directory("there");
    fs::write(home.join("gentle.toml"), "[event]\nurl = \"x\"").unwrap();
    let url = Config::builder().default_file(&home).load().unwrap().get("event.url").unwrap();
    assert_eq!(url.origin().to_string(), format!("{}:2:7", home.join("gentle.toml").display()));
    assert!(Config::builder().default_file(directory("empty")).load().is_ok());
}

#[test]
fn the_named_file_wins_over_the_default_one_and_must_exist() {
    let home = directory("named");
    fs::write(home.join("gentle.toml"), "a = 1").unwrap();
    let other = home.join("other.toml");
    fs::write(&other, "a = 2").unwrap();
    let named =
        |path: &PathBuf| Config::builder().environment([("GENTLE_CONFIG", path)]).default_file(&home).load();
    assert_eq!(named(&other).unwrap().get("a").unwrap().as_text(), "2");
    let missing = home.join("missing.toml");
    assert_eq!(
        named(&missing).unwrap_err().to_string(),
        format!(
            "{}: cannot be read: No such file or directory (os error 2)\n\nhelp: the variable GENTLE_CONFIG names this file",
            missing.display()
        )
    );
}

#[test]
fn what_is_no_configuration_is_refused_by_its_reason() {
    let home = directory("odd");
    let load = |name: &str| {
        let error = Config::builder().file(home.join(name)).load().unwrap_err();
        assert_eq!(error.kind(), Kind::Config);
        error.to_string().replace(&home.join(name).display().to_string(), "FILE")
    };
    fs::create_dir_all(home.join("folder")).unwrap();
    assert_eq!(load("folder"), "FILE: is a directory, not a file\n\nhelp: name the file inside it");
    fs::write(home.join("large"), "#".repeat(1024 * 1024 + 1)).unwrap();
    assert_eq!(
        load("large"),
        "FILE: is larger than 1 MiB, which no configuration is\n\nhelp: check that this is the file you mean"
    );
    fs::write(home.join("latin"), b"a = 1\nb = \"caf\xe9\"").unwrap();
    assert_eq!(load("latin"), "FILE:2: this is not UTF-8 text\n\nhelp: save the file as UTF-8");
    assert_eq!(load("missing"), "FILE: cannot be read: No such file or directory (os error 2)");
    fs::write(home.join("just"), "#".repeat(1024 * 1024)).unwrap();
    assert!(Config::builder().file(home.join("just")).load().is_ok());
}

#[cfg(unix)]
#[test]
fn only_our_own_variables_must_be_utf_8() {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt;

    let odd = |name: &str| [(OsString::from(name), OsString::from_vec(vec![0xff]))];
    assert!(Config::builder().environment(odd("OTHER")).load().is_ok());
    assert_eq!(
        Config::builder().environment(odd("GENTLE_EVENT_URL")).load().unwrap_err().to_string(),
        "GENTLE_EVENT_URL: the variable is not UTF-8 text\n\nhelp: set it again, as plain text"
    );
}

#[test]
fn all_files_are_reported_at_once() {
    let builder = Config::builder().toml_text("a.toml", "x").toml_text("b.toml", "[y");
    let error = builder.load().unwrap_err();
    assert!(error.is_config());
    let heads: Vec<String> = error.all().map(|one| one.to_string()[..6].to_owned()).collect();
    assert_eq!(heads, ["a.toml", "b.toml"]);
}
