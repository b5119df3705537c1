"""Messages between the judged program and the tests: a length, then plain data."""

import os
import struct
from typing import Any

from oilstone_eval.judges.python.inside import plain

_HEADER = struct.Struct(">I")
MOST_BYTES = 64 << 20


class Gone(Exception):
    """The other end has closed, or does not speak this language."""


def send(descriptor: int, value: Any, foreign: plain.Foreign) -> None:
    """Write one message. Raises RecursionError when `value` is nested too deeply, or Gone."""
    data = plain.dumps(value, foreign)
    view = memoryview(_HEADER.pack(len(data)) + data)
    try:
        while view:
            view = view[os.write(descriptor, view) :]
    except OSError as error:
        raise Gone(str(error)) from error


def receive(descriptor: int, foreign: plain.Foreign) -> Any:
    """Read one message. Raises Gone."""
    try:
        (size,) = _HEADER.unpack(_exactly(descriptor, _HEADER.size))
        if size > MOST_BYTES:
            raise Gone("a message too long")
        return plain.loads(_exactly(descriptor, size), foreign)
    except OSError as error:
        raise Gone(str(error)) from error
    except (ValueError, KeyError, TypeError, ArithmeticError, RecursionError) as error:
        raise Gone(f"a message that is none ({type(error).__name__})") from error


def _exactly(descriptor: int, size: int) -> bytes:
    data = os.read(descriptor, size)
    if len(data) == size:
        return data
    parts = bytearray(data)
    while len(parts) < size:
        data = os.read(descriptor, min(size - len(parts), 1 << 20))
        if not data:
            raise Gone("no answer")
        parts += data
    return bytes(parts)
