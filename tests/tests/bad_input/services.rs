use std::process::Command;

use gentle::here;
use gentle::prelude::*;
use gentle::service::Definition;
use gentle_tests::{Folder, Program};

use crate::{run, says};

struct Idle;
impl Service for Idle {}

#[test]
fn a_required_service_that_cannot_start_is_named_with_its_attempts_and_last_error() {
    let ended = run(env!("CARGO_BIN_EXE_unreachable"), &Folder::new(), &[]);

    assert_eq!((ended.code, ended.output.as_str()), (Some(1), ""), "what needs it was not started");
    let told = ended.errors.split_once("error: ").unwrap().1;
    assert!(told.starts_with("`neighbour` did not start: Connection refused"), "{told}");
    says(
        told,
        &[
            "  declared at tests/src/bin/unreachable.rs:7:1 (gentle-tests)\n",
            "\n  3 attempts in ",
            "\n  not started because of it: `house`\n",
        ],
    );
    assert_eq!(told.matches("error: ").count(), 0, "only once");
}

#[test]
fn configuration_can_take_the_retry_of_a_service_away() {
    let variables = [("GENTLE_SERVICE_NEIGHBOUR_RETRY", "off")];
    let ended = run(env!("CARGO_BIN_EXE_unreachable"), &Folder::new(), &variables);

    says(&ended.errors, &["\n  1 attempt in "]);
}

#[test]
fn a_program_with_nothing_to_run_says_how_to_link_a_crate() {
    let ended = run(env!("CARGO_BIN_EXE_empty"), &Folder::new(), &[]);

    assert_eq!(ended.code, Some(1));
    says(
        &ended.errors,
        &[
            "error: there is nothing to run: ",
            "put `#[service]` or `#[event_handler]` on",
            "`gentle::link!(that_crate);`",
        ],
    );
}

#[test]
fn a_crate_that_nobody_names_is_missed_by_who_expects_it() {
    let ended = run(env!("CARGO_BIN_EXE_expecting"), &Folder::new(), &[]);

    assert_eq!(ended.code, Some(1));
    says(
        &ended.errors,
        &[
            "error: the crate `gentle-tests-unlinked` is expected and registers nothing\n",
            "write `gentle::link!(gentle_tests_unlinked);` in main.rs",
        ],
    );
}

#[test]
fn link_names_a_crate_and_what_it_registers_is_there() {
    let ended = run(env!("CARGO_BIN_EXE_linking"), &Folder::new(), &[]);

    assert_eq!((ended.code, ended.output.as_str()), (Some(0), "the guest is here"), "{ended:#?}");
    says(&ended.errors, &["guest  service  ", "gentle-tests-unlinked  tests/unlinked/src/lib.rs:7:1"]);
}

#[cfg(unix)]
#[test]
fn a_second_signal_ends_at_once_and_names_the_handler_that_does_not() {
    for (signal, code) in [("TERM", 143), ("INT", 130)] {
        let started = Program::start(&mut Command::new(env!("CARGO_BIN_EXE_stubborn")));
        let asked = started.until("rolling").signal(signal).until("asked");
        let ended = asked.signal_until_it_ends(signal).end();
        assert_eq!(ended.code, Some(code), "{ended:#?}");
        let told = format!("error: ended at once by a second signal, SIG{signal}\n  still running: ");
        says(&ended.errors, &[&told, "`sisyphus` (stopping)"]);
    }
}

#[test]
fn a_file_that_cannot_be_opened_is_named_and_the_reason_said_once() {
    let variables = [("GENTLE_EVENT_URL", "sqlite:///nowhere/events.db")];
    let ended = run(env!("CARGO_BIN_EXE_configured"), &Folder::new(), &variables);

    assert_eq!(ended.code, Some(1));
    says(
        &ended.errors,
        &[
            "error: `event` did not start: the event file `/nowhere/events.db` cannot be opened: the folder `/nowhere` does not exist",
        ],
    );
    let told = ended.errors.split_once("error: ").unwrap().1;
    assert_eq!(told.matches("cannot be opened").count(), 1, "{told}");
}

#[tokio::test]
async fn a_program_that_is_run_inside_a_runtime_fails_with_words() {
    let app = App::builder().define(Definition::value("idle", here!(), Idle));

    assert_eq!(app.run(), Exit::FAILURE);
}
