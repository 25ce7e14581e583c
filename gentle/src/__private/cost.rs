/// What a call costs, in tokens.
#[inline]
pub fn cost(tokens: impl Cost) -> u32 {
    tokens.tokens()
}

/// A number of tokens: every whole number, of which those below zero count as none.
#[diagnostic::on_unimplemented(
    message = "rate_limit: `{Self}` is no number of tokens [G152]",
    label = "a cost is a whole number",
    note = "help: write e.g. `cost = batch.len()`, or round it: `cost = weight.ceil() as u32`"
)]
pub trait Cost {
    /// It, at most as many as can be counted.
    fn tokens(self) -> u32;
}

macro_rules! tokens {
    ($($number:ty),+) => {$(
        impl Cost for $number {
            #[inline]
            fn tokens(self) -> u32 {
                #[expect(clippy::allow_attributes, reason = "for some of the numbers it would be unfulfilled")]
                #[allow(unused_comparisons, clippy::absurd_extreme_comparisons, reason = "not every number can be below zero")]
                let none = self <= 0;
                if none { 0 } else { u32::try_from(self).unwrap_or(u32::MAX) }
            }
        }
    )+};
}

tokens!(u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize);
