use gentle::error::{Error, Kind};
use gentle::event::{Delivery, Handler};
use gentle::prelude::*;
use gentle::service::Definition;
use gentle::{App, here};
use serde::{Deserialize, Serialize};

use crate::says;

#[derive(Serialize, Deserialize, Event)]
#[event(topic = "ping")]
struct Ping;

struct Idle;
impl Service for Idle {}
struct Other;
impl Service for Other {}

fn handler(name: &'static str) -> Handler {
    Handler::new(name, here!(), |_: Delivery<Ping>| async {})
}

fn both_places(error: &Error, lines: [u32; 2]) {
    assert_eq!(error.kind(), Kind::Duplicate);
    let places = lines.map(|line| format!("{}:{line}:", file!()));
    says(&error.to_string(), &[&places[0], &places[1]]);
}

#[test]
fn two_handlers_of_one_name_are_told_with_both_places() {
    let (first, one) = (line!(), Handler::new("save", here!(), |_: Delivery<Ping>| async {}));
    let (second, other) = (line!(), Handler::new("save", here!(), |_: Delivery<Ping>| async {}));

    let error = App::builder().handler(one).handler(other).build().unwrap_err();

    says(&error.to_string(), &["two handlers are called `save`", "help: give one of them another name"]);
    both_places(&error, [first, second]);
}

#[test]
fn two_services_of_one_name_are_told_with_both_places() {
    let (first, one) = (line!(), Definition::value("db", here!(), Idle));
    let (second, other) = (line!(), Definition::value("db", here!(), Other));

    let error = App::builder().define(one).define(other).build().unwrap_err();

    says(&error.to_string(), &["two services are called `db`", "help: give one of them another name"]);
    both_places(&error, [first, second]);
}

#[test]
fn a_handler_and_a_service_of_one_name_are_told_too() {
    let error =
        App::builder().define(Definition::value("save", here!(), Idle)).handler(handler("save")).build();

    says(&error.unwrap_err().to_string(), &["two parts are called `save`"]);
}

mod one {
    use gentle::prelude::*;

    pub(super) static POLICIES: Policies = policies!(name = "pay", retry = "off");
    pub(super) const LINE: u32 = line!() - 1;
}

mod other {
    use gentle::prelude::*;

    pub(super) static POLICIES: Policies = policies!(name = "pay", retry = "off");
    pub(super) const LINE: u32 = line!() - 1;
}

#[test]
fn two_policies_of_one_chosen_name_are_told_with_both_places() {
    let app = App::builder().define(Definition::value("idle", here!(), Idle));

    let error = app.policies(&one::POLICIES).policies(&other::POLICIES).build().unwrap_err();

    says(
        &error.to_string(),
        &["two policies are called `pay`", "help: give one of them another `name = \"...\"`"],
    );
    both_places(&error, [one::LINE, other::LINE]);
}

#[test]
fn all_that_is_wrong_with_the_parts_is_told_together_with_the_configuration() {
    let app = App::builder().define(Definition::value("db", here!(), Idle)).handler(handler("save"));
    let app = app
        .handler(handler("save"))
        .expect("elsewhere")
        .toml_text("gentle.toml", "[evnt]\nurl = \"local://\"");

    let error = app.build().unwrap_err();

    let kinds: Vec<_> = error.all().map(Error::kind).collect();
    assert_eq!(kinds, [Kind::Config, Kind::Missing, Kind::Duplicate], "{error}");
    assert!(error.is_config());
}
