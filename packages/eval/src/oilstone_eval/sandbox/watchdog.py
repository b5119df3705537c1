"""What the zygote measures of running jobs: time they waited for a CPU, memory of all together."""

from pathlib import Path

# A job that waits for the CPU all the time still ends, at this many times its wall limit.
MOST = 5


def overdue(pid: int, seconds: float, limit: float) -> bool:
    """Tell whether a job `seconds` old has had its wall time, but for waits for a busy CPU."""
    if seconds < limit:
        return False
    return seconds - waited(pid) >= limit or seconds >= MOST * limit


def waited(pid: int) -> float:
    """Return the seconds in which a process could have run but the CPUs were busy."""
    fields = _read(f"/proc/{pid}/schedstat").split()
    return int(fields[1]) / 1e9 if len(fields) > 1 else 0.0


def resident(passed_over: set[int]) -> int:
    """Return the KiB that no file backs of all processes here but `passed_over` and the first."""
    pids = {int(entry.name) for entry in Path("/proc").glob("[0-9]*")} - passed_over - {1}
    return sum(_resident(pid) for pid in pids)


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
