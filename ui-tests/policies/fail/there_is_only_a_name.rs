use gentle::{Policies, policies};

static PAYMENTS: Policies = policies!(name = "payments");

fn main() {
    println!("{PAYMENTS}");
}
