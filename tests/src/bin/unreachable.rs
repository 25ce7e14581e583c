//! A program that cannot start: the service it needs is not there.

use gentle::prelude::*;
use gentle::service::Result;

/// A connection to a port where nobody listens.
#[service(retry = "const(1ms), 3 attempts")]
struct Neighbour;

impl Service for Neighbour {
    async fn start(&self, _: &Context) -> Result {
        std::net::TcpStream::connect(("127.0.0.1", 1))?;
        Ok(())
    }
}

/// What needs it.
#[service]
struct House {
    _neighbour: Svc<Neighbour>,
}

impl Service for House {
    async fn start(&self, _: &Context) -> Result {
        println!("house started");
        Ok(())
    }
}

fn main() -> Exit {
    gentle::run()
}
