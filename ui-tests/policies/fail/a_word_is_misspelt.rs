use gentle::{Policies, policies};

static PAYMENTS: Policies = policies!(name = "payments", bulkhead = "16 qeue 64", retry(3 attemps));

fn main() {
    println!("{PAYMENTS}");
}
