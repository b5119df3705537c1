"""What the zygote measures of running jobs: time they waited for a CPU, memory of all together."""

from pathlib import Path

# A job that waits for the CPU all the time still ends, at this many times its wall limit.
MOST = 5
# What a socket buffers unless it asks for more (net.core.wmem_default), and jobs ask in vain.
BUFFER_KIB = 208


class Waits:
    """How long the tasks of jobs could have run but strangers kept the CPUs busy."""

    def __init__(self) -> None:
        self.seen: dict[str, tuple[int, int]] = {}

    def since(self, pids: set[int]) -> float:
        """Return the seconds since the last call; time that they took one another's is not in it.

        A job may wait in any of its processes and threads, while the first sleeps.
        """
        found = {task: _run_and_waited(task) for pid in pids for task in _tasks(pid)}
        gone = [self._gone(task, times) for task, times in found.items()]
        self.seen = found
        ran = sum(run for run, _ in gone)
        return max((waited - (ran - run) for run, waited in gone), default=0) / 1e9

    def _gone(self, task: str, now: tuple[int, int]) -> tuple[int, int]:
        before = self.seen.get(task, (0, 0))
        return now[0] - before[0], now[1] - before[1]


def _tasks(pid: int) -> list[str]:
    try:
        return [str(task) for task in Path(f"/proc/{pid}/task").iterdir()]
    except OSError:
        return []


def _run_and_waited(task: str) -> tuple[int, int]:
    """Return the nanoseconds that a task ran and those in which it could have but did not."""
    fields = _read(f"{task}/schedstat").split()
    return (int(fields[0]), int(fields[1])) if len(fields) > 1 else (0, 0)


def processes(passed_over: set[int]) -> set[int]:
    """Return all processes here but `passed_over` and the first."""
    return {int(entry.name) for entry in Path("/proc").glob("[0-9]*")} - passed_over - {1}


def resident(pids: set[int]) -> int:
    """Return the KiB that no file backs of processes."""
    return sum(_resident(pid) for pid in pids)


def buffered() -> int:
    """Return the KiB that may stand in buffers of sockets here, which belong to no process."""
    fields = _read("/proc/self/net/sockstat").split()
    return int(fields[2]) * BUFFER_KIB if len(fields) > 2 else 0


def _resident(pid: int) -> int:
    total = 0
    for line in _read(f"/proc/{pid}/status").splitlines():
        if line.startswith(("RssAnon:", "RssShmem:")):
            total += int(line.split()[1])
    return total


def _read(path: str) -> str:
    """Return a file's text; empty when its process has ended."""
    try:
        return Path(path).read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
