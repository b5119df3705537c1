"""The tiny world: self-written, seeded families of small Rust problems, answered in two styles."""
