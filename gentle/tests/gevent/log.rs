use std::cell::RefCell;
use std::io;

// Every test runs on a thread of its own, and all that it starts with it.
thread_local! {
    static SAID: RefCell<String> = const { RefCell::new(String::new()) };
}

struct Page;

impl io::Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        SAID.with_borrow_mut(|said| said.push_str(&String::from_utf8_lossy(bytes)));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Keeps what is logged from here on.
pub(crate) fn listen() {
    let to_page = tracing_subscriber::fmt().with_ansi(false).with_writer(|| Page).finish();
    let _ = tracing::subscriber::set_global_default(to_page);
    SAID.take();
}

/// The warnings so far.
pub(crate) fn warnings() -> Vec<String> {
    SAID.with_borrow(|said| said.lines().filter(|line| line.contains(" WARN ")).map(str::to_owned).collect())
}

/// All that was said so far.
pub(crate) fn all() -> String {
    SAID.with_borrow(Clone::clone)
}
