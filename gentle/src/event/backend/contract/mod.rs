//! What every back end must do, as tests over the trait alone.
