"""Chooses the tier by trying it: canary jobs must find themselves behind walls."""

import shutil
import socket
from collections.abc import Mapping
from dataclasses import replace

from oilstone_eval.sandbox.job import Job, Limits
from oilstone_eval.sandbox.slot import Slot
from oilstone_eval.sandbox.walls import Walls
from oilstone_schemas.command import MissingTool

CANARY = (
    "test ! -e /etc/passwd && test ! -e /home && test ! -w / && test ! -w /usr && test ! -w /box &&"
    " test -w /tmp && test $$ = 1"
)
LIMITS = Limits(cpu_seconds=5, wall_seconds=30, memory_mib=512, output_kib=64, processes=20)
CANARIES = "oilstone_eval.sandbox.canaries"
INSTALL = (
    "Install bubblewrap (apt-get install bubblewrap). On Ubuntu 24.04 it also needs an AppArmor"
    " profile with `userns,`; in Docker, --security-opt seccomp=unconfined --security-opt"
    " apparmor=unconfined. Or run in a virtual machine. --unsafe-no-sandbox goes on without, at"
    " your own risk"
)


_proven: set[str] = set()


def best(shown: Mapping[str, str]) -> Walls:
    """Return walls that hold here; `shown` host paths are visible inside. Raises MissingTool."""
    walls = presumed(shown)
    _prove(walls)
    return walls


def presumed(shown: Mapping[str, str]) -> Walls:
    """Return the same without a trial: `Pool` makes it before the first job. Raises MissingTool."""
    if not shutil.which("bwrap"):
        raise MissingTool(f"no usable sandbox: bubblewrap is not installed. {INSTALL}")
    return Walls("bwrap", shown=shown)


def prove(walls: Walls) -> None:
    """Try the walls unless this process did so before. Raises MissingTool when they do not hold."""
    if walls.walled and walls.tier not in _proven:
        _prove(walls)


def _prove(walls: Walls) -> None:
    trouble = trouble_with(walls)
    if trouble:
        raise MissingTool(f"no usable sandbox: {trouble}. {INSTALL}")
    _proven.add(walls.tier)


def trouble_with(walls: Walls) -> str:
    """Return why `walls` do not hold on this machine; empty when they do."""
    shell = Job(program="/bin/sh", argv=("sh", "-c", CANARY), limits=LIMITS)
    inside = replace(walls, preload=(*walls.preload, CANARIES))
    with Slot(inside) as slot, socket.create_server(("127.0.0.1", 0)) as server:
        outcome = slot.run(shell)
        if outcome.fault:
            return f"bubblewrap does not work here: {outcome.fault}"
        if outcome.status or outcome.signal:
            return "bubblewrap starts, but a canary inside could reach what it must not"
        port = server.getsockname()[1]
        entry = Job("", (), LIMITS, entry=f"{CANARIES}:escape", given=port)
        found = slot.run(entry)
    escaped = found.stdout.decode(errors="replace").strip()
    if found.fault or found.status or escaped != "none":
        return f"a canary inside got out: {found.fault or escaped or found.stderr.decode()}"
    return ""
