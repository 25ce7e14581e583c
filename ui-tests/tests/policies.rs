//! The cases of `policies`.

#[test]
fn policies() -> std::io::Result<()> {
    gentle_ui_tests::run("policies")
}
