"""Judges of generated code: compilers, linters and tests decide."""
