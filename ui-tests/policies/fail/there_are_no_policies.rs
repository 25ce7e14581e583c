use gentle::{Policies, policies};

static PAYMENTS: Policies = policies!();

fn main() {
    println!("{PAYMENTS}");
}
