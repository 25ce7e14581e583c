use gentle::config::{Config, Known};
use gentle::error::Kind;

use crate::{config, file};

fn known() -> Known {
    let known = Known::new().policy("scores::read_score", ["retry", "timeout"]).policy("pay", ["retry"]);
    known
        .handler("save_score")
        .service("db", Some("SCORES_DB"))
        .section("mine", ["colour"])
        .open_section("free")
}

fn all(text: &str) -> Vec<String> {
    config(text).unknown(&known()).iter().map(ToString::to_string).collect()
}

fn only(text: &str) -> String {
    let all = all(text);
    assert_eq!(all.len(), 1, "{all:?}");
    all[0].clone()
}

fn variable(name: &str) -> Vec<String> {
    let config = Config::builder().environment([(name, "x")]).load().unwrap();
    config.unknown(&known()).iter().map(ToString::to_string).collect()
}

#[test]
fn what_the_program_has_is_known() {
    let text = "[app]\nname = \"x\"\ndrain = \"1s\"\n[event]\nurl = \"x\"\n[log]\nlevel = \"info\"\nformat = \"json\"\n\
                [policy.\"scores::read_score\"]\nretry = \"on\"\n[handler.save_score]\nconcurrency = 1\n\
                [service.db]\nanything = 1\n[mine]\ncolour = 1\n[free]\na.b = 1";
    assert_eq!(all(text), Vec::<String>::new());
    for name in [
        "GENTLE_CONFIG",
        "GENTLE_LOG",
        "GENTLE_LOG_FORMAT",
        "GENTLE_EVENT_URL",
        "GENTLE_APP_BOOT_TIMEOUT",
        "GENTLE_POLICY_SCORES__READ_SCORE_TIMEOUT",
        "GENTLE_HANDLER_SAVE_SCORE_RETRY",
        "GENTLE_SERVICE_DB_ANYTHING",
        "GENTLE_MINE_COLOUR",
        "SCORES_DB_URL",
        "PATH",
    ] {
        assert_eq!(variable(name), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn a_section_of_names_may_be_empty() {
    let config = config("[policy]\n[handler]\n[service]");
    assert!(config.unknown(&Known::new()).is_empty());
}

#[test]
fn an_unknown_section_is_reported_once_with_the_nearest() {
    assert_eq!(
        only("[polcy.pay]\nretry = \"on\""),
        "gentle.toml:1:2: unknown section `polcy`\n\nhelp: did you mean `policy`?"
    );
    assert_eq!(
        only("[zebra]\na = 1\nb = 2"),
        "gentle.toml:1:2: unknown section `zebra`\n\nhelp: known: app, event, free, handler, log, mine, policy, service"
    );
}

#[test]
fn an_unknown_name_is_reported_with_the_nearest() {
    assert_eq!(
        only("[policy.\"scores::read_scor\"]\nretry = \"on\""),
        "gentle.toml:1:9: unknown policy `scores::read_scor`\n\nhelp: did you mean `scores::read_score`?"
    );
    assert_eq!(
        only("[policy.read_score]\nretry = \"on\""),
        "gentle.toml:1:9: unknown policy `read_score`\n\nhelp: did you mean `scores::read_score`?"
    );
    assert_eq!(
        only("[handler.zebra]"),
        "gentle.toml:1:10: unknown handler `zebra`\n\nhelp: known: save_score"
    );
    let none = config("[service.db]").unknown(&Known::new());
    assert_eq!(
        none[0].to_string(),
        "gentle.toml:1:10: unknown service `db`\n\nhelp: this program has no service"
    );
    assert_eq!(none[0].kind(), Kind::Config);
}

#[test]
fn an_unknown_key_is_reported_with_the_nearest() {
    assert_eq!(
        only("[policy.pay]\nretyr = \"on\""),
        "gentle.toml:2:1: policy.pay: unknown key `retyr`\n\nhelp: did you mean `retry`?"
    );
    assert_eq!(
        only("[handler.save_score]\nbulkhead = 1"),
        "gentle.toml:2:1: handler.save_score: a handler has no `bulkhead`\n\nhelp: here it is called `concurrency`"
    );
    assert_eq!(
        only("[handler.save_score]\nzebra = 1"),
        "gentle.toml:2:1: handler.save_score: unknown key `zebra`\n\nhelp: known: concurrency, retry, timeout"
    );
    assert_eq!(
        only("log.color = 1"),
        "gentle.toml:1:5: log: unknown key `color`\n\nhelp: known: level, format"
    );
}

#[test]
fn configuration_adds_no_policy_that_the_code_did_not_write() {
    assert_eq!(
        only("[policy.pay]\nbulkhead = \"16\""),
        "gentle.toml:2:1: policy.pay: the code gives this policy no `bulkhead`\n\n\
         help: configuration changes what the code has written: add it to the attribute, or take this away"
    );
}

#[test]
fn sections_and_values_are_not_mixed_up() {
    assert_eq!(
        only("event = \"local://\""),
        "gentle.toml:1:1: `event` is a section, not a value\n\nhelp: write `[event]`, and its keys below"
    );
    assert_eq!(
        only("policy = 1"),
        "gentle.toml:1:1: `policy` is a section, not a value\n\nhelp: write `[policy]`, and its keys below"
    );
    assert_eq!(
        only("[event.url]\nlocal = true"),
        "gentle.toml:2:1: event: `url` is a value, not a section\n\nhelp: write `url = \"...\"`"
    );
}

#[test]
fn unknown_things_come_in_the_order_of_the_file() {
    let heads: Vec<String> =
        all("[zoo]\n[policy.pay]\nx = 1\n[alpha]").iter().map(|one| one[..15].to_owned()).collect();
    assert_eq!(heads, ["gentle.toml:1:2", "gentle.toml:3:1", "gentle.toml:4:2"]);
}

#[test]
fn an_unknown_variable_is_reported_with_the_nearest() {
    assert_eq!(
        variable("GENTLE_EVENT_ULR"),
        ["GENTLE_EVENT_ULR: unknown variable\n\nhelp: did you mean `GENTLE_EVENT_URL`?"]
    );
    assert_eq!(
        variable("GENTLE_HANDLER_SAVE_SCORE_RETYR"),
        [
            "GENTLE_HANDLER_SAVE_SCORE_RETYR: unknown variable\n\nhelp: did you mean `GENTLE_HANDLER_SAVE_SCORE_RETRY`?"
        ]
    );
    let config = Config::builder().environment([("GENTLE_LOGS", "1")]).load().unwrap();
    assert_eq!(config.unknown(&known()).len(), 1);
    assert!(config.unknown(&known().variable("GENTLE_LOGS")).is_empty());
}

#[test]
fn a_variable_that_is_like_none_may_be_somebody_elses() {
    for name in [
        "GENTLE_X",
        "GENTLE_PORT",
        "GENTLE_PORT_80_TCP_ADDR",
        "GENTLE_SERVICE_HOST",
        "GENTLE_SERVICE_PORT",
        "GENTLE_SERVICE_PORT_HTTP",
        "GENTLE_SERVICE_DB_",
    ] {
        assert_eq!(variable(name), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn a_path_that_is_split_at_its_dots_is_shown_in_quotes() {
    assert_eq!(
        only("[policy.scores.read_score]\nretry = \"on\""),
        "gentle.toml:1:9: unknown policy `scores.read_score`\n\n\
         help: did you mean `[policy.\"scores::read_score\"]`? A name with `::` stands in quotes"
    );
}

#[test]
fn what_a_handler_has_in_the_code_alone_says_so() {
    for key in ["drain", "lease"] {
        assert_eq!(
            only(&format!("[handler.save_score]\n{key} = \"1s\"")),
            format!(
                "gentle.toml:2:1: handler.save_score: `{key}` is not configured by handler\n\n\
                 help: `drain` and `lease` are set in the code; `[app] drain` is for all handlers"
            )
        );
    }
}

#[test]
fn a_variable_that_fits_two_names_is_refused() {
    let known = Known::new().policy("a::b", ["retry"]).policy("a__b", ["retry"]);
    let builder = Config::builder().environment([("GENTLE_POLICY_A__B_RETRY", "on")]);
    assert_eq!(
        builder.load().unwrap().unknown(&known)[0].to_string(),
        "GENTLE_POLICY_A__B_RETRY: this variable could mean `policy.\"a::b\".retry` or `policy.a__b.retry`\n\n\
         help: set the one you mean in gentle.toml, and take the variable away"
    );
    let services = Known::new().service("db", None).service("db_pool", None);
    let both = file("").environment([("GENTLE_SERVICE_DB_POOL_URL", "x")]).load().unwrap();
    assert_eq!(both.unknown(&services).len(), 1);
    assert!(
        file("").environment([("GENTLE_SERVICE_DB_URL", "x")]).load().unwrap().unknown(&services).is_empty()
    );
}

#[test]
fn what_the_code_sets_is_checked_too() {
    let config = Config::builder().set("event.ulr", "x").load().unwrap();
    let unknown = config.unknown(&known());
    assert!(unknown[0].to_string().ends_with(": event: unknown key `ulr`\n\nhelp: did you mean `url`?"));
    assert!(unknown[0].to_string().contains("unknown.rs:"));
}
