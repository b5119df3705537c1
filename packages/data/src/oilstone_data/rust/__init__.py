"""What tells good Rust from other Rust: by text on everything, by syntax tree on what survives."""
