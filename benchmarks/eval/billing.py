"""CPU seconds of this process and of all that it starts, whoever reaps it and wherever it runs.

A job of the sandbox ends in a pid namespace of its own, and what it used may be in nobody's bill. A
control group counts all of it. Where none can be made (not root, or no such file system), what
/proc knows of the processes that still live is added to what has been reaped.
"""

import atexit
import contextlib
import os
import resource
from collections.abc import Callable
from functools import cache
from pathlib import Path

GROUPS = Path("/sys/fs/cgroup")


def spent() -> float:
    """Return the seconds used until now, since the first call or since the process began."""
    return _meter()()


@cache
def _meter() -> Callable[[], float]:
    for base, file, unit in (
        (GROUPS / "cpuacct", "cpuacct.usage", 1e-9),
        (GROUPS, "cpu.stat", 1e-6),
    ):
        group = base / f"oilstone-bench-{os.getpid()}"
        with contextlib.suppress(OSError):
            group.mkdir()
            atexit.register(_leave, group)
            (group / "cgroup.procs").write_text(str(os.getpid()))
            (group / file).read_text()
            return lambda: unit * _first_number(group / file)
    print("no control group: what ends in the sandbox may be billed too low", flush=True)
    return lambda: _reaped() + sum(map(_alive, _children(os.getpid())))


def _leave(group: Path) -> None:
    with contextlib.suppress(OSError):
        (group.parent / "cgroup.procs").write_text(str(os.getpid()))
        group.rmdir()


def _first_number(file: Path) -> int:
    return next(int(word) for word in file.read_text().split() if word.isdecimal())


def _reaped() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def _alive(pid: int) -> float:
    """Return what a process used, its descendants, and those of them that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    own = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    return own + sum(map(_alive, _children(pid)))


def _children(pid: int) -> list[int]:
    return list(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))
