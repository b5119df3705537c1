"""Lines of which one text is nearly all: it is read apart from the short columns around it.

`strict.parse` looks a whole line over for a doubled key. A text that is a JSON string by itself
holds none, so that here only what stands around it is looked over, which is mostly as before.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import orjson

from oilstone_data.sources import kinds, lines, strict
from oilstone_data.sources.record import Part, Record
from oilstone_data.stage import Refusal, Row

_BUFFER = 1 << 18
_SHORT = 1 << 10  # bytes; a line up to here is read as fast whole
_NEWLINE = 10


def records(part: Part) -> Iterator[Record]:
    """Yield what `kinds.records` yields, faster where the recipe tells which column is long."""
    source = part.source
    column = _long(source)
    if column is None or source["kind"] != "jsonl" or part.path.endswith(".gz"):
        return kinds.records(part)
    return kinds.records(part) if source.get("limit") else _framed(part, column)


def _long(source: dict[str, Any]) -> str | None:
    if source["adapter"] == "rust-clean":
        return "content"
    own = source.get("columns", {})
    return own.get("completion", "completion") if source["adapter"] == "plain" else None


def _framed(part: Part, column: str) -> Iterator[Record]:
    longest = part.source.get("max_line_bytes", lines.LONGEST)
    parse = Framed(column, longest).parse
    with Path(part.path).open("rb", _BUFFER) as file:
        file.seek(part.start)
        for number, line in enumerate(lines.read(file, part.end, longest), part.first):
            value = parse(line)
            if type(value) is dict:
                yield Record(number, line, value)
            else:
                yield Record(number, line, None, cast(Refusal, value))


class Framed:
    """`strict.parse` for lines whose `column` is long; what it returns is the same."""

    def __init__(self, column: str, longest: int = lines.LONGEST) -> None:
        self._column, self._longest = column, longest
        self._opening = self._closing = b"\n"  # in no line but at its end: nothing is known yet
        self._around, self._row = b"", cast(Row | None, None)

    def parse(self, line: bytes) -> Row | Refusal:
        """Return the object on `line`, or why there is none."""
        if len(line) <= _SHORT or line[-1] != _NEWLINE:
            return strict.parse(line, self._longest)
        start, end = line.find(self._opening), line.rfind(self._closing)
        if 0 <= start < end:
            parted = self._parted(line, start + len(self._opening) - 1, end + 1)
            if parted is not None:
                return parted
        row = strict.parse(line, self._longest)
        if type(row) is dict:
            self._learn(line, row)
        return row

    def _parted(self, line: bytes, start: int, end: int) -> Row | None:
        """Read `line` as a string from `start` to `end` and what is around it, if it can be.

        The string stands where an empty one is put: after a key, as its value. No value around it
        may hold keys of its own, so that this key is the row's.
        """
        around = b'%b""%b' % (line[:start], line[end:])
        if around != self._around:
            self._around, self._row = around, self._flat(around)
        if self._row is None:
            return None
        try:
            text = orjson.loads(memoryview(line)[start:end])
        except ValueError:
            return None
        return None if "\0" in text else {**self._row, self._column: text}

    def _flat(self, around: bytes) -> Row | None:
        row = strict.parse(around, self._longest)
        flat = type(row) is dict and not any(
            type(v) is dict or type(v) is list for v in row.values()
        )
        return cast(Row, row) if flat else None

    def _learn(self, line: bytes, row: Row) -> None:
        """Note between which bytes the column stands, in lines that are written like this one."""
        keys = [orjson.dumps(key) for key in row]
        name = orjson.dumps(self._column)
        if name not in keys:
            return
        at = keys.index(name)
        for comma, colon in ((b", ", b": "), (b",", b":")):
            opening = (comma if at else b"{") + name + colon + b'"'
            closing = b'"' + (comma + keys[at + 1] if keys[at + 1 :] else b"}\n")
            if opening in line and closing in line:
                self._opening, self._closing = opening, closing
                return
