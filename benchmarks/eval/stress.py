"""Judges thousands of hostile samples, and looks at what they got, cost and left behind.

    python benchmarks/eval/stress.py     # 10,000 in Python, 300 each in Rust and bash
    python benchmarks/eval/stress.py --samples 400 --kills 10

With --kills the judge is first killed (SIGKILL) at random moments, so many times; its verdicts
must be those of an undisturbed run. Ends with 1 when a verdict is wrong, memory grows, or a
process, file or mount is left.
"""

import argparse
import contextlib
import ctypes
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import hostile

PR_SET_CHILD_SUBREAPER = 36
LIMITS = {"cpu_seconds": 1, "wall_seconds": 2, "memory_mib": 64, "output_kib": 256}
EVERY_SECONDS = 2.0
# Verdicts that wait to be written are what may grow: so much a sample, in KiB, and what Python
# itself takes in the course of a run.
PER_SAMPLE_KIB, ANYHOW_KIB = 8, 8192
SHARED = ("/tmp", "/dev/shm", "/var/tmp")
SLOTS = range(61000, 62000)  # whom jobs are when root runs the judge


def main() -> None:
    args = options()
    # Whoever outlives its parent becomes a child of this process, and is found.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        os.environ |= {"XDG_CACHE_HOME": f"{folder}/cache", "TMPDIR": f"{folder}/tmp"}
        Path("tmp").mkdir()
        before = surroundings()
        faults = judge_all(args)
        faults += leftovers(before)
    print("\n".join(faults) or "nothing wrong")
    sys.exit(bool(faults))


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=10_000, help="in Python")
    parser.add_argument("--others", type=int, default=300, help="in Rust, and in bash")
    parser.add_argument("--kills", type=int, default=0, help="so often the judge is killed first")
    parser.add_argument("--workers", default="2")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def judge_all(args: argparse.Namespace) -> list[str]:
    counts = {"python": args.samples, "rust": args.others, "bash": args.others}
    counts = {language: count for language, count in counts.items() if count}
    drawn = list(hostile.rows(counts, args.seed))
    write("problems.jsonl", hostile.problems(counts))
    write("samples.jsonl", [row for row, _, _ in drawn])
    chance = random.Random(args.seed)
    for _ in range(args.kills):
        killed(args, chance.uniform(0.5, 6))
    begun = time.monotonic()
    memory, told = watched(args, "report")
    seconds = time.monotonic() - begun
    print(f"{len(drawn)} samples in {seconds:.0f} s; load {os.getloadavg()[0]:.1f}")
    found = wrong(drawn)
    if args.kills:
        found += differs(args, drawn)
    return told + found + grown(memory, len(drawn))


def command(args: argparse.Namespace, out: str) -> list[str]:
    limits = [word for name, value in LIMITS.items() for word in ("--set", f"judge.{name}={value}")]
    return [
        sys.executable, "-m", "oilstone_eval", "judge", "samples.jsonl", "--problems",
        "problems.jsonl", "--out", out, "--workers", args.workers, *limits,
    ]  # fmt: skip


def killed(args: argparse.Namespace, seconds: float) -> None:
    process = subprocess.Popen(command(args, "report"), stderr=subprocess.DEVNULL)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    process.send_signal(signal.SIGKILL)
    process.wait()


def watched(args: argparse.Namespace, out: str) -> tuple[list[tuple[int, int]], list[str]]:
    """Judge; return the judge's own and the whole tree's memory in KiB, and what went wrong."""
    process = subprocess.Popen(command(args, out), stderr=subprocess.PIPE, text=True)
    said: list[str] = []
    reader = threading.Thread(target=lambda: said.append(process.stderr.read()))  # type: ignore[union-attr]
    reader.start()
    memory = []
    while process.poll() is None:
        memory.append((resident(process.pid), sum(map(resident, tree(process.pid)))))
        time.sleep(EVERY_SECONDS)
    reader.join()
    return memory, [f"exit {process.returncode}: {said[0][-2000:]}"] if process.returncode else []


def wrong(drawn: list[tuple[dict, str, str]]) -> list[str]:
    """Return what got a verdict that is not right; print the verdicts by kind."""
    got: Counter[tuple[str, str, str]] = Counter()
    lines = Path("report/verdicts.jsonl").read_text().splitlines()
    for line, (row, kind, right) in zip(lines, drawn, strict=True):
        verdict = json.loads(line)
        assert (verdict["problem_id"], verdict["sample_index"]) == (
            row["problem_id"], row["sample_index"],
        )  # fmt: skip
        got[kind, right, verdict["reason"] or verdict["status"]] += 1
    for (kind, right, verdict), count in sorted(got.items()):
        print(
            f"{kind:<26}{verdict:<16}{count:>6}{'' if verdict in right.split('|') else '  WRONG'}"
        )
    return [
        f"{count} of {kind} got {verdict}, not {right}"
        for (kind, right, verdict), count in got.items()
        if verdict not in right.split("|")
    ]


def differs(args: argparse.Namespace, drawn: list[tuple[dict, str, str]]) -> list[str]:
    """Judge once more without the cache of the killed runs, and compare."""
    os.environ["XDG_CACHE_HOME"] += ".whole"
    _, told = watched(args, "whole")
    sides = [Path(name, "verdicts.jsonl").read_text().splitlines() for name in ("report", "whole")]
    gaps = [
        f"  {ours}\n  {theirs}"
        for ours, theirs, (_, _, right) in zip(*sides, drawn, strict=True)
        if lasting(ours, right) != lasting(theirs, right)
    ]
    print(f"after {args.kills} kills {len(gaps)} verdicts are others than undisturbed")
    return [*told, *gaps[:20]]


def lasting(verdict: str, right: str) -> dict:
    """Return what of a verdict is no time; where several are right, a race decides which."""
    by_chance = {"seconds"} | ({"reason", "explanation", "checks"} if "|" in right else set())
    return {key: value for key, value in json.loads(verdict).items() if key not in by_chance}


def grown(memory: list[tuple[int, int]], samples: int) -> list[str]:
    own, whole = [own for own, _ in memory], [whole for _, whole in memory]
    half = len(own) // 2
    early, late = max(own[: half + 1], default=0), max(own[half:], default=0)
    print(f"memory of the judge: first half {early >> 10} MiB at most, second {late >> 10} MiB;"
          f" with its children {max(whole, default=0) >> 10} MiB")  # fmt: skip
    allowed = early + samples * PER_SAMPLE_KIB + ANYHOW_KIB
    return [f"memory grew from {early} to {late} KiB"] if late > allowed else []


def tree(pid: int) -> list[int]:
    """Return a process and its descendants."""
    found = [pid]
    for name in tasks(pid):
        with contextlib.suppress(OSError):
            for child in Path(name, "children").read_text().split():
                found += tree(int(child))
    return found


def tasks(pid: int) -> list[Path]:
    with contextlib.suppress(OSError):
        return list(Path(f"/proc/{pid}/task").iterdir())
    return []


def resident(pid: int) -> int:
    """Return the KiB of a process that are in memory, 0 when it has ended."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
    return 0


def surroundings() -> dict[str, set[str]]:
    """Return what a run must leave as it was, on a machine where others work too."""
    shared = [path for folder in SHARED for path in Path(folder).glob("*")]
    memory = Path("/proc/sysvipc/shm").read_text().splitlines()[1:]
    return {
        "mount": set(Path("/proc/self/mountinfo").read_text().splitlines()),
        "file": {str(path) for path in [*shared, *Path("tmp").glob("*")] if ours(path)},
        "System V memory": {line for line in memory if int(line.split()[9]) in SLOTS},
    }


def ours(path: Path) -> bool:
    """Tell whether a judge may have made a file; one in our own folder it has."""
    with contextlib.suppress(OSError):
        return not path.is_absolute() or path.lstat().st_uid in SLOTS
    return False


def leftovers(before: dict[str, set[str]]) -> list[str]:
    time.sleep(1)
    reap()
    after = surroundings()
    found = [f"{kind} left: {each}" for kind in before for each in after[kind] - before[kind]]
    left = [pid for pid in tree(os.getpid()) if pid != os.getpid()]
    return found + [f"process left: {Path(f'/proc/{pid}/cmdline').read_bytes()!r}" for pid in left]


def reap() -> None:
    """Take leave of orphans that have ended, as init does."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def write(name: str, rows: list[dict]) -> None:
    Path(name).write_text("".join(json.dumps(row) + "\n" for row in rows))


if __name__ == "__main__":
    main()
