//! A crate that registers a service, for programs that forget to name it.

use gentle::prelude::*;
use gentle::service::Result;

/// Says that it is there, and ends the program.
#[service]
pub struct Guest;

impl Service for Guest {
    async fn run(&self, cx: &Context) -> Result {
        println!("the guest is here");
        cx.shutdown();
        Ok(())
    }
}
