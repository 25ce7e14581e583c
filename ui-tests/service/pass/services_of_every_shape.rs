//! Structs, newtypes and constructors, with every key.

use gentle::config::{FromSection, Section};
use gentle::prelude::*;
use gentle::service::{Component, Registration};

#[service]
struct Unit;

impl Service for Unit {}

#[derive(Default)]
struct Engine;

impl FromSection for Engine {
    fn from_section(section: &Section) -> Result<Self, gentle::Error> {
        section.finish().map(|()| Self)
    }
}

impl Service for Engine {}

#[service(name = "db", env = "SCORES_DB", retry(exp(100ms..5s), 5 attempts), start_timeout(5s), stop_timeout = "1s")]
struct Database(Engine);

#[service(deps = [Database, "unit"], wants = ["cache"], optional, retry = "off")]
struct Board {
    db: Svc<Database>,
    unit: Option<Svc<Unit>>,
    #[config]
    engine: Engine,
    #[inject]
    cx: Context,
    scores: Vec<u64>,
}

impl Service for Board {}

#[service(name = "number")]
async fn r#match(#[config] engine: Engine, db: Svc<Database>, #[inject] cx: Context) -> Result<u64, String> {
    let _ = (engine, db, cx);
    Ok(7)
}

#[service]
async fn boxed() -> Result<u8, gentle::BoxError> {
    Ok(7)
}

fn main() {
    let _: fn(&Board) = |board| drop((&board.db, &board.unit, &board.engine, &board.cx, &board.scores));
    let mut names: Vec<String> = Registration::linked().iter().map(|found| found.name().to_owned()).collect();
    names.sort_unstable();
    assert_eq!(names, ["board", "boxed", "db", "number", "unit"]);
    assert_eq!(Database::definition().prefix(), Some("SCORES_DB"));
}
