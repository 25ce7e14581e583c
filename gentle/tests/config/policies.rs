use gentle::config::Config;
use gentle_dsl::{Bulkhead, RateLimit, Retry, Sentence, Setting};

use crate::{config, file};

const UNIT: &str = "rate_limit: `500` has no unit [G101]\n\n    5/500 burst 10\n      ^^^ a period needs ns, us, ms, s, m, h or d\n\n\
                    help: write `5/500ms burst 10`";

#[test]
fn a_policy_is_found_under_its_exact_name_only() {
    let config = config("[policy.\"scores::read\"]\nretry = \"off\"");
    assert_eq!(config.policy("scores::read").sentence::<Retry>().unwrap(), Some(Setting::Off));
    assert!(config.policy("read").is_empty());
    assert!(config.policy("other::read").is_empty());
    assert!(config.handler("scores::read").is_empty());
}

#[test]
fn the_environment_names_it_mangled() {
    let config = Config::builder().environment([
        ("GENTLE_POLICY_SCORES__READ_SCORE_RATE_LIMIT", "7/s"),
        ("GENTLE_HANDLER_SAVE_SCORE_CONCURRENCY", "3"),
    ]);
    let config = config.load().unwrap();
    let limit = config.policy("scores::read_score").sentence::<RateLimit>().unwrap();
    assert_eq!(limit, Some(RateLimit::parse("7/s").unwrap()));
    assert_eq!(config.handler("save_score").get("concurrency").unwrap().integer::<u8>().unwrap(), 3);
    assert!(config.policy("scores").is_empty());
}

#[test]
fn a_number_alone_is_a_sentence_too() {
    let config = config("[policy.p]\nbulkhead = 16");
    assert_eq!(config.policy("p").sentence::<Bulkhead>().unwrap(), Some(Bulkhead::parse("16").unwrap()));
}

#[test]
fn a_mistake_stands_behind_the_place_of_its_letters() {
    let at = |text: &str| config(text).policy("p").check().unwrap_err().to_string();
    assert_eq!(at("[policy.p]\nrate_limit = \"5/500 burst 10\""), format!("gentle.toml:2:17: {UNIT}"));
    assert_eq!(at("policy.p.rate_limit = '5/500 burst 10'"), format!("gentle.toml:1:26: {UNIT}"));
    assert_eq!(at("[policy.p]\nrate_limit = '''5/500 burst 10'''"), format!("gentle.toml:2:19: {UNIT}"));
    assert_eq!(
        at("[policy.p]\nrate_limit = \"\"\"\n5/500 burst 10\"\"\""),
        format!("gentle.toml:3:3: {UNIT}")
    );
}

#[test]
fn a_text_with_escapes_is_pointed_at_as_a_whole() {
    let text = "[policy.p]\nrate_limit = \"5\\u002f500 burst 10\"";
    assert_eq!(
        config(text).policy("p").check().unwrap_err().to_string(),
        format!("gentle.toml:2:14: {UNIT}")
    );
}

#[test]
fn a_mistake_in_a_variable_begins_with_its_name() {
    let config =
        Config::builder().environment([("GENTLE_POLICY_P_RATE_LIMIT", "5/500 burst 10")]).load().unwrap();
    let error = config.policy("p").sentence::<RateLimit>().unwrap_err();
    assert!(error.is_config());
    assert_eq!(error.to_string(), format!("GENTLE_POLICY_P_RATE_LIMIT: {UNIT}"));
}

#[test]
fn a_mistake_in_the_code_begins_with_its_line() {
    let config = Config::builder().set("policy.p.rate_limit", "5/500 burst 10").load().unwrap();
    let error = config.policy("p").check().unwrap_err().to_string();
    assert!(error.contains("policies.rs:") && error.ends_with(&format!(": {UNIT}")), "{error}");
}

#[test]
fn all_mistakes_of_all_texts_come_at_once() {
    let builder =
        file("[policy.p]\nrate_limit = \"5/500ms brust 10 wait 2 s\"\nbulkhead = \"16/s\"\nretry = \"5\"");
    let error = builder.load().unwrap().policy("p").check().unwrap_err();
    let heads: Vec<String> =
        error.all().map(|one| one.to_string().lines().next().unwrap().to_owned()).collect();
    assert_eq!(
        heads,
        [
            "gentle.toml:3:15: bulkhead: a bulkhead counts calls in flight, not calls per second [G201]",
            "gentle.toml:2:23: rate_limit: unknown word `brust` [G001]",
            "gentle.toml:2:37: rate_limit: a duration has no space inside [G002]",
            "gentle.toml:4:10: retry: 5 what? [G301]",
        ]
    );
}

#[test]
fn a_concurrency_is_a_number_above_zero() {
    let check =
        |text: &str| config(&format!("[handler.h]\n{text}")).handler("h").check().map_err(|e| e.to_string());
    assert_eq!(check("concurrency = 1"), Ok(()));
    assert_eq!(
        check("concurrency = 0"),
        Err("gentle.toml:2:15: handler.h.concurrency: a handler with no concurrency never handles anything\n\nhelp: write 1 or more"
            .to_owned())
    );
    assert!(check("concurrency = \"many\"").unwrap_err().contains("`many` is not a whole number"));
}
