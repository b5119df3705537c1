"""The rules of the two-phase Rust curriculum as its trainer writes them: `re`, in its order."""

import re

IDIOMATIC = [
    re.compile(pattern)
    for pattern in (
        r"Result<[^>]+>\s*\{",
        r"Option<[^>]+>\s*\{",
        r"\b\.unwrap_or\(|\.expect\(|\.map\(|\.and_then\(",
        r"#\[derive\([^)]+\)\]",
        r"impl\s+\w+\s+for\s+\w+",
        r"pub\s+(fn|struct|enum|trait|mod)",
    )
]
LOW_QUALITY = [
    re.compile(r"TODO|FIXME|XXX|HACK", re.IGNORECASE),
    re.compile(r"println!\(|dbg!\("),
    re.compile(r"unsafe\s*\{"),
    re.compile(r"#\[allow\("),
]
TEST = re.compile(r"#[cfg\(test\)]")
DOCUMENTED = re.compile(r"///|//!|/\*\*")


def reason(code: str) -> str | None:
    """Return why a file is refused by the settings of phase 2, or None."""
    if TEST.search(code):
        return "test_file"
    if not 128 <= len(code) <= 100_000:
        return "length"
    idiomatic = sum(1 for pattern in IDIOMATIC if pattern.search(code))
    low = sum(1 for pattern in LOW_QUALITY if pattern.search(code))
    if not idiomatic or idiomatic < low * 2.0:
        return "not_idiomatic"
    return None if DOCUMENTED.search(code) else "no_documentation"
