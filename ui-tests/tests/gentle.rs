//! The cases of `gentle`.

#[test]
fn gentle() -> std::io::Result<()> {
    gentle_ui_tests::run("gentle")
}
