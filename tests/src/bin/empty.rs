//! A program with nothing in it.

fn main() -> gentle::Exit {
    gentle::run()
}
