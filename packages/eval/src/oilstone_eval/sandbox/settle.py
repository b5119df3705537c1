"""Prepares the zygote's place: identity, private mounts, filters; and each job's part of it."""

import os
import signal
from pathlib import Path
from typing import Any

from oilstone_eval.sandbox import kernel, landlock, seccomp
from oilstone_eval.sandbox.launch import Place

BUILD_MIB, BUILD_FILES = 1024, 20000


def settle(work: str, walled: bool, uid: int) -> Place:
    """Leave root for `uid` behind walls, take what jobs' own walls need, and forbid the rest."""
    root = os.geteuid() == 0
    if not walled:
        kernel.adopt_orphans()
        kernel.die_with_parent()
        Path(work, "job").mkdir()
        return Place(work, False, uid if root else 0, 0 if root else _others(), 0, b"")
    # In a user namespace of our own nobody may mount /proc who sees none that is uncovered.
    kernel.private_mounts()
    kernel.processes("/proc", "")
    _own_namespace(uid if root else 0)
    Path(work, "job").mkdir()
    kernel.read_only(work)
    kernel.scratch(f"{work}/job", BUILD_MIB, BUILD_FILES)
    kernel.unreadable()
    kernel.drop_bounding_set()
    kernel.no_new_privileges()
    kernel.filter_calls(seccomp.of_slot())
    return Place(work, True, 0, 1, landlock.version(), seccomp.of_job())


def _own_namespace(uid: int) -> None:
    """Become `uid` with capabilities over our own namespaces only, where the machine lets us."""
    if _lets_us(uid):
        _enter_namespace(uid)
        kernel.forbid_user_namespaces()
    elif uid:
        kernel.become_keeping_mounts(uid)


def _enter_namespace(uid: int) -> None:
    if uid:
        kernel.become(uid)
    kernel.own_user_namespace()


def _lets_us(uid: int) -> bool:
    """Try it in a child: some machines grant the namespace and then no right within it."""
    pid = os.fork()
    if pid == 0:
        try:
            _enter_namespace(uid)
            kernel.scratch("/tmp", 1, 16)
            os._exit(0)
        except OSError:
            os._exit(1)
    return os.waitpid(pid, 0)[1] == 0


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


def prepare(place: Place, order: dict[str, Any]) -> str:
    """Return the folder a job starts in; for a build, empty the folder that it fills."""
    if place.walled:
        if order["build"]:
            kernel.unmount(place.folder)
            kernel.scratch(place.folder, BUILD_MIB, BUILD_FILES)
        return "/tmp"
    folder = Path(place.folder)
    if order["build"]:
        remove(folder)
        folder.mkdir()
    folder.chmod(0o777 if order["build"] else 0o755)
    scratch = Path(place.work, f"scratch{order['number']}")
    scratch.mkdir()
    scratch.chmod(0o1777)
    order["scratch"] = str(scratch)
    return str(scratch)


def remove(folder: Path) -> None:
    """Remove a folder and all that is in it."""
    # Imported here: what a zygote has imported, every job pays for when it starts.
    import shutil

    shutil.rmtree(folder, ignore_errors=True)


def end_descendants(spared: set[int]) -> None:
    """Kill and reap all that this process adopted; only without pid namespaces needed."""
    while pids := _children() - spared:
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        for pid in pids:
            os.waitpid(pid, 0)


def _children() -> set[int]:
    listing = Path(f"/proc/self/task/{os.getpid()}/children")
    return {int(pid) for pid in listing.read_text().split()}
