use std::net::IpAddr;
use std::time::Duration;

use gentle::config::{Config, Known, Section};
use gentle::error::Kind;

use crate::{config, file};

fn web(text: &str) -> Section {
    config(&format!("[service.web]\n{text}")).service("web", None)
}

fn message<T>(text: &str, read: impl FnOnce(&Section) -> Option<T>) -> String {
    let section = web(text);
    assert!(read(&section).is_none(), "a wrong value is none");
    section.finish().unwrap_err().to_string()
}

#[test]
fn every_getter_reads_its_kind() {
    let web = web(
        "a = \"x\"\nb = \"1_000\"\nc = \"on\"\nd = \"1m30s\"\ne = \"64KiB\"\nf = \"127.0.0.1\"\ng = [\"x\", \"y\"]\nh = 512",
    );
    assert_eq!(web.text("a").as_deref(), Some("x"));
    assert_eq!(web.integer::<u16>("b"), Some(1000));
    assert_eq!(web.boolean("c"), Some(true));
    assert_eq!(web.duration("d"), Some(Duration::from_secs(90)));
    assert_eq!(web.bytes("e"), Some(65_536));
    assert_eq!(web.parse::<IpAddr>("f"), Some(IpAddr::from([127, 0, 0, 1])));
    assert_eq!(web.list("g").unwrap(), ["x", "y"]);
    assert_eq!(web.bytes("h"), Some(512));
    assert_eq!(web.secret("a").unwrap().expose(), "x");
    assert_eq!(web.text("missing"), None);
    web.finish().unwrap();
}

#[test]
fn a_variable_holds_a_list_with_commas() {
    let config = Config::builder().environment([("GENTLE_SERVICE_WEB_HOSTS", "a, b,,c")]).load().unwrap();
    assert_eq!(config.service("web", None).list("hosts").unwrap(), ["a", "b", "c"]);
}

#[test]
fn a_duration_speaks_the_words_of_policies() {
    assert_eq!(
        message("timeout = \"5mins\"", |web| web.duration("timeout")),
        "gentle.toml:2:13: service.web.timeout: unknown unit `mins` [G006]\n\n    5mins\n     ^^^^ known: ns, us, ms, s, m, h, d\n\n\
         help: write `5m`"
    );
}

#[test]
fn wrong_values_are_shown_with_a_picture() {
    assert_eq!(
        message("port = \"eighty\"", |web| web.integer::<u16>("port")),
        "gentle.toml:2:8: service.web.port: `eighty` is not a whole number\n\n    eighty\n    ^^^^^^ digits only, for example `16`"
    );
    assert_eq!(
        message("port = 70000", |web| web.integer::<u16>("port")),
        "gentle.toml:2:8: service.web.port: `70000` is out of range\n\n    70000\n    ^^^^^ must not be this large"
    );
    assert_eq!(
        message("port = -1", |web| web.integer::<u16>("port")),
        "gentle.toml:2:8: service.web.port: `-1` is out of range\n\n    -1\n    ^^ must not be this small"
    );
    assert_eq!(
        message("tls = \"yes\"", |web| web.boolean("tls")),
        "gentle.toml:2:7: service.web.tls: `yes` is neither true nor false\n\n    yes\n    ^^^ write `true` or `false`"
    );
    assert_eq!(
        message("body = \"64k\"", |web| web.bytes("body")),
        "gentle.toml:2:8: service.web.body: `64k` is not a size\n\n    64k\n    ^^^ known units: B, KB, MB, GB, KiB, MiB, GiB"
    );
    assert_eq!(
        message("host = \"x y\"", |web| web.parse::<IpAddr>("host")),
        "gentle.toml:2:8: service.web.host: `x y` cannot be read\n\n    x y\n    ^^^ invalid IP address syntax"
    );
    assert_eq!(
        message("name = [1]", |web| web.text("name")),
        "gentle.toml:2:8: service.web.name: one value is wanted here, not a list\n\nhelp: take the brackets away"
    );
    assert_eq!(
        message("mode = \"fsat\"", |web| web.choice("mode", &["fast", "slow"])),
        "gentle.toml:2:8: service.web.mode: unknown word `fsat`\n\n    fsat\n    ^^^^ did you mean `fast`?\n\nhelp: known: fast, slow"
    );
}

#[test]
fn a_wrong_secret_is_not_shown() {
    let error = message("token = \"hunter2\"", |web| web.integer::<u8>("token"));
    assert_eq!(
        error,
        "gentle.toml:2:9: service.web.token: `***` is not a whole number\n\n    ***\n    ^^^ digits only, for example `16`"
    );
}

#[test]
fn what_is_required_says_how_to_give_it() {
    let plain = Config::default().service("db", None);
    assert_eq!(
        plain.require("url").finish().unwrap_err().to_string(),
        "service.db: `url` is missing\n\nhelp: write `url = \"...\"` under `[service.db]` in gentle.toml, or set GENTLE_SERVICE_DB_URL"
    );
    let prefixed =
        Config::default().service("db", Some("SCORES_DB")).require("url").finish().unwrap_err().to_string();
    assert!(prefixed.ends_with("or set SCORES_DB_URL"), "{prefixed}");
    let given = Config::builder().environment([("SCORES_DB_URL", "x")]).load().unwrap();
    given.service("db", Some("SCORES_DB")).require("url").finish().unwrap();
}

#[test]
fn a_prefix_comes_before_the_name_and_both_before_the_file() {
    let url = |variables: &[(&'static str, &'static str)]| {
        let config =
            file("[service.db]\nurl = \"file\"").environment(variables.iter().copied()).load().unwrap();
        config.service("db", Some("SCORES_DB")).text("url").unwrap()
    };
    assert_eq!(url(&[]), "file");
    assert_eq!(url(&[("GENTLE_SERVICE_DB_URL", "name")]), "name");
    assert_eq!(url(&[("GENTLE_SERVICE_DB_URL", "name"), ("SCORES_DB_URL", "prefix")]), "prefix");
}

#[test]
fn everything_wrong_in_a_section_is_one_error() {
    let web = web("port = \"x\"\ntls = 3\nulr = \"y\"\nretry = \"on\"");
    assert_eq!((web.integer::<u16>("port"), web.boolean("tls"), web.text("url")), (None, None, None));
    web.reject("tls", "there is no certificate", "set `cert`");
    let error = web.finish().unwrap_err();
    assert_eq!(error.kind(), Kind::Config);
    let all: Vec<String> = error.all().map(ToString::to_string).collect();
    assert_eq!(all.len(), 4);
    assert!(all[0].starts_with("gentle.toml:2:8: service.web.port: "));
    assert!(all[1].starts_with("gentle.toml:3:7: service.web.tls: `3` is neither"));
    assert_eq!(all[2], "gentle.toml:3:7: service.web.tls: there is no certificate\n\nhelp: set `cert`");
    assert_eq!(all[3], "gentle.toml:4:1: service.web: unknown key `ulr`\n\nhelp: did you mean `url`?");
}

#[test]
fn a_near_miss_among_the_prefixed_variables_is_reported() {
    let variables = [("SCORES_DB_ULR", "x"), ("SCORES_DB_BACKUP_DAY", "monday")];
    let db = Config::builder().environment(variables).load().unwrap().service("db", Some("SCORES_DB"));
    assert_eq!(db.text("url"), None);
    assert_eq!(
        db.finish().unwrap_err().to_string(),
        "SCORES_DB_ULR: unknown variable\n\nhelp: did you mean `SCORES_DB_URL`?"
    );
}

#[test]
fn a_key_may_be_dotted() {
    let builder = file("[service.db]\npool.size = 4\npool.wait = \"1s\"");
    let builder = builder.environment([("SCORES_DB_POOL_SIZE", "5")]);
    let config = builder.load().unwrap();
    let db = config.service("db", Some("SCORES_DB"));
    assert_eq!(
        (db.integer::<u8>("pool.size"), db.duration("pool.wait")),
        (Some(5), Some(Duration::from_secs(1)))
    );
    db.finish().unwrap();
    let known = Known::new().service("db", Some("SCORES_DB"));
    let printed = config.print(&known).to_string();
    assert!(
        printed.starts_with("service.db.pool.size = \"5\"   # the variable SCORES_DB_POOL_SIZE\n"),
        "{printed}"
    );
}
