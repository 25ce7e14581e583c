//! The cases of `service`.

#[test]
fn service() -> std::io::Result<()> {
    gentle_ui_tests::run("service")
}
