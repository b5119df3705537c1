"""Sets of names, written so that they can be read."""


def names(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())
