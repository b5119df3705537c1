"""What is asked of the sandbox and what it answers, and how both travel through a pipe."""

import json
import os
import struct
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

HEADER = struct.Struct(">III")


@dataclass(frozen=True)
class Limits:
    """Bounds of one job. CPU time decides; wall time is a generous backstop for sleepers."""

    cpu_seconds: int
    wall_seconds: float
    memory_mib: int
    output_kib: int
    file_mib: int = 64
    processes: int = 64


@dataclass(frozen=True)
class Job:
    """One process to run. A relative `program` is looked up in the slot's folder.

    A `build` finds that folder holding nothing but `files`, starts there and may write there.
    Any other job sees it as the last build left it, read-only, and starts in an empty scratch
    folder of its own.
    """

    program: str
    argv: tuple[str, ...]
    limits: Limits
    files: Mapping[str, str] = field(default_factory=dict)
    stdin: str = ""
    env: Mapping[str, str] = field(default_factory=dict)
    build: bool = False


@dataclass(frozen=True)
class Outcome:
    """How a job ended. `stopped` names the limit that ended it: cpu, wall or output.

    `fault` says why the sandbox itself could not run the job; then nothing else counts.
    """

    status: int = 0
    signal: int = 0
    stopped: str | None = None
    cpu_seconds: float = 0.0
    peak_mib: int = 0
    fault: str | None = None
    stdout: bytes = b""
    stderr: bytes = b""


def pack_job(job: Job) -> bytes:
    """Return the frame that carries a job. Lone surrogates survive the trip."""
    body = json.dumps(asdict(job)).encode()
    return HEADER.pack(len(body), 0, 0) + body


def pack_outcome(outcome: Outcome) -> bytes:
    """Return the frame that carries an outcome; output travels as raw bytes."""
    facts: dict[str, Any] = {
        "status": outcome.status, "signal": outcome.signal, "stopped": outcome.stopped,
        "cpu_seconds": outcome.cpu_seconds, "peak_mib": outcome.peak_mib, "fault": outcome.fault,
    }  # fmt: skip
    body = json.dumps(facts).encode()
    sizes = HEADER.pack(len(body), len(outcome.stdout), len(outcome.stderr))
    return sizes + body + outcome.stdout + outcome.stderr


def read_job(read: Callable[[int], bytes]) -> Job:
    """Read one frame through `read(n)`, which returns exactly n bytes or raises EOFError."""
    size, _, _ = HEADER.unpack(read(HEADER.size))
    facts = json.loads(read(size))
    facts["limits"] = Limits(**facts["limits"])
    facts["argv"] = tuple(facts["argv"])
    return Job(**facts)


def read_outcome(read: Callable[[int], bytes]) -> Outcome:
    """Read one outcome through `read(n)`, as `read_job` does."""
    size, out, err = HEADER.unpack(read(HEADER.size))
    facts = json.loads(read(size))
    return Outcome(**facts, stdout=read(out), stderr=read(err))


def exactly(descriptor: int, size: int) -> bytes:
    """Read `size` bytes from a pipe. Raises EOFError when its other end has gone."""
    parts = []
    while size:
        part = os.read(descriptor, min(size, 1 << 20))
        if not part:
            raise EOFError("the other end has gone")
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def send(descriptor: int, data: bytes) -> None:
    """Write all of `data` to a pipe."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
