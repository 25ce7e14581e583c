//! The same program as `expecting`, with the one line that it lacks.

gentle::link!(gentle_tests_unlinked);

fn main() -> gentle::Exit {
    gentle::App::builder().linked().configured().expect_crate("gentle-tests-unlinked").run()
}
