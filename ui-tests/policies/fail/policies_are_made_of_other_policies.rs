use gentle::{Policies, policies};

static PAYMENTS: Policies = policies!(policy = OTHERS);

fn main() {
    println!("{PAYMENTS}");
}
