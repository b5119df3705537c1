"""Lines of refused.jsonl, written without parsing the refused row again."""

from __future__ import annotations

import orjson

from oilstone_data.sources.record import Record
from oilstone_data.sources.strict import shown
from oilstone_data.stage import Refusal


def assemble(
    source: str, number: int, stage: str, refusal: Refusal, identity: str | None, row: bytes
) -> bytes:
    """Return the line; `row` is JSON text already."""
    head = {"source": source, "line": number, "stage": stage}
    if identity is not None:
        head["id"] = identity
    head |= {"reason": refusal.reason, "explanation": refusal.explanation}
    return b'%b,"row":%b}\n' % (orjson.dumps(head)[:-1], row)


def raw(record: Record) -> bytes:
    """Return the row as JSON text: as it was read, or the beginning of what could not be."""
    if record.value is None:
        return orjson.dumps(shown(record.raw or b""))
    if record.raw is not None:
        return record.raw.removesuffix(b"\n")
    try:
        return orjson.dumps(record.value, default=str)
    except TypeError:
        return orjson.dumps(shown(repr(record.value).encode("utf-8", "backslashreplace")))
