use gentle::config::{FromSection, Section};
use gentle::prelude::*;
use gentle::service::Definition;
use gentle::{Error, here};
use gentle_tests::Folder;

use crate::{run, says};

const CONFIGURED: &str = env!("CARGO_BIN_EXE_configured");

/// Much is wrong with it, in every kind of section.
const WRONG: &str = r#"[policy.flaky]
retry = "expo(1ms..1s)"
rate_limit = "5/500"

[policy.flaki]
retry = "off"

[handler.notice]
concurrency = "many"

[service.witness]
file = "started"
size = 300
colour = "red"

[log]
level = "loud"

[event]
url = "pigeon://coop"

[app]
drain = "long"
"#;

/// As at compile time: what, a caret, and what to write.
const UNIT: &str = "error: gentle.toml:3:17: rate_limit: `500` has no unit [G101]

    5/500
      ^^^ a period needs ns, us, ms, s, m, h or d

help: write `5/500ms`

";

#[test]
fn all_mistakes_are_told_at_once_with_their_places_and_nothing_starts() {
    let folder = Folder::new();
    let variables = [
        ("GENTLE_POLICY_FLAKY_TIMEOUT", "1s"),
        ("GENTLE_HANDLER_NOTICE_RETYR", "off"),
        ("GENTLE_APP_BOOT_TIMEOUT", "soon"),
    ];

    let ended = run(CONFIGURED, folder.write("gentle.toml", WRONG), &variables);

    assert_eq!((ended.code, ended.output.as_str()), (Some(2), ""));
    assert!(!folder.file("started").exists());
    let told = [
        UNIT,
        "error: gentle.toml:2:10: retry: unknown back-off `expo` [G302]\n\n    expo(1ms..1s)\n    ^^^^ known: now,",
        "error: gentle.toml:5:9: unknown policy `flaki`\n\nhelp: did you mean `flaky`?\n",
        "error: gentle.toml:9:15: handler.notice.concurrency: `many` is not a whole number\n\n    many\n    ^^^^ ",
        "error: gentle.toml:13:8: service.witness.size: `300` is out of range\n\n    300\n    ^^^ ",
        "error: gentle.toml:14:1: service.witness: unknown key `colour`\n\n\
         help: known: file, retry, size, start_timeout, stop_timeout\n",
        "error: gentle.toml:17:9: log: `loud` is not a filter\n\n    loud\n    ^^^^ known: off, error,",
        "error: gentle.toml:20:7: no event store is called `pigeon`; compiled in: local, sqlite\n",
        "error: gentle.toml:23:10: app.drain: a duration is missing after `long` [G019]\n\n    long\n    ^^^^ ",
        "error: GENTLE_APP_BOOT_TIMEOUT: app.boot_timeout: a duration is missing after `soon` [G019]\n",
        "error: GENTLE_HANDLER_NOTICE_RETYR: unknown variable\n\nhelp: did you mean `GENTLE_HANDLER_NOTICE_RETRY`?\n",
        "error: GENTLE_POLICY_FLAKY_TIMEOUT: policy.flaky: the code gives this policy no `timeout`\n\nhelp: ",
    ];
    says(&ended.errors, &told);
    assert_eq!(ended.errors.matches("error: ").count(), told.len(), "{}", ended.errors);
}

#[test]
fn a_file_that_is_not_toml_and_bad_variables_are_told_together() {
    let folder = Folder::new();
    let variables = [("GENTLE_POLICY_FLAKY_RETRY", "exp("), ("GENTLE_EVENT_ULR", "local://")];

    let ended =
        run(CONFIGURED, folder.write("gentle.toml", "[service.witness]\nfile = started\n"), &variables);

    assert_eq!(ended.code, Some(2));
    says(
        &ended.errors,
        &[
            "error: gentle.toml:2:8: this is not TOML\n\n    file = started\n           ^^^^^^^ text stands in quotes\n\n\
             help: text stands in double quotes: `file = \"started\"`\n",
            "error: GENTLE_POLICY_FLAKY_RETRY: retry: ",
            "error: GENTLE_EVENT_ULR: unknown variable\n\nhelp: did you mean `GENTLE_EVENT_URL`?\n",
        ],
    );
}

struct Needy;

impl Service for Needy {}

impl FromSection for Needy {
    fn from_section(section: &Section) -> Result<Self, Error> {
        section.require("url").finish().map(|()| Self)
    }
}

#[test]
fn a_service_is_not_asked_for_what_a_broken_file_may_hold() {
    let needy = || Definition::value("needy", here!(), Needy).configured::<Needy>(None);
    let told = |text: &str| {
        let error = App::builder().define(needy()).toml_text("gentle.toml", text).build().unwrap_err();
        error.all().map(|error| error.to_string().lines().next().unwrap().to_owned()).collect::<Vec<_>>()
    };

    assert_eq!(told(""), ["service.needy: `url` is missing"]);
    assert_eq!(told("[service.needy]\nurl = x"), ["gentle.toml:2:7: this is not TOML"]);
}

#[test]
fn a_variable_changes_a_policy_and_the_report_says_so() {
    let folder = Folder::new();
    let variables = [("GENTLE_POLICY_FLAKY_RETRY", "const(1ms), 7 attempts")];

    let ended = run(CONFIGURED, &folder, &variables);

    assert_eq!((ended.code, ended.output.as_str()), (Some(0), "7 calls, failed: true, size 1"), "{ended:#?}");
    says(
        &ended.errors,
        &[
            r#"flaky  retry = "const(1ms), 7 attempts""#,
            "retry from the variable GENTLE_POLICY_FLAKY_RETRY\n",
        ],
    );
}

#[test]
fn a_file_changes_a_policy_and_a_variable_covers_it() {
    let folder = Folder::new();
    let text =
        "[policy.flaky]\nretry = \"off\"\n[handler.notice]\nconcurrency = 3\n[service.witness]\nsize = 7\n";
    folder.write("gentle.toml", text);

    let file = run(CONFIGURED, &folder, &[]);
    assert_eq!(file.output, "1 calls, failed: true, size 7", "{file:#?}");
    says(&file.errors, &["retry from gentle.toml:2:9", "concurrency from gentle.toml:4:15"]);

    let both = run(CONFIGURED, &folder, &[("GENTLE_POLICY_FLAKY_RETRY", "const(1ms), 2 attempts")]);
    assert_eq!(both.output, "2 calls, failed: true, size 7");
}

#[test]
fn a_wrong_store_is_told_with_its_place_before_anything_starts() {
    let service = "[service.witness]\nfile = \"started\"\n";
    for (url, says_so) in [
        ("pigeon://coop", "no event store is called `pigeon`; compiled in: local, sqlite"),
        ("local://?max_queue=1", "local://: unknown option `max_queue`; did you mean `max_queued`?"),
        ("sqlite://a.db?poll=soon", "sqlite://: `poll=soon` should be milliseconds, like `5ms`"),
        ("sqlite://", "sqlite:// needs a file: `sqlite://events.db`"),
        ("events.db", "`events.db` is no URL; write `local://` or `sqlite://events.db`"),
    ] {
        let folder = Folder::new();
        folder.write("gentle.toml", &format!("{service}[event]\nurl = \"{url}\"\n"));
        let ended = run(CONFIGURED, &folder, &[]);
        assert_eq!((ended.code, folder.file("started").exists()), (Some(2), false));
        assert_eq!(ended.errors, format!("error: gentle.toml:4:7: {says_so}\n\n"));
    }
}

#[test]
fn a_file_that_a_variable_names_must_be_there() {
    let ended = run(CONFIGURED, &Folder::new(), &[("GENTLE_CONFIG", "prod.toml")]);

    assert_eq!(ended.code, Some(2));
    says(
        &ended.errors,
        &["error: prod.toml: cannot be read: ", "help: the variable GENTLE_CONFIG names this file"],
    );
}
