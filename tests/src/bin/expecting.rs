//! A program that has a crate in its `Cargo.toml`, names it nowhere, and expects something of it.

fn main() -> gentle::Exit {
    gentle::App::builder().linked().configured().expect_crate("gentle-tests-unlinked").run()
}
