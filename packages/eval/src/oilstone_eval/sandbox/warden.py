"""The trusted process that starts and watches jobs, one after another, inside the walls.

It reads jobs from its standard input, answers on its standard output and ends with its input.
It never sees an expected output: verdicts are reached outside, from what it hands back.
"""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from oilstone_eval.sandbox import kernel
from oilstone_eval.sandbox.job import Job, Outcome, exactly, pack_outcome, read_job, send
from oilstone_eval.sandbox.launch import Place, start
from oilstone_eval.sandbox.watch import Watch


def main(work: str, walled: bool, uid: int) -> None:
    """Serve jobs until the input ends. `uid` is whom to become when this starts as root."""
    jobs, answers = _take_pipes()
    place = _settle(work, walled, uid)
    Path(place.folder).mkdir()
    while True:
        try:
            job = read_job(lambda size: exactly(jobs, size))
        except EOFError:
            return
        send(answers, pack_outcome(_run(job, place)))


def _take_pipes() -> tuple[int, int]:
    """Move our two pipes out of the way of the jobs' standard input and output."""
    jobs, answers = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    return jobs, answers


def _settle(work: str, walled: bool, uid: int) -> Place:
    root = os.geteuid() == 0
    if not walled:
        kernel.adopt_orphans()
        kernel.die_with_parent()
        return Place(work, False, uid if root else 0, 0 if root else _others())
    if root:
        kernel.become_keeping_mounts(uid)
    kernel.unreadable()
    return Place(work, True, 0, 0)


def _others() -> int:
    """Count this user's processes and threads, which RLIMIT_NPROC counts too; with some room."""
    mine, count = os.getuid(), 256
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if entry.stat().st_uid == mine:
                count += len(list((entry / "task").iterdir()))
        except OSError:
            continue
    return count


def _run(job: Job, place: Place) -> Outcome:
    folder = Path(place.folder)
    try:
        if job.build:
            _empty(folder, job.files)
        started = start(job, place)
        try:
            return Watch(started, job.limits, place.walled).outcome()
        finally:
            if started.scratch:
                shutil.rmtree(started.scratch)
            # What was built stays as it is: no judged program may change it.
            folder.chmod(0o755)
    except OSError as error:
        return Outcome(fault=f"{job.program}: {error}")


def _empty(folder: Path, files: Mapping[str, str]) -> None:
    shutil.rmtree(folder)
    folder.mkdir()
    folder.chmod(0o777)
    for name, text in files.items():
        (folder / name).write_bytes(text.encode(errors="surrogatepass"))
