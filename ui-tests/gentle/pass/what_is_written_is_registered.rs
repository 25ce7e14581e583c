//! Each attribute registers its policies, under the path of the function or the name that it gives.

use gentle::policy::Registration;
use gentle::{Rejected, gentle};

mod scores {
    use super::*;

    #[gentle(rate_limit = "5/500ms", timeout(2s each attempt), retry(on))]
    pub(crate) async fn read(player: u64) -> Result<u64, Rejected> {
        Ok(player)
    }

    #[gentle(name = "scores", bulkhead = "16")]
    pub(crate) async fn r#match(player: u64) -> Result<u64, Rejected> {
        Ok(player)
    }

    #[gentle(bulkhead = "16")]
    pub(crate) async fn r#loop(player: u64) -> Result<u64, Rejected> {
        Ok(player)
    }
}

fn main() {
    drop((scores::read(7), scores::r#match(7), scores::r#loop(7)));
    let path = module_path!();
    let mut expected = [format!("{path}::scores::loop"), format!("{path}::scores::read"), "scores".to_owned()];
    expected.sort_unstable();
    let mut names: Vec<&str> = Registration::linked().iter().map(|found| found.policies().name()).collect();
    names.sort_unstable();
    assert_eq!(names, expected);
}
