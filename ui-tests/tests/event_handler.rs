//! The cases of `event_handler`.

#[test]
fn event_handler() -> std::io::Result<()> {
    gentle_ui_tests::run("event_handler")
}
