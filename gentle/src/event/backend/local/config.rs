use tokio::sync::Semaphore;

use crate::error::Error;
use crate::event::backend::StoreUrl;

pub(super) struct Config {
    pub(super) max_queued: usize,
}

impl Config {
    pub(super) fn read(mut url: StoreUrl) -> Result<Self, Error> {
        let max_queued = url.take("max_queued", "a number of events").unwrap_or(2_000);
        if !(1..=Semaphore::MAX_PERMITS).contains(&max_queued) {
            url.wrong(format!("local://: `max_queued={max_queued}` holds nothing"));
        }
        if !url.path().is_empty() {
            url.wrong(format!("local:// is in memory and takes no path: `{}`", url.path()));
        }
        url.finish(&["max_queued"])?;
        Ok(Self { max_queued })
    }
}
