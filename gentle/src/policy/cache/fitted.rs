use gentle_dsl::{Cache, Setting};

use crate::error::{Error, Kind};

/// A sentence from outside, as far as it fits to the code: the key of an answer is code, and so is whether an error can be
/// copied.
pub(crate) fn fitted(written: Option<&Setting<Cache>>, given: Setting<Cache>) -> Result<Setting<Cache>, Error> {
    let (Setting::On(cache), Some(written)) = (given, written) else { return Ok(given) };
    let Setting::On(written) = written else {
        return Err(unfit("the code has switched it off and does not say what answers are kept for", "write `off`"));
    };
    if cache.keeps_errors().is_some() && written.keeps_errors().is_none() {
        let help = "leave `errors` out, or write it in the code as well";
        return Err(unfit("errors are not kept in the code, which has not checked that they can be copied", help));
    }
    match (written.keyed(), cache.keyed()) {
        (own, Some(other)) if own.map(|own| own.key) != Some(other.key) => {
            let help = "leave `each` out, which keeps the key of the code";
            Err(unfit(&format!("`each {}` is not the key in the code, and a key is code", other.key), help))
        }
        (Some(own), None) => Ok(Setting::On(cache.each(own))),
        _ => Ok(given),
    }
}

fn unfit(message: &str, help: &str) -> Error {
    Error::new(Kind::Config, format!("cache: {message} [G073]\n\nhelp: {help}"))
}
