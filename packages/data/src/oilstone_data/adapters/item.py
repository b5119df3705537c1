"""What an adapter makes of one row of a source: the parts of a problem, or of a text to learn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from oilstone_data.stage import Refusal

# Keys of problem.v1 and row.v1, less those that every row of a source has alike. A problem's
# answers are its `solutions`; `tests` are [{"stdin", "stdout"}].
Item = dict[str, Any]
Adapter = Callable[[dict[str, Any], dict[str, Any]], Item | Refusal]


def text(row: dict[str, Any], column: str) -> str | None:
    """Return the column's text, or None when the column is missing, empty or no text."""
    value = row.get(column)
    return value if isinstance(value, str) and value and not value.isspace() else None


def lacking(row: dict[str, Any], *columns: str) -> Refusal | None:
    """Return a refusal that names the first of `columns` that holds no text."""
    for column in columns:
        if column not in row:
            have = ", ".join(map(str, row)) or "none"
            return Refusal("missing_column", f"no column {column}; there are: {have}"[:300])
        if text(row, column) is None:
            return Refusal("empty_column", f"column {column} holds no text")
    return None
