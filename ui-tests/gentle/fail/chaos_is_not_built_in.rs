use gentle::{Policies, Rejected, gentle, policies};

static SHAKY: Policies = policies!(chaos = "1% panic");

#[gentle(chaos = "5% fail")]
async fn read_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

fn main() {
    drop(read_score(7));
    println!("{SHAKY}");
}
