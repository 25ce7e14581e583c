use gentle::error::Kind;
use gentle::service::{Definition, Service, State};
use gentle::{App, Error, here};

use crate::probe::{Log, app, builder, line};

struct Database;
struct Leaderboard;
struct Cache;

impl Service for Database {}
impl Service for Leaderboard {}
impl Service for Cache {}

fn database(at: u32) -> Definition {
    Definition::value("database", line(at), Database)
}

fn leaderboard(at: u32) -> Definition {
    Definition::value("leaderboard", line(at), Leaderboard)
}

fn refused(parts: impl IntoIterator<Item = Definition>) -> Error {
    builder(parts).build().unwrap_err()
}

fn kinds(error: &Error) -> Vec<Kind> {
    error.all().map(Error::kind).collect()
}

#[test]
fn band_4_a_name_taken_twice_is_an_error_with_both_places() {
    let error = refused([database(3), Definition::value("database", line(9), Cache)]);
    assert_eq!((error.kind(), error.service_name()), (Kind::Duplicate, Some("database")));
    assert_eq!(
        error.to_string(),
        "two services are called `database`\n  the first at src/main.rs:3:1 (scores)\n  the second at \
         src/main.rs:9:1 (scores)\nhelp: give one of them another name, or take one away"
    );
}

#[test]
fn a_service_and_a_handler_of_one_name_are_an_error_too() {
    let handler = Definition::value("database", line(9), Cache).kind("event_handler");
    let error = refused([database(3), handler]);
    assert!(error.to_string().starts_with("two parts are called `database`\n"), "{error}");
}

#[test]
fn two_services_of_one_type_are_an_error_with_both_places() {
    let error = refused([database(3), Definition::value("replica", line(9), Database)]);
    assert_eq!(error.kind(), Kind::Duplicate);
    assert_eq!(
        error.to_string(),
        "`Database` is registered twice: as `database` and as `replica`\n  `database` at src/main.rs:3:1 (scores)\n  \
         `replica` at src/main.rs:9:1 (scores)\nhelp: `Svc<Database>` could mean either; wrap one of them in a type \
         of its own"
    );
}

#[test]
fn band_5_a_service_has_its_name_and_its_state_by_construction() {
    let app = App::builder().define(Definition::value("cache", line(1), Cache)).build().unwrap();
    assert!(matches!(app.state("cache"), Some(State::Pending)));
}

#[test]
fn band_6_a_service_that_depends_on_itself_is_an_error() {
    for itself in [database(3).needs_named("database"), database(3).needs::<Database>()] {
        let error = refused([itself]);
        assert_eq!((error.kind(), error.service_name()), (Kind::SelfDependency, Some("database")));
        assert_eq!(
            error.to_string(),
            "`database` depends on itself\n  at src/main.rs:3:1 (scores)\nhelp: take that dependency away; inside \
             its methods it is `self`"
        );
    }
}

#[test]
fn band_7_a_dependency_named_twice_is_an_error_with_both_names() {
    let error =
        refused([database(3), leaderboard(7).needs_named("database").needs_named("database").at(line(8))]);
    assert_eq!(error.kind(), Kind::Duplicate);
    assert_eq!((error.service_name(), error.dependency_name()), (Some("leaderboard"), Some("database")));
    assert_eq!(
        error.to_string(),
        "`leaderboard` names its dependency `database` twice\n  at src/main.rs:7:1 (scores)\n  and at \
         src/main.rs:8:1 (scores)\nhelp: name it once"
    );
}

#[test]
fn a_typed_and_a_named_edge_to_one_service_are_one_edge() {
    let app =
        app([database(3), leaderboard(7).needs::<Database>().wants_named("database").needs::<Database>()]);
    assert!(app.report().to_string().ends_with("after database"), "{}", app.report());
}

#[test]
fn band_10_a_missing_dependency_is_named_with_the_nearest_name() {
    let log = Log::default();
    let error = refused([database(3), log.part("cache"), leaderboard(7).needs_named("databse").at(line(8))]);
    assert_eq!(error.kind(), Kind::Missing);
    assert_eq!((error.service_name(), error.dependency_name()), (Some("leaderboard"), Some("databse")));
    assert_eq!(
        error.to_string(),
        "`leaderboard` needs `databse`, which nobody registered\n  needed at src/main.rs:8:1 (scores)\n  \
         registered: `cache`, `database`, `leaderboard`\nhelp: did you mean `database`, registered at \
         src/main.rs:3:1 (scores)?"
    );
    assert!(log.lines().is_empty());
}

#[test]
fn a_missing_type_is_named_with_the_ways_to_register_it() {
    let error = refused([leaderboard(7).needs::<Database>()]);
    assert_eq!(error.kind(), Kind::Missing);
    assert_eq!(
        error.to_string(),
        "`leaderboard` needs `band::graph::Database`, which nobody registered\n  needed at src/main.rs:7:1 \
         (scores)\n  registered: `leaderboard`\nhelp: put `#[service]` on `Database`; if another crate brings it, \
         that crate must be named once: `gentle::link!(that_crate)`"
    );
}

#[test]
fn band_12_a_circle_is_told_as_its_exact_path_whoever_comes_first() {
    let a = || Definition::value("a", line(1), Database).needs_named("b");
    let b = || Definition::value("b", line(2), Cache).needs::<Leaderboard>();
    let c = || Definition::value("c", line(3), Leaderboard).needs::<Database>();
    let outside = || Definition::value("outside", line(4), Outside).needs_named("a");
    for (order, path) in [
        ([outside(), a(), b(), c()], "a -> b -> c -> a"),
        ([b(), c(), outside(), a()], "b -> c -> a -> b"),
        ([c(), outside(), b(), a()], "c -> a -> b -> c"),
    ] {
        let error = refused(order);
        assert_eq!(kinds(&error), [Kind::Circular]);
        let first = error.to_string().lines().next().unwrap().to_owned();
        assert_eq!(first, format!("services depend on each other in a circle: {path}"));
    }
}

struct Outside;

impl Service for Outside {}

#[test]
fn a_circle_names_each_edge_with_its_place_and_which_to_cut() {
    let error = refused([
        database(1).needs::<Leaderboard>(),
        leaderboard(2).needs_named("cache").at(line(20)),
        Definition::value("cache", line(3), Cache).wants::<Database>(),
    ]);
    assert_eq!(
        error.to_string(),
        "services depend on each other in a circle: database -> leaderboard -> cache -> database\n  `database` \
         needs `leaderboard` at src/main.rs:1:1 (scores)\n  `leaderboard` needs `cache` at src/main.rs:20:1 \
         (scores)\n  `cache` wants `database` at src/main.rs:3:1 (scores)\nhelp: cut one of these; `cache` -> \
         `database` is only wanted"
    );
}

#[test]
fn every_circle_is_told_once() {
    let log = Log::default();
    let pair = |from, to| log.part(from).needs_named(to);
    let error = refused([pair("a", "b"), pair("b", "a"), pair("c", "d"), pair("d", "c"), pair("e", "a")]);
    assert_eq!(kinds(&error), [Kind::Circular, Kind::Circular]);
}

#[test]
fn band_23_several_missing_dependencies_of_one_service_come_together() {
    let error =
        refused([leaderboard(7).needs::<Database>().needs_named("x").needs_named("y").needs_named("x")]);
    let missing: Vec<_> = error.all().filter_map(Error::dependency_name).collect();
    assert_eq!(missing, ["band::graph::Database", "x", "y"]);
}

#[test]
fn all_problems_come_at_once() {
    let log = Log::default();
    let error = refused([
        database(1),
        Definition::value("database", line(2), Cache),
        leaderboard(3).needs_named("leaderboard").needs_named("nothing").needs::<Database>(),
        log.part("a").needs_named("b"),
        log.part("b").needs_named("a"),
    ]);
    assert_eq!(kinds(&error), [Kind::Duplicate, Kind::SelfDependency, Kind::Missing, Kind::Circular]);
    let texts: Vec<_> = error.all().map(ToString::to_string).collect();
    assert_eq!(error.to_string(), texts.join("\n\n"));
}

#[test]
fn what_is_only_wanted_may_be_missing() {
    let app = app([leaderboard(7).wants::<Database>().wants_named("cache")]);
    assert!(app.state("leaderboard").is_some());
}

#[test]
fn an_app_with_nothing_in_it_says_how_to_get_something_in() {
    let error = refused([]);
    assert_eq!(error.kind(), Kind::NothingToDo);
    assert!(error.to_string().contains("gentle::link!(that_crate);"), "{error}");
}

#[test]
fn an_expected_crate_that_registers_nothing_is_an_error_with_the_line_to_write() {
    let built = |expected| builder([database(1)]).expect(expected).build();
    assert!(built("scores").is_ok());
    assert_eq!(
        built("order-book").unwrap_err().to_string(),
        "the crate `order-book` is expected and registers nothing\n  registered by: `scores`\nhelp: a crate that no \
         source names is not linked; write `gentle::link!(order_book);` in main.rs"
    );
}

#[test]
fn a_wide_stack_of_diamonds_is_planned_in_no_time() {
    let layer = |depth: usize| {
        (0..10).map(move |at| {
            let part = Definition::value(format!("{depth}-{at}"), here!(), Database).kind("part");
            let below = (0..10).filter(move |_| depth > 0);
            below.fold(part, |part, other| part.needs_named(format!("{}-{other}", depth - 1)))
        })
    };
    // With a walk that remembers nothing this has 10^100 ways.
    let app = app((0..100).flat_map(layer));
    assert!(app.state("99-9").is_some());
}

#[test]
fn a_circle_of_ten_thousand_is_found_without_deep_recursion() {
    let names = 0..10_000;
    let part = |at: usize| {
        Definition::value(format!("n{at}"), here!(), Database)
            .kind("part")
            .needs_named(format!("n{}", (at + 1) % 10_000))
    };
    assert_eq!(refused(names.map(part)).kind(), Kind::Circular);
}
