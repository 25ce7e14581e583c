//! The cases of `event`.

#[test]
fn event() -> std::io::Result<()> {
    gentle_ui_tests::run("event")
}
