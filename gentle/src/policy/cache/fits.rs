use gentle_dsl::{Cache, Setting};

use crate::error::{Error, Kind};

/// Whether a sentence from outside asks for something that only the code could give.
pub(crate) fn fits(written: Option<&Setting<Cache>>, given: Setting<Cache>) -> Result<(), Error> {
    let (Setting::On(given), Some(written)) = (given, written) else { return Ok(()) };
    let Setting::On(written) = written else {
        let message = "the code has switched it off, and does not say what an answer is kept for [G708]";
        return Err(unfit(message, "leave it `off`, or write it in the code"));
    };
    if given.keeps_errors().is_some() && written.keeps_errors().is_none() {
        let message = "the code keeps no errors, and nobody has checked that they can be copied [G707]";
        return Err(unfit(message, "leave `errors` out, or write it in the code as well"));
    }
    Ok(())
}

fn unfit(message: &str, help: &str) -> Error {
    Error::new(Kind::Config, format!("cache: {message}\n\nhelp: {help}"))
}
