"""What is asked of the sandbox and what it answers, and how a job travels into it."""

import json
import marshal
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

BUILD = "/box/job"


@dataclass(frozen=True)
class Limits:
    """Bounds of one job. CPU time decides; wall time is a generous backstop for sleepers.

    `memory_mib` bounds each process; all of a job's processes together may hold twice that.
    Time that a job waited for a busy CPU is not counted as wall time.
    """

    cpu_seconds: int
    wall_seconds: float
    memory_mib: int
    output_kib: int
    file_mib: int = 64
    processes: int = 64
    files: int = 4096
    stack_mib: int = 8


@dataclass(frozen=True)
class Job:
    """One process to run. A relative `program` is looked up in the slot's folder.

    A `build` finds that folder holding nothing but `files`, starts there and may write there.
    Any other job sees it as the last build left it, read-only, and starts in an empty scratch
    folder of its own that holds `files`.

    With `entry` ("module:function" of what the walls preload) nothing is executed: the function
    gets `given`, plain data, in a fork of the slot's Python, behind the same walls.
    `whole_output`: more output than the limit does not end the job; the rest is dropped.
    """

    program: str
    argv: tuple[str, ...]
    limits: Limits
    files: Mapping[str, str] = field(default_factory=dict)
    stdin: str = ""
    env: Mapping[str, str] = field(default_factory=dict)
    build: bool = False
    entry: str = ""
    given: Any = None
    whole_output: bool = False


@dataclass(frozen=True)
class Outcome:
    """How a job ended. `stopped` names the limit that ended it: cpu, wall, memory or output.

    `fault` says why the sandbox itself could not run the job; then nothing else counts.
    `dropped`: there was more output than is kept here.
    """

    status: int = 0
    signal: int = 0
    stopped: str | None = None
    cpu_seconds: float = 0.0
    peak_mib: int = 0
    fault: str | None = None
    stdout: bytes = b""
    stderr: bytes = b""
    dropped: bool = False


def pack_job(job: Job) -> bytes:
    """Return what the job's own process reads. Lone surrogates survive the trip."""
    limits = job.limits
    return marshal.dumps(
        {
            "cpu": limits.cpu_seconds, "memory": limits.memory_mib, "file": limits.file_mib,
            "processes": limits.processes, "files_max": limits.files, "stack": limits.stack_mib,
            "program": job.program, "argv": list(job.argv), "env": dict(job.env),
            "files": {name: _encoded(text) for name, text in job.files.items()},
            "stdin": _encoded(job.stdin), "build": job.build, "entry": job.entry,
            "given": job.given,
        }
    )  # fmt: skip


def _encoded(text: str) -> bytes:
    return text.encode(errors="surrogatepass")


def read_report(message: bytes) -> dict[str, Any]:
    """Return what the zygote says of a job that ended: all of an Outcome but its output."""
    report: dict[str, Any] = json.loads(message)
    return report
