use gentle::{Policies, policies};

static LETTERS: Policies = policies!(rate_limit = "100/h each user", cost = 5);

fn main() {
    println!("{LETTERS}");
}
