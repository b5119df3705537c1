"""Programs without their imports, which formatters sort, join and split."""

from __future__ import annotations

import re

_IMPORTS = {
    "rust": re.compile(r"^[^\S\n]*use\s[^;]*;", re.MULTILINE),
    "python": re.compile(r"^(?:import|from)\s[^\n(]*(?:\([^)]*\))?.*$", re.MULTILINE),
}


def without_imports(program: str, language: str) -> str:
    """`program` without its imports; as it is when the language is not known."""
    return _IMPORTS[language].sub("", program) if language in _IMPORTS else program
