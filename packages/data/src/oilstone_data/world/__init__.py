"""Tiny worlds: self-written, seeded families of small problems, answered in two styles.

One folder per language; what is here is the frame around all of them: combinations, their groups,
what is held out, and rows.
"""
