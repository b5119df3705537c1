"""Turns a fresh child of the zygote into a job: walls, limits, identity, then the program.

All that is particular to a job is read here, in the job's own process: the zygote, of which later
jobs are copies, never sees it.
"""

import contextlib
import fcntl
import importlib
import marshal
import os
import resource
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from oilstone_eval.sandbox import kernel, landlock

MIB = 1 << 20
FIRST_EXTRA = 3
_HIGH = 100
Facts = Mapping[str, Any]


class Place(NamedTuple):
    """Where jobs run: `work` holds the folder they share. `walled`: each gets its own namespaces.

    `uid`: whom to become when started as root without walls, 0 otherwise; builds become uid + 1,
    so that no judged program may change what was built. `others` are processes that count against
    a job's limit without being the job's. `landlock` is the version of that interface, 0 for none.
    """

    work: str
    walled: bool
    uid: int
    others: int
    landlock: int
    filter: bytes

    @property
    def folder(self) -> str:
        """The folder that a build fills and other jobs read."""
        return f"{self.work}/job"


def become_job(place: Place, scratch: str, descriptors: list[int], trouble: int) -> NoReturn:
    """Never returns. `descriptors`: what to run, then the ends for 1, 2, 3 and so on.

    What goes wrong before the program starts is written to `trouble`, which the program never gets.
    """
    trouble = fcntl.fcntl(trouble, fcntl.F_DUPFD_CLOEXEC, _HIGH)
    try:
        facts = _read(descriptors[0])
        _arrange(descriptors[1:], facts["stdin"])
        os.setsid()
        _walls(facts, place)
        _enter(facts, place, scratch)
        _limits(facts, place)
        _identity(facts, place)
        if not facts["entry"]:
            _default_signals()
            os.closerange(len(descriptors), trouble)
            os.closerange(trouble + 1, 1 << 20)
            env = {**facts["env"], "TMPDIR": scratch} if facts["build"] else facts["env"]
            os.execve(Path(place.folder) / facts["program"], facts["argv"], env)
        module, _, name = facts["entry"].partition(":")
        function = getattr(importlib.import_module(module), name)
        if facts["env"]:
            os.environ.update(facts["env"])
        # Not `trouble` either: what a program wrote there would be taken for ours.
        os.closerange(len(descriptors), 1 << 20)
    except BaseException as error:
        os.write(trouble, str(error).encode(errors="replace")[:4096])
        os._exit(127)
    _call(function, facts["given"])


def _call(function: Any, given: Any) -> NoReturn:
    status = 70
    try:
        function(given)
        status = 0
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else 1
    except BaseException as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
    finally:
        with contextlib.suppress(BaseException):
            sys.stdout.flush()
        os._exit(status & 0xFF)


def _read(descriptor: int) -> Facts:
    size = os.fstat(descriptor).st_size
    parts, at = [], 0
    while at < size:
        part = os.pread(descriptor, size - at, at)
        if not part:
            break
        parts.append(part)
        at += len(part)
    facts: Facts = marshal.loads(b"".join(parts))
    return facts


def _arrange(ends: list[int], stdin: bytes) -> None:
    """Give `stdin` to descriptor 0 and the ends to 1, 2, 3 and so on, past the zygote's own."""
    high = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, _HIGH) for end in ends]
    os.dup2(_holding(stdin), 0)
    for number, end in enumerate(high, start=1):
        os.dup2(end, number)


def _holding(data: bytes) -> int:
    if not data:
        return os.open(os.devnull, os.O_RDONLY)
    given = os.memfd_create("stdin")
    view = memoryview(data)
    while view:
        view = view[os.write(given, view) :]
    os.lseek(given, 0, os.SEEK_SET)
    return given


def _walls(facts: Facts, place: Place) -> None:
    if not place.walled:
        return
    kernel.scratch("/tmp", facts["file"], facts["files_max"])
    kernel.processes("/proc")
    if not facts["build"]:
        kernel.read_only(place.folder)


def _enter(facts: Facts, place: Place, scratch: str) -> None:
    """Write the files and go where the job starts."""
    os.chdir(place.folder if facts["build"] else scratch)
    for name, data in facts["files"].items():
        if "/" in name:
            Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(data)


def _limits(facts: Facts, place: Place) -> None:
    memory, file, stack = facts["memory"] * MIB, facts["file"] * MIB, facts["stack"] * MIB
    # Reserved address space is no memory: each thread reserves a stack and an arena. Memory shared
    # between processes is counted by this limit alone.
    space = 2 * memory + 16 * (stack + 64 * MIB)
    for kind, value in (
        (resource.RLIMIT_CPU, facts["cpu"]),
        (resource.RLIMIT_DATA, memory),
        (resource.RLIMIT_AS, space),
        (resource.RLIMIT_STACK, stack),
        (resource.RLIMIT_FSIZE, file),
        (resource.RLIMIT_NPROC, facts["processes"] + place.others),
        (resource.RLIMIT_NOFILE, 256),
        # Cores of 0 bytes still go to the program that gathers them on the host; of 1 do not.
        (resource.RLIMIT_CORE, 1),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
    ):
        resource.setrlimit(kind, (value, value))


def _identity(facts: Facts, place: Place) -> None:
    """Give up all that this process may and a job must not; no step may come after the filter."""
    if place.uid:
        _leave_root(facts, place.uid)
    if place.walled:
        kernel.drop_capabilities()
    else:
        kernel.die_with_parent()
    kernel.no_new_privileges()
    if place.walled:
        if place.landlock:
            # /dev/shm is a link to /tmp.
            writable = (place.folder, "/tmp") if facts["build"] else ("/tmp",)
            landlock.restrict(place.landlock, writable)
        kernel.filter_calls(place.filter)


def _leave_root(facts: Facts, uid: int) -> None:
    if not facts["build"]:
        kernel.become(uid)
    elif open_to_all(facts["program"]):
        kernel.become(uid + 1)


def open_to_all(program: str) -> bool:
    """Tell whether any user may reach `program`; a toolchain in root's home is not."""
    return all(parent.stat().st_mode & 0o001 for parent in Path(program).resolve().parents)


def _default_signals() -> None:
    # Ignored signals survive exec, and Python ignores these two.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
