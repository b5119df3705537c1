"""Python programs: run against input and output, asserts, or a pytest file."""
