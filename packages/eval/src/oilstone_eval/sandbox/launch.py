"""Starts one job: everything between fork and exec."""

import os
import resource
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from oilstone_eval.sandbox import kernel
from oilstone_eval.sandbox.job import Job, Limits

MIB = 1 << 20
SCRATCH = "/tmp"


@dataclass(frozen=True)
class Place:
    """Where jobs run: `work` holds the folder they share. `walled`: each gets its own namespaces.

    `uid`: whom to become when started as root without walls, 0 otherwise; builds become uid + 1,
    so that no judged program may change what was built.
    """

    work: str
    walled: bool
    uid: int
    others: int

    @property
    def folder(self) -> str:
        """The folder that a build fills and other jobs read."""
        return f"{self.work}/job"


@dataclass(frozen=True)
class Started:
    """A running job: its pid and the read ends of its two output pipes."""

    pid: int
    stdout: int
    stderr: int
    scratch: str | None


def start(job: Job, place: Place) -> Started:
    """Fork and exec. Raises OSError when the job's program could not be started."""
    scratch = SCRATCH if place.walled else _scratch(place)
    ours, theirs = _pipes(job.stdin)
    pid = kernel.fork_apart() if place.walled else os.fork()
    if pid == 0:
        _child(lambda: _become(job, place, scratch), theirs)
    for descriptor in theirs:
        os.close(descriptor)
    out, err, trouble = ours
    started = Started(pid, out, err, None if place.walled else scratch)
    _raise_trouble(trouble, started)
    return started


def _scratch(place: Place) -> str:
    path = Path(place.work) / "scratch"
    path.mkdir()
    path.chmod(0o1777)
    return str(path)


def _pipes(stdin: str) -> tuple[tuple[int, int, int], tuple[int, int, int, int]]:
    """Return our ends (stdout, stderr, trouble) and the child's (stdin and those three)."""
    given = os.memfd_create("stdin")
    os.write(given, stdin.encode(errors="surrogatepass"))
    os.lseek(given, 0, os.SEEK_SET)
    (out, out_w), (err, err_w), (trouble, trouble_w) = os.pipe(), os.pipe(), os.pipe()
    return (out, err, trouble), (given, out_w, err_w, trouble_w)


def _child(become: Callable[[], NoReturn], ends: tuple[int, int, int, int]) -> NoReturn:
    given, out, err, trouble = ends
    try:
        for descriptor, number in ((given, 0), (out, 1), (err, 2)):
            os.dup2(descriptor, number)
        become()
    except BaseException as error:
        os.write(trouble, str(error).encode())
    os._exit(127)


def _become(job: Job, place: Place, scratch: str) -> NoReturn:
    """Turn this process into the job: walls, limits, identity, exec; in this order."""
    os.setsid()
    if place.walled:
        _walls(job, place)
    _limits(job.limits, place.others)
    if place.uid:
        _leave_root(job, place.uid)
    if place.walled:
        kernel.drop_capabilities()
    else:
        kernel.die_with_parent()
    kernel.no_new_privileges()
    os.chdir(place.folder if job.build else scratch)
    env = {**job.env, "TMPDIR": scratch} if job.build else dict(job.env)
    _default_signals()
    os.execve(Path(place.folder) / job.program, job.argv, env)


def _walls(job: Job, place: Place) -> None:
    kernel.private_mounts()
    kernel.scratch(SCRATCH, job.limits.file_mib)
    if job.build:
        _own_name(job.program)
    else:
        kernel.read_only(place.work)


def _own_name(program: str) -> None:
    """Put a /proc there that tells one thing, the program's path: older compilers ask for it."""
    kernel.scratch("/proc", 1)
    Path("/proc/self").mkdir()
    Path("/proc/self/exe").symlink_to(program)


def _limits(limits: Limits, others: int) -> None:
    memory, file = limits.memory_mib * MIB, limits.file_mib * MIB
    for kind, value in (
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, file),
        (resource.RLIMIT_NPROC, limits.processes + others),
        (resource.RLIMIT_NOFILE, 256),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (value, value))
    # Deep but finite recursion should work as it does in a user's shell.
    resource.setrlimit(resource.RLIMIT_STACK, (8 * MIB, 8 * MIB))


def _leave_root(job: Job, uid: int) -> None:
    if not job.build:
        kernel.become(uid)
    elif _open_to_all(job.program):
        kernel.become(uid + 1)


def _open_to_all(program: str) -> bool:
    """Tell whether any user may reach `program`; a toolchain in root's home is not."""
    return all(parent.stat().st_mode & 0o001 for parent in Path(program).resolve().parents)


def _default_signals() -> None:
    # Ignored signals survive exec, and Python ignores these two.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)


def _raise_trouble(trouble: int, started: Started) -> None:
    """Read the pipe that a successful exec closes unwritten."""
    try:
        message = os.read(trouble, 4096)
    finally:
        os.close(trouble)
    if message:
        os.waitpid(started.pid, 0)
        os.close(started.stdout)
        os.close(started.stderr)
        raise OSError(message.decode(errors="replace"))
