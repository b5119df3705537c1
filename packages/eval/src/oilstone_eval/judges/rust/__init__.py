"""Rust: rustc compiles, clippy lints, the built program runs its cases."""
