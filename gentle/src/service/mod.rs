//! Services: what a program depends on, started in order and stopped in reverse.
