"""One folder per language; `base.py` is what they have in common."""
