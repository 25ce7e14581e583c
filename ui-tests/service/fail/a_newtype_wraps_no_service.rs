use gentle::config::{FromSection, Section};
use gentle::prelude::*;

struct Pool;

impl FromSection for Pool {
    fn from_section(section: &Section) -> Result<Self, gentle::Error> {
        section.finish().map(|()| Self)
    }
}

#[service(name = "pool", env = "POOL")]
struct Database(Pool);

fn main() {}
