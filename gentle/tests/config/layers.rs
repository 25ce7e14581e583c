use gentle::config::{Config, Known, Origin, Shape};
use gentle::error::Place;

use crate::{config, file};

fn url(config: &Config) -> (String, String) {
    let url = config.get("event.url").unwrap();
    (url.as_text().to_owned(), url.origin().to_string())
}

fn pair(text: &str, origin: &str) -> (String, String) {
    (text.to_owned(), origin.to_owned())
}

#[test]
fn each_layer_covers_the_one_below() {
    let defaults = || Config::builder().default_value("event.url", "a://");
    assert_eq!(url(&defaults().load().unwrap()), pair("a://", "the default"));
    let with_file = || defaults().toml_text("gentle.toml", "[event]\nurl = \"b://\"");
    assert_eq!(url(&with_file().load().unwrap()), pair("b://", "gentle.toml:2:7"));
    let with_variable = || with_file().environment([("GENTLE_EVENT_URL", "c://")]);
    assert_eq!(url(&with_variable().load().unwrap()), pair("c://", "the variable GENTLE_EVENT_URL"));
    let with_code = with_variable().set_from(&Origin::Code(None), "event.url", "d://");
    assert_eq!(url(&with_code.load().unwrap()), pair("d://", "the code"));
}

#[test]
fn the_order_of_the_calls_means_nothing() {
    let builder = Config::builder().set_from(&Origin::Code(None), "event.url", "d://");
    let builder = builder.environment([("GENTLE_EVENT_URL", "c://")]).toml_text("x", "event.url = \"b://\"");
    assert_eq!(url(&builder.default_value("event.url", "a://").load().unwrap()), pair("d://", "the code"));
}

#[test]
fn a_later_file_covers_an_earlier_one_key_by_key() {
    let builder =
        file("[event]\nurl = \"a\"\n[app]\nname = \"one\"").toml_text("more.toml", "[app]\nname = \"two\"");
    let both = builder.load().unwrap();
    assert_eq!(both.get("app.name").unwrap().origin().to_string(), "more.toml:2:8");
    assert_eq!(both.get("event.url").unwrap().origin().to_string(), "gentle.toml:2:7");
}

#[test]
fn code_knows_the_line_that_set_it() {
    let (set, here) = (Config::builder().set("event.url", "local://"), line!());
    let set = set.load().unwrap();
    let Origin::Code(Some(Place { file, line, .. })) = *set.get("event.url").unwrap().origin() else {
        panic!()
    };
    assert!(file.ends_with("layers.rs") && line == here, "{file}:{line}");
}

#[test]
fn an_empty_variable_is_none() {
    let builder = file("[event]\nurl = \"a\"").environment([("GENTLE_EVENT_URL", "")]);
    assert_eq!(builder.load().unwrap().get("event.url").unwrap().as_text(), "a");
}

#[test]
fn tables_may_be_written_in_every_form() {
    for text in
        ["[event]\nurl = \"x\"", "event.url = \"x\"", "event = { url = \"x\" }", "[event]\n\"url\" = 'x'"]
    {
        assert_eq!(config(text).get("event.url").unwrap().as_text(), "x", "{text}");
    }
}

#[test]
fn names_with_colons_and_dots_are_found_in_quotes() {
    let config = config("[policy.\"a::b.c\"]\nretry = \"on\"");
    assert_eq!(config.get("policy.\"a::b.c\".retry").unwrap().as_text(), "on");
    assert!(config.get("policy.a::b.c.retry").is_none());
}

#[test]
fn the_log_level_has_a_short_variable_and_the_usual_one() {
    let level = |variables: &[(&str, &str)]| {
        let variables = variables.iter().map(|(name, text)| (name.to_string(), text.to_string()));
        let config = file("[log]\nlevel = \"warn\"").environment(variables).load().unwrap();
        config.section("log").text("level").unwrap()
    };
    assert_eq!(level(&[]), "warn");
    assert_eq!(level(&[("RUST_LOG", "debug")]), "debug");
    assert_eq!(level(&[("RUST_LOG", "debug"), ("GENTLE_LOG_LEVEL", "error")]), "error");
    assert_eq!(
        level(&[("RUST_LOG", "debug"), ("GENTLE_LOG", "trace"), ("GENTLE_LOG_LEVEL", "error")]),
        "trace"
    );
}

#[test]
fn values_keep_their_shape_and_their_text() {
    let config =
        config("a = 0x10\nb = 1.50\nc = true\nd = 2026-01-02\ne = [1, \"x\"]\nf = \"\"\"\ntwo\nlines\"\"\"");
    let shown = |key: &str| {
        let value = config.get(key).unwrap();
        (value.shape(), value.as_text().to_owned(), value.to_string())
    };
    assert_eq!(shown("a"), (Shape::Integer, "16".into(), "16".into()));
    assert_eq!(shown("b"), (Shape::Float, "1.50".into(), "1.50".into()));
    assert_eq!(shown("c"), (Shape::Boolean, "true".into(), "true".into()));
    assert_eq!(shown("d"), (Shape::Moment, "2026-01-02".into(), "2026-01-02".into()));
    assert_eq!(shown("e"), (Shape::List, "1, x".into(), "[1, \"x\"]".into()));
    assert_eq!(shown("f"), (Shape::Text, "two\nlines".into(), "\"two\\nlines\"".into()));
}

#[test]
fn a_printed_config_shows_origins_and_no_secret() {
    let builder = file(
        "[event]\nurl = \"redis://me:hunter2@h\"\n[service.db]\npassword = \"hunter2\"\npool = 4\napi_keys = [\"hunter2\"]",
    );
    let builder = builder.environment([
        ("GENTLE_POLICY_A__PAY_RETRY", "off"),
        ("GENTLE_SERVICE_DB_TOKEN", "hunter2"),
        ("SCORES_DB_URL", "pg://u:hunter2@h"),
        ("HOME", "/root"),
    ]);
    let config = builder.load().unwrap();
    assert_eq!(
        config.to_string(),
        "event.url = \"redis://me:***@h\"   # gentle.toml:2:7\n\
         service.db.api_keys = [\"***\"]   # gentle.toml:6:12\n\
         service.db.password = \"***\"   # gentle.toml:4:12\n\
         service.db.pool = 4   # gentle.toml:5:8\n\
         GENTLE_POLICY_A__PAY_RETRY = \"off\"   # the variable GENTLE_POLICY_A__PAY_RETRY\n\
         GENTLE_SERVICE_DB_TOKEN = \"***\"   # the variable GENTLE_SERVICE_DB_TOKEN\n"
    );
    let known = Known::new().policy("a::pay", ["retry"]).service("db", Some("SCORES_DB"));
    let printed = config.print(&known).to_string();
    assert_eq!(
        printed,
        "event.url = \"redis://me:***@h\"   # gentle.toml:2:7\n\
         policy.\"a::pay\".retry = \"off\"   # the variable GENTLE_POLICY_A__PAY_RETRY\n\
         service.db.api_keys = [\"***\"]   # gentle.toml:6:12\n\
         service.db.password = \"***\"   # gentle.toml:4:12\n\
         service.db.pool = 4   # gentle.toml:5:8\n\
         service.db.token = \"***\"   # the variable GENTLE_SERVICE_DB_TOKEN\n\
         service.db.url = \"pg://u:***@h\"   # the variable SCORES_DB_URL\n"
    );
    assert!(!format!("{printed}{config:?}{:?}", config.get("service.db.password")).contains("hunter2"));
}
